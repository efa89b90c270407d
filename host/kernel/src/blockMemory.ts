// SPDX-License-Identifier: Apache-2.0
import { SdkError } from "@sotto/errors";
import type { TxResult } from "./application.ts";
import type { EarlierTxs } from "./ctx.ts";

/**
 * Most bytes that the transactions of a block may leave in memory until it is committed: rows that
 * they write, and their results. Gas does not bound it: to remove an absent row costs 100 gas, and
 * a block may have no gas limit. Consensus.
 */
export const BLOCK_MEMORY = 256 * 1024 * 1024;

/** Bytes that each event and each attribute of a result counts beside its content. */
const OBJECT_BYTES = 96;

const exceeded = (): Error =>
  SdkError.outOfGas(
    `no memory left in the block: its transactions keep over ${BLOCK_MEMORY} bytes until it is committed`,
  );

function resultBytes({ data, log, events }: TxResult): number {
  let bytes = data.length + log.length;
  for (const { type, attributes } of events) {
    bytes += type.length + OBJECT_BYTES;
    for (const [key, value] of attributes) bytes += key.length + value.length + OBJECT_BYTES;
  }
  return bytes;
}

/**
 * The memory of one block, shared by its branches. It bounds the transactions. The block's hooks
 * have no bound and take nothing of it: a hook that failed would stop the chain.
 */
export class BlockMemory {
  /** Bytes of rows; while a transaction runs, also of dropped branches. */
  #rows = 0;
  /** Those of them that hooks wrote. */
  #hooks = 0;
  #results = 0;
  #isBounded = true;
  readonly #failed = new Set<number>();
  /** For transactions of the block: the outcomes of those before them. */
  readonly earlier: EarlierTxs = { failed: this.#failed, notes: new Map() };

  /**
   * The budget of overlays: adds their bytes, or returns them when negative. Throws sdk/11 when
   * they do not fit.
   */
  take(bytes: number): void {
    if (bytes > 0) this.#assertFits(bytes);
    this.#rows += bytes;
  }

  /** Counts a result. Throws sdk/11, and counts nothing, when it does not fit. */
  takeResult(result: TxResult): void {
    const bytes = resultBytes(result);
    this.#assertFits(bytes);
    this.#results += bytes;
  }

  #assertFits(bytes: number): void {
    if (this.#isBounded && this.#rows - this.#hooks + this.#results + bytes > BLOCK_MEMORY) throw exceeded();
  }

  /** Runs hooks of the block: their rows have no bound, and leave the transactions all of it. */
  runHooks<T>(run: () => T): T {
    const before = this.#rows;
    this.#isBounded = false;
    try {
      return run();
    } finally {
      this.#isBounded = true;
      this.#hooks += this.#rows - before;
    }
  }

  /** A transaction has failed, by its position. */
  noteFailure(index: number): void {
    this.#failed.add(index);
  }

  /**
   * Called after a transaction with the memory of the block's own branch; all branches above it are
   * merged or dropped.
   */
  settle(rows: number): void {
    this.#rows = rows;
  }
}
