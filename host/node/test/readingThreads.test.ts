// SPDX-License-Identifier: Apache-2.0
import type { TxResult } from "@sotto/kernel";
import { expect, test } from "vitest";
import { readingThreads } from "../src/engine/ready.ts";
import type { AskedCheck, CheckHandlers } from "../src/threads/check.ts";
import type { Calls } from "../src/threads/port.ts";

test("checks and repeated checks of one turn come to the thread in the order in which CometBFT asked", async () => {
  const calls: (readonly AskedCheck[])[] = [];
  const verdict = { code: 0 } as TxResult;
  const check = {
    call: async (_: "checkTxs", asked: readonly AskedCheck[]) => {
      calls.push(asked);
      return asked.map(() => verdict);
    },
  } as unknown as Calls<CheckHandlers>;
  const threads = readingThreads(check, () => Promise.reject(new Error("not asked")));
  const tx = (n: number) => Uint8Array.of(n);
  await Promise.all([threads.checkTx(tx(1)), threads.recheck(tx(2)), threads.checkTx(tx(3))]);
  expect(calls).toEqual([
    [
      { tx: tx(1), isAgain: false },
      { tx: tx(2), isAgain: true },
      { tx: tx(3), isAgain: false },
    ],
  ]);
});
