// SPDX-License-Identifier: Apache-2.0
import type { CheckedModule } from "@sotto/check";

/** Segments closer than this are restored as one copy; the bytes between them are zero. */
const MERGE_GAP = 4096;

interface Run {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/** The initial content of a memory, as few runs, restored without writing any byte twice. */
export class DataImage {
  readonly #runs: readonly Run[];

  constructor({ bytes, data }: CheckedModule) {
    const spans = data
      .filter(({ start, end }) => end > start)
      .map(({ offset, start, end }) => ({ start: offset, end: offset + end - start }))
      .toSorted((a, b) => a.start - b.start);
    const merged: { start: number; end: number }[] = [];
    for (const span of spans) {
      const last = merged.at(-1);
      if (last !== undefined && span.start <= last.end + MERGE_GAP) last.end = Math.max(last.end, span.end);
      else merged.push({ ...span });
    }
    this.#runs = merged.map(({ start, end }) => ({ start, end, bytes: new Uint8Array(end - start) }));
    // In the order of the module: a later segment overwrites an earlier one.
    for (const { offset, start, end } of data) {
      const run = this.#runs.find((candidate) => candidate.start <= offset && offset < candidate.end);
      run?.bytes.set(bytes.subarray(start, end), offset - run.start);
    }
  }

  /** Writes the segments into a memory that is zero. Cost: only their pages are touched. */
  place(memory: Uint8Array): void {
    for (const { start, bytes } of this.#runs) memory.set(bytes, start);
  }

  /** Zeroes all of `memory` except the segments, which get their initial content. */
  restore(memory: Uint8Array): void {
    let at = 0;
    for (const { start, end, bytes } of this.#runs) {
      memory.fill(0, at, start);
      memory.set(bytes, start);
      at = end;
    }
    memory.fill(0, at);
  }
}
