// SPDX-License-Identifier: Apache-2.0
import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, statSync } from "node:fs";

/** Most bytes of one file that one look shows; the rest is in the file only. */
const MOST = 64 * 1024;
/** A file above this size gets a new beginning at the next start. */
const LONG = 64 * 1024 * 1024;

/** The lines that were added to a file. */
export interface Tail {
  read(): readonly string[];
}

/** Reads a file from its present end on. */
export function tailOf(path: string): Tail {
  let at = existsSync(path) ? statSync(path).size : 0;
  let rest = "";
  return {
    read: () => {
      if (!existsSync(path)) return [];
      const fd = openSync(path, "r");
      try {
        const { size } = fstatSync(fd);
        if (size < at) at = 0;
        const skipped = Math.max(0, size - at - MOST);
        const buffer = Buffer.alloc(size - at - skipped);
        readSync(fd, buffer, 0, buffer.length, at + skipped);
        at = size;
        const lines = (skipped > 0 ? "" : rest).concat(buffer.toString("utf8")).split("\n");
        rest = lines.pop() ?? "";
        return skipped > 0 ? [`(${skipped} bytes more are in ${path})`, ...lines.slice(1)] : lines;
      } finally {
        closeSync(fd);
      }
    },
  };
}

/** Moves a long log away, to `<name>.old`: a log never has more than this and one run. */
export function rotate(path: string): void {
  if (existsSync(path) && statSync(path).size > LONG) renameSync(path, `${path}.old`);
}
