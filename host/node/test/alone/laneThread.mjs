// SPDX-License-Identifier: Apache-2.0
// The thread of a lane whose work lasts until the test lets it go. Data: `gate` [held now, passes,
// most held at once], and how long the thread takes to load.
import { serveThread, threadData } from "../../dist/threads/port.js";

const { gate, loadMs } = await threadData();
const state = new Int32Array(gate);
if (loadMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, loadMs);

serveThread({
  /** Works until the test gives a pass. */
  hold() {
    const now = Atomics.add(state, 0, 1) + 1;
    Atomics.store(state, 2, Math.max(now, Atomics.load(state, 2)));
    for (;;) {
      const passes = Atomics.load(state, 1);
      if (passes > 0 && Atomics.compareExchange(state, 1, passes, passes - 1) === passes) break;
      if (passes === 0) Atomics.wait(state, 1, 0);
    }
    Atomics.sub(state, 0, 1);
  },
  nap(ms) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  },
  echo: (value) => value,
  fail() {
    throw new Error("the work failed");
  },
  die() {
    process.exit(1);
  },
  close() {},
});
