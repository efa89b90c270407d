// SPDX-License-Identifier: Apache-2.0
const MS = 1_000_000n;

/**
 * A larger difference means that the monotonic clock stood still (the machine slept) or the other
 * clock was set.
 */
const STEP_MS = 1_000;

/** Milliseconds that are added to the monotonic clock. */
let ahead = 0;

/**
 * Nanoseconds since 1970 from the monotonic clock: it never goes back while the process runs, and
 * follows the machine's clock after the monotonic clock stood still. Precise to about 0.3 us.
 */
export function nowNs(): bigint {
  const ms = performance.timeOrigin + performance.now() + ahead;
  const behind = Date.now() - ms;
  if (behind < STEP_MS) return toNs(ms);
  ahead += behind;
  return toNs(ms + behind);
}

const toNs = (ms: number): bigint => BigInt(Math.round(ms * 1_000)) * 1_000n + 1n;

/** A chain older than this gets a warning when it continues: its time jumps. */
const OLD_MS = 3_600_000;
/** A chain's time that is further ahead gets one. */
const EARLY_MS = 10_000;

/** Warns when a chain's time is far from the machine's clock: once, until both agree again. */
export class ClockWatch {
  readonly #warn: (text: string) => void;
  #isEarly = false;

  constructor(warn: (text: string) => void) {
    this.#warn = warn;
  }

  /**
   * Before the first block of this process: the chain's time in nanoseconds, the clock's in
   * milliseconds.
   */
  start(chainNs: bigint, clockMs: number): void {
    const age = clockMs - Number(chainNs / MS);
    if (age > OLD_MS) {
      this.#warn(
        `the last block is ${duration(age)} old: the time of blocks jumps to now, and what contracts let run out by then has run out`,
      );
    }
    this.block(chainNs, clockMs);
  }

  /** After a block. */
  block(chainNs: bigint, clockMs: number): void {
    const early = Number(chainNs / MS) - clockMs;
    const isEarly = early > EARLY_MS;
    if (isEarly && !this.#isEarly) {
      this.#warn(
        `the chain's time is ${duration(early)} ahead of this machine's clock, which was set back: until the clock is there, each block ` +
          "is only a millisecond later than the last; set the clock, or begin a new chain with --reset",
      );
    }
    this.#isEarly = isEarly;
  }
}

/** `3 days`, `2.5 h`, `40 s`. */
function duration(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${(seconds / 3_600).toFixed(1)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
