// SPDX-License-Identifier: Apache-2.0

/** The end of a CometBFT process. */
export interface CometExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Whether `stop` asked for it. */
  readonly wasStopped: boolean;
  /** A sentence that says why it ended, and what to do. */
  readonly reason: string;
  /** A new start ends in the same way, until the reason's remedy is done. */
  readonly isFinal: boolean;
}

/** Where it ran, for commands in a reason. */
export interface RanAs {
  readonly binary: string;
  readonly home: string;
}

interface Rule {
  readonly pattern: RegExp;
  readonly reason: (match: RegExpExecArray, ran: RanAs) => string;
  readonly isFinal?: true;
}

/** Texts of CometBFT v0.38.19 and of its libraries, the most telling first. */
const RULES: readonly Rule[] = [
  {
    pattern: /app block height \((\d+)\) is higher than core \((\d+)\)/,
    reason: ([, app, core]) =>
      `the node is at block ${app} and CometBFT at block ${core}. CometBFT's folder is older than the node's, or of another chain: put back both from the same backup, or empty CometBFT's data folder (but keep priv_validator_state.json) and the node's, and let them sync from the network`,
  },
  {
    pattern: /app block height \((\d+)\) is too far below block store base \((\d+)\)/,
    reason: ([, app, base]) =>
      `the node is at block ${app}, and CometBFT has no block below ${base} any more. Put back a newer backup of the node, or sync both again from the network`,
  },
  {
    pattern: /(state|block)\.AppHash does not match AppHash after replay/,
    reason: () =>
      "the node has another state than CometBFT recorded for the same block. If one of the two folders was emptied or put back alone, put back both from the same backup; else the node's program differs from that of the network: install the network's release",
  },
  {
    // Between a state sync and the first block, CometBFT's own databases do not agree.
    pattern: /^panic: state \((\d+)\) and store \(0\) height mismatch/m,
    reason: ([, height], { binary, home }) =>
      `it was ended after a state sync to height ${height} and before the next block, and cannot go on from there. Run: ${binary} reset-state --home ${home} (it keeps keys and what was signed), then start both again`,
    isFinal: true,
  },
  {
    pattern: /does not match app's AppHash/,
    reason: () => "the node's state is not the one that CometBFT recorded: put back both folders from the same backup",
  },
  {
    pattern: /failed to initialize database: resource temporarily unavailable/,
    reason: () => "another CometBFT runs in the same folder: stop that one, or use another folder",
  },
  {
    pattern: /listen (?:tcp|unix) (\S+): bind: address already in use/,
    reason: ([, address]) => `${address} is in use: stop the program that listens there, or choose another address`,
  },
  {
    pattern: /bind: permission denied/,
    reason: () => "it may not listen at one of its addresses: choose a port above 1023, or a folder that it may write",
  },
  {
    pattern: /found signature from the same key/,
    reason: () =>
      "another node signs with the same validator key: find that node and stop it before this one starts, because two signers lose their stake",
  },
  {
    pattern: /connection terminated\. Did the application crash\?/,
    reason: () => "the node closed its connection: see why the node ended, then start both again",
  },
  {
    pattern: /error during handshake: (.{1,300})/,
    reason: ([, what]) => `it could not bring the node to its own block: ${what}`,
  },
  {
    pattern:
      /(?:error in genesis doc|couldn't read GenesisDoc file|error reading GenesisDoc|error reading GenesisDoc at)(.{0,300})/,
    reason: ([, what]) => `its genesis.json is not valid${what}: get the network's genesis file again`,
  },
  {
    pattern: /no space left on device/,
    reason: () => "the disk is full: make room, then start it again",
  },
  {
    pattern: /too many open files/,
    reason: () => "it has too many open files: raise the limit (ulimit -n 65536), then start it again",
  },
  {
    pattern: /CONSENSUS FAILURE!!!(?:.*?err="?([^\n]{1,300}))?/,
    reason: ([, what]) => `it stopped in the middle of a block${what === undefined ? "" : `: ${what}`}`,
  },
];

/** The last line that says an error, or the last line. */
function lastWords(log: string): string {
  const lines = log.split("\n").filter((line) => line.trim() !== "");
  const error = lines.findLast((line) => /^(ERROR|panic|E\[)/.test(line)) ?? lines.at(-1);
  return error === undefined ? "it wrote nothing" : `its last words: ${error.slice(0, 300)}`;
}

/** Why a process ended, from the last lines of its log. */
export function exitReason(
  log: string,
  code: number | null,
  signal: NodeJS.Signals | null,
  ran: RanAs,
): Pick<CometExit, "reason" | "isFinal"> {
  for (const { pattern, reason, isFinal = false } of RULES) {
    const match = pattern.exec(log);
    if (match !== null) return { reason: `CometBFT ended: ${reason(match, ran)}`, isFinal };
  }
  if (signal !== null) return { reason: `CometBFT was ended by ${signal}`, isFinal: false };
  const reason = code === 0 ? "CometBFT ended in order" : `CometBFT ended with code ${code}; ${lastWords(log)}`;
  return { reason, isFinal: false };
}
