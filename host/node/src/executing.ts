// SPDX-License-Identifier: Apache-2.0
import { closeSync, existsSync, openSync, readFileSync, writeSync } from "node:fs";
import { EnvironmentFault } from "@sotto/errors";

// The block and transaction in execution, for two readers that outlive the execution: the thread
// endpoints, in shared memory, and the next start, in a file. The file is written without fsync:
// written bytes survive the end of the process, and after a power failure the file is not needed.

/** A block that is being executed, or was when the process ended. */
export interface ExecutionPoint {
  readonly height: number;
  /** The number of starts of this block: above 1, it ended the process before. */
  readonly attempt: number;
  /** Of the transaction; undefined before the first. */
  readonly index: number | undefined;
}

/** In shared memory. Cost of a mark: a few nanoseconds. */
export class SharedMark {
  /** Attempt, index + 1. */
  readonly #small: Int32Array;
  readonly #height: BigInt64Array;

  constructor(memory: SharedArrayBuffer) {
    this.#height = new BigInt64Array(memory, 0, 1);
    this.#small = new Int32Array(memory, 8, 2);
  }

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(16);
  }

  begin(height: number, attempt: number): void {
    Atomics.store(this.#small, 1, 0);
    Atomics.store(this.#small, 0, attempt);
    Atomics.store(this.#height, 0, BigInt(height));
  }

  transaction(index: number): void {
    Atomics.store(this.#small, 1, index + 1);
  }

  /** No block is in execution. */
  end(): void {
    Atomics.store(this.#height, 0, 0n);
  }

  get now(): ExecutionPoint | undefined {
    const height = Number(Atomics.load(this.#height, 0));
    const index = Atomics.load(this.#small, 1) - 1;
    const attempt = Atomics.load(this.#small, 0);
    return height === 0 ? undefined : { height, attempt, index: index < 0 ? undefined : index };
  }
}

/** Each writer has its own line at its own position, so that neither can damage the other's. */
const LINE = 64;
const line = (text: string): string => `${text.padEnd(LINE - 1)}\n`;

/**
 * The file. Exec writes its first line, and the thread endpoints the second when a transaction
 * takes long.
 */
export class FileMark {
  readonly #file: number;
  #noted = "";

  constructor(path: string) {
    if (!existsSync(path)) closeSync(openSync(path, "a", 0o600));
    this.#file = openSync(path, "r+");
  }

  /** Cost: one write of 64 bytes, 2 to 5 us. */
  begin(height: number, attempt: number): void {
    writeSync(this.#file, line(`block ${height} attempt ${attempt}`), 0);
  }

  /** No block is in execution, and none was interrupted. */
  forget(): void {
    writeSync(this.#file, line(""), 0);
  }

  /** Costs as `begin`, after a change. */
  note(now: ExecutionPoint | undefined): void {
    if (now?.index === undefined) return;
    const text = line(`block ${now.height} transaction ${now.index}`);
    if (text === this.#noted) return;
    this.#noted = text;
    writeSync(this.#file, text, LINE);
  }

  close(): void {
    closeSync(this.#file);
  }
}

const NUMBER = "([0-9]{1,15})";
const FIRST = new RegExp(`^block ${NUMBER} attempt ${NUMBER} *$`);
const SECOND = new RegExp(`^block ${NUMBER} transaction ${NUMBER} *$`);

/** The work of the last run when it wrote the file; undefined without a file or without content. */
export function readFileMark(path: string): ExecutionPoint | undefined {
  if (!existsSync(path)) return undefined;
  const [first = "", second = ""] = readFileSync(path, "latin1").split("\n");
  const [, height, attempt] = FIRST.exec(first) ?? [];
  if (height === undefined) return undefined;
  const [, of, index] = SECOND.exec(second) ?? [];
  return {
    height: Number(height),
    attempt: Number(attempt),
    index: of === height ? Number(index) : undefined,
  };
}

/** `block 42, transaction 3 of 17 (hash)`: the text counts from 1. */
export function placeOf({ height, index }: ExecutionPoint, txs?: number, hash?: string): string {
  if (index === undefined) return `block ${height}`;
  return `block ${height}, transaction ${index + 1}${txs === undefined ? "" : ` of ${txs}`}${hash === undefined ? "" : ` (${hash})`}`;
}

/**
 * A failure of a block with its place. A ChainError, too: inside a transaction it would be the
 * transaction's result.
 */
export function faultAt(place: ExecutionPoint | undefined, txs: number, thrown: unknown): unknown {
  if (place === undefined || !(thrown instanceof Error)) return thrown;
  return new EnvironmentFault(`${thrown.message} (while it executed ${placeOf(place, txs)})`, { cause: thrown });
}

/** The warning of a start about a block that the last run did not finish. */
export function unfinishedText(last: ExecutionPoint, txs: number, hash: string | undefined, oldMb: number): string {
  const place = placeOf(last, txs, hash);
  if (last.attempt === 1) {
    return `the last run ended while it executed ${place}: by a signal, a power failure, or because of the block. It is executed again now`;
  }
  const memory = `--exec-memory raises the memory limit of the thread that runs blocks above ${oldMb} MiB`;
  return `the last ${last.attempt} runs ended while they executed ${place}: it seems to end the process. It is executed again now. ${memory}; please report the block, which the folder "blocks" has`;
}
