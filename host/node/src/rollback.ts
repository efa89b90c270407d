// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { Extra, timeKey } from "@sotto/app";
import { STORES } from "@sotto/app/facts";
import { type BlockLog, decodeBlockEvents, eachTxResult, openBlockLog, resultsKey } from "@sotto/blocks";
import { toHex } from "@sotto/bytes";
import { EnvironmentFault } from "@sotto/errors";
import { openIndex } from "@sotto/index";
import { appHashOf, openStore, type StateStore, takeBackVersion } from "@sotto/store";
import { paths } from "./config.ts";
import { takeHome } from "./lock.ts";

/** The CometBFT whose state goes back with the node's. */
export interface RolledComet {
  /** Its folder. */
  readonly home: string;
  /** A cometbft program. */
  readonly binary: string;
}

export interface RollbackOptions {
  readonly home: string;
  /** Undefined: the node decides its blocks itself, or the caller rolls CometBFT back. */
  readonly comet: RolledComet | undefined;
}

export interface RolledBack {
  /** Height and application hash of the state now. */
  readonly height: number;
  readonly appHash: Uint8Array;
}

const AGAIN = "start the node, and its CometBFT if it has one: they execute that block again";

/** What the state of the height before needs. */
interface Plan extends RolledBack {
  readonly sealed: Uint8Array;
}

/** Throws EnvironmentFault with the reason why one block cannot be rolled back. */
function planOf(home: string, store: StateStore, log: BlockLog): Plan {
  const { version } = store;
  const height = version - 1;
  const refuse = (why: string): never => {
    throw new EnvironmentFault(`the state in ${home} is at height ${version} and stays there: ${why}`);
  };
  if (log.height > version) {
    refuse(
      `block ${log.height} was rolled back before, or never finished; ${AGAIN}. A second block cannot be rolled back: the node keeps the enclave's sealed state of one block before the last`,
    );
  }
  if (log.meta(height) === undefined) refuse(`the node does not have block ${height}`);
  const sealed = store.extra(Extra.sealedBefore);
  if (sealed === undefined) {
    return refuse(
      `the folder lacks the enclave's sealed state of height ${height}, which the next block adds; ${AGAIN}`,
    );
  }
  return { height, sealed, appHash: appHashOf(store, height) };
}

/**
 * CometBFT's own rollback, without `--hard`: its block stays. Done twice, the second time changes
 * nothing.
 */
function rollCometBack({ home, binary }: RolledComet, height: number): void {
  const { status, stdout, stderr } = spawnSync(binary, ["rollback", "--home", home], { encoding: "utf8" });
  const [, reached] = /^Rolled back state to height ([0-9]+) /m.exec(stdout) ?? [];
  if (status === 0 && Number(reached) === height) return;
  const said = (stderr.trim() || stdout.trim()).split("\n", 1)[0] ?? "";
  throw new EnvironmentFault(
    `CometBFT in ${home} was not rolled back to height ${height}, and the node stays as it was: ${said}; stop CometBFT first, and name its folder of the same chain`,
  );
}

/** Removes the block from the index, which gets it again with the results of the next execution. */
function takeBackIndex(path: string, store: StateStore, log: BlockLog): void {
  if (!existsSync(path)) return;
  const index = openIndex({ path });
  try {
    const { height } = index;
    const results = store.extra(resultsKey(height));
    const block = log.block(height);
    const before = log.meta(height - 1)?.blockId.hash;
    if (height !== store.version || results === undefined || block === undefined || before === undefined) return;
    const parts = { results: eachTxResult(results), blockEvents: decodeBlockEvents(results) };
    index.takeBack({ height, txs: block.txs, ...parts }, before);
  } finally {
    index.close();
  }
}

/**
 * Takes the last block's changes away from a stopped node: state, results, index and the enclave's
 * sealed state are those of the height before. The block stays in the block log, so that the node
 * executes this block again and no other. A kill between the steps leaves a folder that the same
 * command finishes. Throws EnvironmentFault for a node that runs, for a CometBFT that refuses, and
 * for a second block.
 */
export async function rollBack({ home, comet }: RollbackOptions): Promise<RolledBack> {
  const where = paths(home);
  // To take a folder makes it.
  if (!existsSync(where.state)) {
    throw new EnvironmentFault(`the folder ${home} holds no chain with a block; name the folder of a node`);
  }
  const release = await takeHome(home);
  try {
    const options = { path: where.state, stores: STORES, pruning: { keepVersions: undefined }, readOnly: true };
    const store = openStore(options);
    const log = openBlockLog({ path: where.log, readOnly: true });
    let plan: Plan;
    try {
      plan = planOf(home, store, log);
      if (comet !== undefined) rollCometBack(comet, plan.height);
      takeBackIndex(where.index, store, log);
    } finally {
      log.close();
      store.close();
    }
    const { height, sealed, appHash } = plan;
    const rows = new Map<string, Uint8Array | undefined>([
      [Extra.sealed, sealed],
      [Extra.sealedBefore, undefined],
      [resultsKey(height + 1), undefined],
      [timeKey(height + 1), undefined],
    ]);
    takeBackVersion(where.state, rows);
    // It names the block as one that ended the process.
    rmSync(where.executing, { force: true });
    return { height, appHash };
  } finally {
    release();
  }
}

/** What an operator reads after a rollback. */
export function rolledBackText({ height, appHash }: RolledBack, comet: RolledComet | undefined): string {
  const state = `the state is at height ${height}, application hash ${toHex(appHash).toUpperCase()}`;
  const other =
    comet === undefined ? "\nIf CometBFT decides the blocks, now run: cometbft rollback --home ITS_FOLDER" : "";
  return `${state}; block ${height + 1} is executed again at the next start${other}\n`;
}
