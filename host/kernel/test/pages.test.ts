// SPDX-License-Identifier: Apache-2.0
/** The end of a page of a client's query, whatever its limit (ADR 103). */
import { openStore } from "@sotto/store";
import { afterAll, expect, it } from "vitest";
import { Branch, createCtx, type ExecMode, GasMeter, NO_LIMIT, paginate, stateOf, u64Key } from "../src/index.ts";

const ROWS = 1_000;
const ROW_BYTES = 40_000;
const MAX = (1n << 64n) - 1n;

const store = openStore({ path: undefined, stores: ["test"], pruning: { keepVersions: undefined }, noSync: true });
afterAll(() => store.close());
const branch = new Branch(store.snapshot());
const contextOf = (mode: ExecMode) =>
  createCtx({ mode, block: { chainId: "test-1", height: 1, time: 1n }, branch, gas: new GasMeter(NO_LIMIT) });
const bytes = { encode: (value: Uint8Array) => value, decode: (raw: Uint8Array) => raw };
const rows = stateOf("test").table(1, u64Key, bytes);
for (let i = 0n; i < ROWS; i++) rows.set(contextOf("deliver"), i, new Uint8Array(ROW_BYTES));

type Rules = NonNullable<Parameters<typeof paginate>[5]>;
const all = Array.from({ length: ROWS }, (_, i) => BigInt(i));

function pageOf(request: object, rules: Rules, isShown: (key: bigint) => boolean, mode: ExecMode = "query") {
  const ctx = contextOf(mode);
  const page = paginate(ctx, rows, request as never, {}, (key) => (isShown(key) ? key : undefined), rules);
  return { ...page, gas: ctx.gas.consumed };
}

/** All pages by key, with limits beyond all rows. */
function follow(rules: Rules, isShown: (key: bigint) => boolean, reverse: boolean) {
  const seen: bigint[] = [];
  let key = new Uint8Array(0);
  let pages = 0;
  do {
    const page = pageOf({ key, limit: 1n << 62n, reverse }, rules, isShown);
    // The row that ends the page, and up to three that find its first row backwards.
    expect(page.gas).toBeLessThan(6_000_000 + 5 * ROW_BYTES);
    seen.push(...page.rows);
    key = new Uint8Array(page.pagination.nextKey);
    pages++;
  } while (key.length > 0);
  return { seen, pages };
}

it.each<Rules>(["collection", "matching", "store", "filtered"])(
  "pages of %s end after their gas, and join to the list",
  (rules) => {
    for (const reverse of [false, true]) {
      const { seen, pages } = follow(rules, () => true, reverse);
      expect(seen).toEqual(reverse ? [...all].reverse() : all);
      expect(pages).toBe(7);
    }
  },
);

it.each<Rules>(["matching", "filtered"])("a page of %s that hides all rows ends too, and no row is lost", (rules) => {
  expect(follow(rules, () => false, false)).toEqual({ seen: [], pages: 7 });
  expect(follow(rules, (key) => key % 300n === 299n, false).seen).toEqual([299n, 599n, 899n]);
  expect(pageOf({ limit: 1n }, rules, (key) => key === 999n)).toMatchObject({ rows: [] });
});

it("a total counts all rows, also those after the page", () => {
  for (const rules of ["collection", "matching", "store", "filtered"] as const) {
    const { rows: shown, pagination } = pageOf({ limit: 1n << 62n, countTotal: true }, rules, () => true);
    expect(shown.length).toBeLessThan(160);
    expect(pagination).toEqual({ nextKey: u64Key.encode(BigInt(shown.length)), total: BigInt(ROWS) });
  }
});

it("a total that costs more than a page does not move the end of a page with a small limit", () => {
  for (const rules of ["collection", "matching", "store", "filtered"] as const) {
    for (const offset of [0n, 7n]) {
      const { rows: shown, pagination } = pageOf({ limit: 5n, offset, countTotal: true }, rules, () => true);
      expect(shown).toEqual(all.slice(Number(offset), Number(offset) + 5));
      expect(pagination).toEqual({ nextKey: u64Key.encode(offset + 5n), total: BigInt(ROWS) });
    }
  }
});

it("an offset is not a part of the page: its rows count, and none before it is shown", () => {
  for (const rules of ["collection", "matching", "store", "filtered"] as const) {
    const { rows: shown, pagination } = pageOf({ offset: 900n, limit: 5n }, rules, () => true);
    expect([shown, pagination.nextKey]).toEqual([all.slice(900, 905), u64Key.encode(905n)]);
  }
});

it("in blocks and simulations a page has its limit alone", () => {
  for (const mode of ["deliver", "simulate", "check"] as const) {
    for (const rules of ["collection", "matching", "store"] as const)
      expect(pageOf({ limit: MAX }, rules, () => true, mode).rows.length).toBe(ROWS);
  }
});
