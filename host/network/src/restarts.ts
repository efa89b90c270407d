// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { writeWhole } from "./files.ts";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** Ends in a row without a ready node between them. */
const MOST_ENDS = 8;
/** A pair that was ready for less time than this ended because of a fault that comes again. */
const LASTING_MS = 60_000;

/** The pauses between the starts of programs that end: they grow while the ends come soon. */
export class Restarts {
  #soon = 0;
  #neverReady = 0;

  /**
   * After an end. `readyMs`: how long the programs ran since they were ready; undefined: they were
   * not. Returns the pause before the next start in milliseconds; undefined: they ended too often.
   */
  after(readyMs: number | undefined): number | undefined {
    this.#soon = readyMs !== undefined && readyMs >= LASTING_MS ? 1 : this.#soon + 1;
    this.#neverReady = readyMs === undefined ? this.#neverReady + 1 : 0;
    if (this.#neverReady >= MOST_ENDS) return undefined;
    return Math.min(FIRST_PAUSE_MS * 2 ** (this.#soon - 1), LONGEST_PAUSE_MS);
  }

  /** The next programs are others. */
  forget(): void {
    this.#soon = 0;
    this.#neverReady = 0;
  }

  /** Ends in a row without a ready node. */
  get neverReady(): number {
    return this.#neverReady;
  }
}

/** An end that nobody asked for. */
export interface LastEnd {
  /** Date and time, ISO 8601. */
  readonly at: string;
  readonly reason: string;
}

/** On a full disk the end before stays: the pair must go on. */
export function saveEnd(file: string, reason: string): void {
  const end: LastEnd = { at: new Date().toISOString(), reason };
  try {
    writeWhole(file, `${JSON.stringify(end)}\n`);
  } catch (thrown) {
    const { code } = thrown as { readonly code?: unknown };
    if (code !== "ENOSPC" && code !== "EDQUOT") throw thrown;
  }
}

/** The last end in a file; null: there was none, or the file is damaged. */
export function readEnd(file: string): LastEnd | null {
  try {
    const { at, reason } = JSON.parse(readFileSync(file, "utf8")) as Partial<LastEnd>;
    return typeof at === "string" && typeof reason === "string" ? { at, reason } : null;
  } catch {
    return null;
  }
}
