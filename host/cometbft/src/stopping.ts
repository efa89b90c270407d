// SPDX-License-Identifier: Apache-2.0
import { EnvironmentFault } from "@sotto/errors";

export const STOPPED = "the node stops";

/**
 * The promise, or a rejection as soon as the signal is given. Cost: nothing is left of it once it
 * is settled; `Promise.race` with a promise that lives as long as the node keeps each result.
 */
export function orStopped<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new EnvironmentFault(STOPPED));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
