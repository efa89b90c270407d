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

/** Of the end of a log, in which a program says why it ended. */
const TAIL = 64 * 1024;
const MOST_WORDS = 600;

/** The text of a line of the node's log that says why it ends; undefined: another line. */
function faultOf(line: string): string | undefined {
  const [, plain] = /^sotto: (.+)$/.exec(line) ?? [];
  if (plain !== undefined || !line.startsWith("{")) return plain;
  try {
    const { level, msg } = JSON.parse(line) as { readonly level?: unknown; readonly msg?: unknown };
    return level === FATAL && typeof msg === "string" ? msg : undefined;
  } catch {
    return undefined;
  }
}

/** Level of pino. */
const FATAL = 60;

/** Why a node ended, in its own words behind a place of its log; undefined: it does not say. */
export function lastWords(path: string, from: number): string | undefined {
  if (!existsSync(path)) return undefined;
  const fd = openSync(path, "r");
  try {
    const start = Math.max(from, fstatSync(fd).size - TAIL);
    const buffer = Buffer.alloc(Math.max(0, fstatSync(fd).size - start));
    readSync(fd, buffer, 0, buffer.length, start);
    const found = buffer
      .toString("utf8")
      .split("\n")
      .map(faultOf)
      .filter((each) => each !== undefined);
    return found.at(-1)?.slice(0, MOST_WORDS);
  } finally {
    closeSync(fd);
  }
}

/** Moves a long log away, to `<name>.old`: a log never has more than this and one run. */
export function rotate(path: string): void {
  if (existsSync(path) && statSync(path).size > LONG) renameSync(path, `${path}.old`);
}
