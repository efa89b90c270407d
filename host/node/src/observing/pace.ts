// SPDX-License-Identifier: Apache-2.0

/** How many of the usual pauses a block may be late. */
const PAUSES = 10;

/** Weight of the last pause in the usual one. */
const WEIGHT = 0.1;

/**
 * Tells when blocks have stopped: the last one is older than ten usual pauses, and at least
 * `leastMs`. Times are milliseconds of any one clock.
 */
export class PaceWatch {
  readonly #leastMs: number;
  #pauseMs: number;
  #last: number;

  /** `pauseMs`: usual pause until blocks show it. */
  constructor(pauseMs: number, leastMs: number, now: number) {
    this.#pauseMs = pauseMs;
    this.#leastMs = leastMs;
    this.#last = now;
  }

  block(now: number): void {
    this.#pauseMs += (now - this.#last - this.#pauseMs) * WEIGHT;
    this.#last = now;
  }

  /** The reason why the node is not up to date; undefined while blocks come. */
  late(now: number): string | undefined {
    const age = now - this.#last;
    const most = Math.max(this.#leastMs, PAUSES * this.#pauseMs);
    if (age <= most) return undefined;
    return `no block for ${Math.round(age / 1000)} s, at most ${Math.round(most / 1000)} s are usual`;
  }
}
