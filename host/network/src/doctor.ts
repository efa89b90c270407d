// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { COMETBFT_RELEASE, cometFiles } from "@sotto/cometbft";
import { isClaimed } from "./claim.ts";
import { loadNetwork, type Network, type NetworkNode, nodePaths, rpcUrl } from "./files.ts";
import { genesisHash, networkGenesisFaults } from "./genesisCheck.ts";
import { usedPorts } from "./ports.ts";
import { type NodeStatus, networkStatus } from "./status.ts";

/** One line of the report. */
export interface Finding {
  readonly name: string;
  readonly isGood: boolean;
  /** What was found, and for a fault what to do. */
  readonly text: string;
}

/** The node itself keeps 16 MiB free. */
const LEAST_DISK = 1024 ** 3;
/** CometBFT with peers, and LMDB and sockets of the node. */
const LEAST_FILES = 4096;
/** Clocks that NTP keeps differ by far less. */
const MOST_SKEW_MS = 10_000;

const good = (name: string, text: string): Finding => ({ name, isGood: true, text });
const bad = (name: string, text: string): Finding => ({ name, isGood: false, text });
const textOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

function trying(name: string, look: () => Finding): Finding {
  try {
    return look();
  } catch (thrown) {
    return bad(name, textOf(thrown));
  }
}

function program(find: () => string): Finding {
  return trying("CometBFT", () => good("CometBFT", `${COMETBFT_RELEASE} at ${find()}`));
}

function genesis(home: string, network: Network): Finding {
  return trying("genesis", () => {
    const faults = networkGenesisFaults(home, network);
    return faults.length === 0
      ? good("genesis", `SHA-256 ${genesisHash(home)} on all nodes`)
      : bad("genesis", faults.join("; "));
  });
}

/** Files with keys are for their user only. */
function keys(home: string, { nodes }: Network): Finding {
  const files = nodes.flatMap(({ number, isGenesisValidator }) => {
    const { comet, node, seed } = nodePaths(home, number);
    const { validatorKey, nodeKey } = cometFiles(comet);
    return [validatorKey, nodeKey, isGenesisValidator ? seed : join(node, "enclave.sealed")];
  });
  return trying("keys", () => {
    const missing = files.filter((file) => !existsSync(file));
    if (missing.length > 0) return bad("keys", `${missing.join(", ")} is missing: put it back from a backup`);
    const open = files.filter((file) => (statSync(file).mode & 0o077) !== 0);
    return open.length === 0
      ? good("keys", "each file with a key is for its user only")
      : bad("keys", `other users may read a key: chmod 600 ${open.join(" ")}`);
  });
}

function disk(home: string): Finding {
  return trying("disk", () => {
    const { bavail, bsize } = statfsSync(home);
    const free = bavail * bsize;
    const text = `${(free / 1024 ** 3).toFixed(1)} GiB free for ${home}`;
    return free >= LEAST_DISK ? good("disk", text) : bad("disk", `${text}: make room, at least 1 GiB`);
  });
}

/** Node raises its own limit to the hard one, and CometBFT does so, too. */
function files(): Finding {
  if (process.platform !== "linux") return good("files", "not looked at on this system: see ulimit -Hn");
  return trying("files", () => {
    const [, , hard = "0"] = /^Max open files\s+(\S+)\s+(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    const limit = hard === "unlimited" ? Number.POSITIVE_INFINITY : Number(hard);
    return limit >= LEAST_FILES
      ? good("files", `${hard} open files for a process`)
      : bad(
          "files",
          `${hard} open files for a process: raise the hard limit to 65536 (ulimit -Hn, LimitNOFILE of systemd)`,
        );
  });
}

async function ports(home: string, node: NetworkNode): Promise<Finding> {
  const name = `ports of node ${node.number}`;
  const runs = isClaimed(nodePaths(home, node.number).run);
  const used = await usedPorts(node.ports);
  if (runs) return good(name, `in use by the node, which runs`);
  return used.length === 0
    ? good(name, "free")
    : bad(name, `port ${used.join(", ")} is in use, and the node does not run: stop the program that listens there`);
}

function answers({ node, fault, peers, height, catchingUp }: NodeStatus, expected: number): readonly Finding[] {
  const name = `node ${node}`;
  if (fault !== null || peers === null) {
    return [bad(name, `${fault}; see node${node}/node.log and node${node}/comet.log`)];
  }
  const where = `height ${height}, ${catchingUp ? "catching up" : "in step"}`;
  return [
    good(name, where),
    peers >= 1 || expected === 0
      ? good(`peers of node ${node}`, `${peers} of ${expected}`)
      : bad(`peers of node ${node}`, "none: see p2p.persistent_peers in its config.toml, and whether the others run"),
  ];
}

/** The clock of this machine against the last block. */
async function clock(node: NetworkNode): Promise<Finding> {
  try {
    const answer = await fetch(`${rpcUrl(node)}/status`, { signal: AbortSignal.timeout(10_000) });
    const { result } = (await answer.json()) as { result?: { sync_info?: { latest_block_time?: string } } };
    const ahead = Date.parse(result?.sync_info?.latest_block_time ?? "") - Date.now();
    if (ahead > MOST_SKEW_MS) {
      return bad("clock", `the last block is ${Math.round(ahead / 1000)} s in the future: set the clock, with NTP`);
    }
    return ahead < -60_000
      ? bad(
          "clock",
          `the last block is ${Math.round(-ahead / 1000)} s old: the chain stands still, or the clock is ahead; start the validators that are down, set the clock with NTP`,
        )
      : good("clock", `the last block is ${Math.max(0, Math.round(-ahead / 1000))} s old`);
  } catch (thrown) {
    return bad("clock", `node ${node.number} does not answer: ${textOf(thrown)}`);
  }
}

/**
 * Looks at what a network needs, one line each. `find`: gives the path of CometBFT or throws.
 * Throws EnvironmentFault when the folder has no network.
 */
export async function examine(home: string, find: () => string): Promise<readonly Finding[]> {
  const network = loadNetwork(home);
  const running = network.nodes.filter(({ number }) => isClaimed(nodePaths(home, number).run));
  const found = [program(find), genesis(home, network), keys(home, network), disk(home), files()];
  for (const node of network.nodes) found.push(await ports(home, node));
  const [first] = running;
  if (first === undefined) return [...found, good("nodes", "none runs: clock and peers are not looked at")];
  found.push(await clock(first));
  const { nodes } = await networkStatus(home);
  for (const status of nodes) {
    const runs = running.some(({ number }) => number === status.node);
    found.push(...(runs ? answers(status, running.length - 1) : [good(`node ${status.node}`, "does not run")]));
  }
  return found;
}
