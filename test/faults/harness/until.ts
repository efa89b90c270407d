// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from "node:timers/promises";

/** For a network on two cores that do other work, too. */
export const AGAIN_MS = 180_000;
const LOOK_MS = 100;

/** Asks until `look` answers something else than undefined. Throws with `what` after `withinMs`. */
export async function until<T>(what: string, look: () => Promise<T | undefined>, withinMs = AGAIN_MS): Promise<T> {
  const from = performance.now();
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() - from > withinMs) throw new Error(`not so after ${withinMs} ms: ${what}`);
    await sleep(LOOK_MS);
  }
}
