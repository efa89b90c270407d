// SPDX-License-Identifier: Apache-2.0
import { emptyKv, Overlay } from "@sotto/store";
import { expect, test } from "vitest";
import {
  addressKey,
  Branch,
  createCtx,
  GasMeter,
  multiIndex,
  NO_LIMIT,
  paginate,
  pair,
  type Range,
  stateOf,
  textKey,
  tuple,
  u64Key,
  u64Value,
} from "../src/index.ts";

const context = () =>
  createCtx({
    mode: "deliver",
    block: { chainId: "test-1", height: 1, time: 1n },
    gas: new GasMeter(NO_LIMIT),
    branch: new Branch({ store: () => new Overlay(emptyKv) }),
  });
const { keySet, table } = stateOf("test");
const owner = Uint8Array.of(1, 2);

test("bounds are keys or their first parts, and nothing else compiles", () => {
  const rows = keySet(1, tuple(addressKey, textKey, u64Key));
  type Key = readonly [Uint8Array, string, bigint];
  const good: Range<Key>[] = [{ prefix: [owner] }, { prefix: [owner, "a"] }, { from: [owner, "a", 1n], upTo: [owner] }];
  const bad: Range<Key>[] = [
    // @ts-expect-error the first part is bytes
    { prefix: ["a"] },
    // @ts-expect-error the second part is text
    { prefix: [owner, 1n] },
    // @ts-expect-error there is no fourth part
    { before: [owner, "a", 1n, 2n] },
    // @ts-expect-error the keys after a prefix alone are the keys that begin with it
    { after: [owner] },
    // @ts-expect-error a key of several parts is a list
    { prefix: owner },
  ];
  expect(good.length + bad.length).toBe(8);
  const one = keySet(2, textKey);
  // @ts-expect-error a key of one part is not a list
  const wrong: Parameters<typeof one.keys>[1] = { prefix: ["a"] };
  expect(wrong).toBeDefined();
  const ctx = context();
  for (const text of ["a", "ab", "b"]) {
    rows.add(ctx, [owner, text, 7n]);
    one.add(ctx, text);
  }
  expect([...rows.keys(ctx, { prefix: [owner, "a"] })]).toEqual([[owner, "a", 7n]]);
  expect([...one.keys(ctx, { prefix: "a", reverse: true })]).toEqual(["ab", "a"]);
});

test("a tuple has the bytes of nested pairs", () => {
  const nested = pair(u64Key, pair(textKey, pair(addressKey, u64Key)));
  const flat = tuple(u64Key, textKey, addressKey, u64Key);
  const raw = flat.encode([7n, "ab", owner, 9n]);
  expect(nested.encode([7n, ["ab", [owner, 9n]]])).toEqual(raw);
  expect(flat.encodePart([7n, "ab", owner, 9n])).toEqual(nested.encodePart([7n, ["ab", [owner, 9n]]]));
  expect(flat.decode(raw)).toEqual([7n, "ab", owner, 9n]);
});

test("an index gives pages, whose keys do not contain the prefix of its rows", () => {
  const ctx = context();
  const byOwner = keySet(3, pair(addressKey, u64Key));
  const rows = table(4, u64Key, { encode: (v: Uint8Array) => v, decode: (raw) => raw });
  const index = multiIndex(byOwner, (value: Uint8Array) => value);
  for (let i = 0n; i < 5n; i++) {
    index.refer(ctx, rows, i, owner);
    rows.set(ctx, i, owner);
  }
  index.refer(ctx, rows, 9n, Uint8Array.of(1));
  const request = { key: new Uint8Array(0), offset: 0n, limit: 3n, countTotal: true, reverse: false };
  const page = paginate(ctx, byOwner, request as never, { prefix: [owner] }, ([, number]) => number);
  expect(page.rows).toEqual([0n, 1n, 2n]);
  expect(page.pagination).toEqual({ nextKey: u64Key.encode(3n), total: 5n });
});

test("a page that hides rows ends at any row after a key, and at a shown one without a key (SDK filtered_pagination.go)", () => {
  const ctx = context();
  const rows = table(4, u64Key, u64Value);
  for (let i = 0n; i < 10n; i++) rows.set(ctx, i, i);
  const odd = (_key: bigint, value: bigint) => (value % 2n === 1n ? value : undefined);
  const at = (key: bigint) => u64Key.encode(key);
  const page = (request: object) => paginate(ctx, rows, request as never, {}, odd, "filtered");
  expect(page({ limit: 2n })).toEqual({ rows: [1n, 3n], pagination: { nextKey: at(5n), total: 0n } });
  expect(page({ limit: 2n, key: at(2n) })).toEqual({ rows: [3n, 5n], pagination: { nextKey: at(6n), total: 0n } });
  expect(page({ limit: 2n, offset: 9n, countTotal: true }).pagination).toEqual({
    nextKey: new Uint8Array(0),
    total: 5n,
  });
});
