import { SdkError } from "@sotto/errors";
import type { TxResult } from "./application.ts";

/**
 * Most bytes that the transactions of a block may leave in memory until it is committed: rows that
 * they write, and their results. Gas does not bound it: removing a row that is not there costs a
 * hundred, and a block may have no gas limit. Consensus.
 */
export const BLOCK_MEMORY = 256 * 1024 * 1024;

/** What an object of a result counts beside its bytes: an event, and each of its attributes. */
const OBJECT_BYTES = 96;

const exceeded = (): Error =>
  SdkError.outOfGas(
    `no room left in the block: its transactions keep over ${BLOCK_MEMORY} bytes until it is committed`,
  );

function resultBytes({ data, log, events }: TxResult): number {
  let bytes = data.length + log.length;
  for (const { type, attributes } of events) {
    bytes += type.length + OBJECT_BYTES;
    for (const [key, value] of attributes) bytes += key.length + value.length + OBJECT_BYTES;
  }
  return bytes;
}

/** The memory of one block, shared by the branches of its transactions. */
export class BlockMemory {
  /** By rows; while a transaction runs, those of branches that were dropped too. */
  #rows = 0;
  #results = 0;

  /** Of an overlay: bytes that it keeps more, or less. Throws sdk/11 when they do not fit. */
  take(bytes: number): void {
    if (bytes > 0 && this.#rows + this.#results + bytes > BLOCK_MEMORY) throw exceeded();
    this.#rows += bytes;
  }

  /** Counts a result. Throws sdk/11, and counts nothing, when it does not fit. */
  takeResult(result: TxResult): void {
    const bytes = resultBytes(result);
    if (this.#rows + this.#results + bytes > BLOCK_MEMORY) throw exceeded();
    this.#results += bytes;
  }

  /**
   * After a transaction, the memory that the block's own branch keeps; everything above it is
   * merged or dropped.
   */
  settle(rows: number): void {
    this.#rows = rows;
  }
}
