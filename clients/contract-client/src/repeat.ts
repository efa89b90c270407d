// SPDX-License-Identifier: Apache-2.0

export interface RepeatOptions {
  readonly signal: AbortSignal;
  /** Milliseconds between two rounds; 6,000 by default, about a block. */
  readonly everyMs?: number;
  readonly onError?: (error: unknown) => void;
}

/**
 * Runs the round again and again until the signal aborts. A failed round is reported and repeated.
 */
export async function repeat(round: () => Promise<unknown>, options: RepeatOptions): Promise<void> {
  const { signal, everyMs = 6_000, onError } = options;
  while (!signal.aborted) {
    await round().catch((error: unknown) => onError?.(error));
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, everyMs);
      signal.addEventListener("abort", end);
    });
  }
}
