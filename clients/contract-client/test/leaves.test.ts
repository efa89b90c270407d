// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { headAfter, type LoggedTx, leavesIn, repeat, searchLeaves, type TxSearch } from "../src/index.ts";

const leaf = (n: number): string => n.toString(16).padStart(64, "0");
const wasm = (key: string, value: string) => ({ type: "wasm", key, value });

/** One transaction in which several contracts log. */
const tx = (height: number, ...events: readonly (readonly [string, string])[]): LoggedTx => ({
  height,
  code: 0,
  timestamp: "2026-01-01T00:00:04.5Z",
  arrayLog: [
    { type: "message", key: "contract_address", value: "other" },
    ...events.flatMap(([contract, text]) => [wasm("contract_address", contract), wasm("leaf", text)]),
  ],
});

describe("leaves", () => {
  it("are those of one contract, in order, with the time of their block", () => {
    const found = leavesIn(
      [tx(7, ["other", leaf(1)], ["mine", leaf(2)], ["other", leaf(3)], ["mine", leaf(4)])],
      "mine",
    );
    const place = { height: 7, time: 1_767_225_604, event: {} };
    expect(found).toEqual([
      { leaf: leaf(2), ...place },
      { leaf: leaf(4), ...place },
    ]);
    expect(leavesIn([{ height: 1, code: 0, timestamp: "" }], "mine")).toEqual([]);
  });

  it("are read from all pages, without those of transactions that failed", async () => {
    const all = Array.from({ length: 250 }, (_, i) => ({ ...tx(i, ["mine", leaf(i)]), code: i === 3 ? 5 : 0 }));
    // The search of a node, whose pages begin at the offset.
    const txsQuery: TxSearch["query"]["txsQuery"] = async (query, _, pagination) => {
      const { limit, offset } = pagination as unknown as { readonly limit: string; readonly offset: string };
      expect(query).toBe("wasm.contract_address='mine'");
      return all.slice(Number(offset), Number(offset) + Number(limit));
    };
    const found = await searchLeaves({ query: { txsQuery } }, "mine");
    expect(found.map(({ height }) => height)).toEqual(all.map(({ height }) => height).filter((height) => height !== 3));
  });

  it("have the head that the contracts compute", () => {
    // Computed with Python's hashlib; the leaf is that of contracts/common/src/head.rs.
    const leaves = ["d4d6a8c0e019f730d9cf96bbe538142387dd5a4b6568cc683971aefb4da133e0"];
    expect(headAfter([])).toBe("0".repeat(64));
    expect(headAfter(leaves)).toBe("7d481790dcfcf8c70ac33e18ef23c3c74f26aa1e6330f72e09560d9c86b9596d");
    expect(headAfter([leaf(2)], headAfter(leaves))).toBe(headAfter([...leaves, leaf(2)]));
  });
});

it("repeat reports a failed round, goes on, and ends with the signal, also in the middle of a wait", async () => {
  const end = new AbortController();
  const errors: unknown[] = [];
  let rounds = 0;
  const round = async (): Promise<void> => {
    rounds++;
    if (rounds === 2) throw new RangeError("second");
    if (rounds === 4) setTimeout(() => end.abort(), 5);
  };
  const options = { signal: end.signal, onError: (error: unknown) => errors.push(error) };
  await repeat(round, { ...options, everyMs: 1 }).finally(() => expect(rounds).toBeGreaterThanOrEqual(4));
  expect(errors).toEqual([new RangeError("second")]);
  const begun = performance.now();
  const later = new AbortController();
  setTimeout(() => later.abort(), 5);
  await repeat(async () => undefined, { signal: later.signal, everyMs: 60_000 });
  expect(performance.now() - begun).toBeLessThan(30_000);
});
