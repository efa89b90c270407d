// SPDX-License-Identifier: Apache-2.0
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { genesisParts } from "@sotto/app/facts";
import { openBlockLog } from "@sotto/blocks";
import { fromUtf8 } from "@sotto/bytes";
import { parseJson } from "@sotto/codec";
import type { JsonSource } from "@sotto/codec/stream";
import { ChainError, EnvironmentFault } from "@sotto/errors";
import { readGenesisFields } from "@sotto/local";
import { syncFolder } from "@sotto/store";
import { isChainId, paths } from "./config.ts";
import { saveDurably } from "./files.ts";
import { folderFault } from "./folder.ts";
import { type GenesisFile, hasBytes, readGenesisFile } from "./genesisFields.ts";
import { type OpenGenesis, openGenesis } from "./genesisFile.ts";

/**
 * A genesis file that a home has taken over, until its first block is committed. A marker file
 * records it, because a kill may come at any step.
 */
export interface PendingImport {
  /** The chain has begun. */
  done(): void;
  /** Leaves the home as it was before the import. */
  undo(): void;
  /**
   * Undoes a failed import that this start was asked for, unless the chain has two blocks. Returns
   * the fault to report.
   * `isStopped`: a stop was requested, so the file may be right, and the next start goes on.
   */
  failed(thrown: unknown, isStopped: boolean): unknown;
}

/** Parts of a home that may be there before: the keys that an operator copies. */
type Kept = "validatorKey" | "sealed";
const KEPT: readonly Kept[] = ["validatorKey", "sealed"];

const again = "start again with --genesis FILE, or begin a new chain with --reset";

function openFile(path: string): OpenGenesis {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new EnvironmentFault(`--genesis: there is no file ${path}`);
  }
  return openGenesis({ path });
}

/** Runs with a genesis file open. A failure of its JSON names the file. */
function withFile<T>(path: string, run: (file: OpenGenesis) => T): T {
  const file = openFile(path);
  try {
    return run(file);
  } catch (thrown) {
    if (!(thrown instanceof ChainError || thrown instanceof EnvironmentFault)) throw thrown;
    throw new EnvironmentFault(`--genesis ${path}: ${thrown.message}`, { cause: thrown });
  } finally {
    file.close();
  }
}

/** The chain id of a genesis file. Throws EnvironmentFault. Cost: stops at the field. */
export const chainIdOf = (path: string): string =>
  withFile(path, (file) => {
    const chainId = readGenesisFields(file, ["chain_id"]).get("chain_id");
    if (typeof chainId === "string" && isChainId(chainId)) return chainId;
    throw new EnvironmentFault("the genesis file's field chain_id must be the id of a chain");
  });

/** Whether a part has nothing to import: other programs write such parts. */
function isEmptyPart(part: JsonSource): boolean {
  if (part.end - part.start > 64) return false;
  const value = parseJson(part.read(part.start, part.end));
  return value === null || (value instanceof Map && value.size === 0);
}

/**
 * Refuses parts of unknown modules, and an exported file that lacks a module: the rows of the
 * others refer to its rows. In other files a module without a part begins with its defaults.
 */
function assertModules(appState: GenesisFile["appState"]): void {
  for (const [name, part] of appState) {
    if (genesisParts.includes(name) || isEmptyPart(part)) continue;
    throw new EnvironmentFault(
      `the genesis file's field app_state.${name.slice(0, 80)} is of a module that this chain does not have; remove it`,
    );
  }
  const staking = appState.get("staking");
  if (staking === undefined || readGenesisFields(staking, ["exported"]).get("exported") !== true) return;
  const missing = genesisParts.filter((name) => !appState.has(name));
  if (missing.length === 0) return;
  const fields = missing.map((name) => `app_state.${name}`).join(", ");
  throw new EnvironmentFault(`the genesis file was exported, and ${fields} is missing`);
}

/** Writes pieces durably, completely or not at all. */
function saveAll(path: string, pieces: Iterable<Uint8Array>): void {
  const draft = `${path}.new`;
  const file = openSync(draft, "w", 0o600);
  try {
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
  syncFolder(dirname(path));
}

/** Whether a second block is logged: the first one is committed then. */
function hasBegun(path: string): boolean {
  try {
    const log = openBlockLog({ path, readOnly: true });
    try {
      return log.height > log.first;
    } finally {
      log.close();
    }
  } catch (thrown) {
    // A kill may have come before the log was made.
    if (thrown instanceof EnvironmentFault) return false;
    throw thrown;
  }
}

/**
 * Whether an import is pending. Hazard: a power failure, or a copy of an old backup, may bring the
 * marker of a done import back, and a failed start would then remove a chain.
 */
function isMarked(home: string): boolean {
  const { importing, log } = paths(home);
  if (!existsSync(importing)) return false;
  if (!existsSync(log) || !hasBegun(log)) return true;
  pendingImport(home, false).done();
  return false;
}

/** The import that a marker records. */
function pendingImport(home: string, isAsked: boolean): PendingImport {
  const where = paths(home);
  const remove = (...names: readonly string[]): void => {
    for (const name of names) rmSync(name, { recursive: true, force: true });
  };
  return {
    done() {
      remove(where.importing);
      syncFolder(home);
    },
    undo() {
      const kept = new Set(readFileSync(where.importing, "utf8").split("\n"));
      remove(where.state, where.log, where.index, where.executing, where.upgradeInfo);
      remove(where.genesis, `${where.genesis}.new`);
      remove(...KEPT.filter((name) => !kept.has(name)).map((name) => where[name]));
      remove(where.importing);
    },
    failed(thrown, isStopped) {
      // CometBFT may have sent many blocks before the start failed.
      if (isAsked && existsSync(where.log) && hasBegun(where.log)) this.done();
      else if (isAsked) this.undo();
      if (isAsked || isStopped) return thrown;
      const text = thrown instanceof Error ? thrown.message : String(thrown);
      return new EnvironmentFault(`${text}; the import of a genesis file into ${home} was cut off before: ${again}`, {
        cause: thrown,
      });
    },
  };
}

/** Whether a cut-off or a finished import has put exactly this file into the home. */
function isImported(home: string, file: GenesisFile): boolean {
  const { genesis } = paths(home);
  if (!existsSync(genesis)) return false;
  const kept = openGenesis({ path: genesis });
  try {
    return hasBytes(kept, file.stored());
  } finally {
    kept.close();
  }
}

/**
 * Puts a genesis file into a home without a chain. Continues after a kill, and does nothing for the
 * file that the home's chain began with. Undefined: nothing is pending. Throws EnvironmentFault.
 * `receivesKeys`: a failed start leaves the enclave's keys, which a network may have given
 * meanwhile.
 */
export function importGenesis(home: string, path: string | undefined, receivesKeys = false): PendingImport | undefined {
  const { genesis, importing, state, log } = paths(home);
  if (path === undefined) {
    if (!isMarked(home)) return undefined;
    if (existsSync(genesis)) return pendingImport(home, false);
    throw new EnvironmentFault(`the import of a genesis file into ${home} was cut off; ${again}`);
  }
  return withFile(path, (source) => {
    const file = readGenesisFile(source);
    assertModules(file.appState);
    const isPending = isMarked(home);
    if (isImported(home, file)) return isPending ? pendingImport(home, true) : undefined;
    if (isPending) pendingImport(home, true).undo();
    if ([genesis, state, log].some((name) => existsSync(name))) {
      throw new EnvironmentFault(
        `the folder ${home} holds a chain that did not begin with this file; choose another with --home DIR, or remove it with --reset`,
      );
    }
    try {
      const stays = (name: (typeof KEPT)[number]): boolean => receivesKeys && name === "sealed";
      const kept = KEPT.filter((name) => stays(name) || existsSync(paths(home)[name]));
      saveDurably(importing, fromUtf8(kept.join("\n")));
      saveAll(genesis, file.stored());
    } catch (thrown) {
      throw folderFault(home, thrown);
    }
    return pendingImport(home, true);
  });
}
