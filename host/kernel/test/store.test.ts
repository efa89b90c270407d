// SPDX-License-Identifier: Apache-2.0
import { beU64, fromUtf8 } from "@sotto/bytes";
import { OutOfGas } from "@sotto/errors";
import { openStore } from "@sotto/store";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import {
  addressKey,
  Branch,
  createCtx,
  emptyValue,
  GasMeter,
  intValue,
  type KeyCodec,
  NO_LIMIT,
  paginate,
  pair,
  prefixedAddressKey,
  type ReadCtx,
  stateOf,
  textKey,
  u64Key,
  u64Value,
} from "../src/index.ts";

const store = openStore({ path: undefined, stores: ["test"], pruning: { keepVersions: undefined }, noSync: true });
afterAll(() => store.close());
const BLOCK = { chainId: "test-1", height: 1, time: 1n };
const context = (limit = NO_LIMIT, branch = new Branch(store.snapshot())) =>
  createCtx({ mode: "deliver", block: BLOCK, branch, gas: new GasMeter(limit) });

describe("gas of the store", () => {
  const key = fromUtf8("12345");
  const spent = (
    run: (ctx: ReturnType<typeof context>) => void,
    before: (ctx: ReturnType<typeof context>) => void = () => {},
  ) => {
    const ctx = context();
    before(ctx);
    const begin = ctx.gas.consumed;
    run(ctx);
    return ctx.gas.consumed - begin;
  };
  const kv = (ctx: ReadCtx) => ctx.store("test");

  it("is a tenth of the SDK's: flat prices and prices of each byte of key and value", () => {
    const put = (ctx: ReturnType<typeof context>) => ctx.store("test").set(key, new Uint8Array(100));
    expect(spent(put)).toBe(200 + 5 * 105);
    expect(spent((ctx) => kv(ctx).get(key))).toBe(100 + 5);
    expect(spent((ctx) => kv(ctx).get(key), put)).toBe(100 + 105);
    expect(spent((ctx) => kv(ctx).has(key))).toBe(100);
    expect(spent((ctx) => ctx.store("test").delete(key))).toBe(100);
    expect(spent((ctx) => [...kv(ctx).iterate(undefined, undefined)])).toBe(5);
    expect(spent((ctx) => [...kv(ctx).iterate(undefined, undefined)], put)).toBe(2 * (105 + 5));
    expect(
      spent((ctx) => {
        for (const _row of kv(ctx).iterate(undefined, undefined)) break;
      }, put),
    ).toBe(105 + 5);
  });

  it("refuses a read before it is made, and counts the amount beyond the limit", () => {
    const ctx = context(99);
    expect(() => kv(ctx).get(key)).toThrow(new OutOfGas("ReadFlat"));
    expect(ctx.gas.consumed).toBe(100);
    expect(ctx.gas.consumedToLimit).toBe(99);
    expect([ctx.gas.remaining, ctx.gas.isExhausted]).toEqual([0, true]);
    const exact = context(105);
    kv(exact).get(key);
    expect(exact.gas.isExhausted).toBe(true);
  });

  it("never counts beyond the largest safe integer", () => {
    const meter = new GasMeter(NO_LIMIT);
    meter.consume(NO_LIMIT, "all");
    meter.consume(NO_LIMIT, "all again");
    expect(meter.consumed).toBe(NO_LIMIT);
    meter.refund(5);
    expect(meter.remaining).toBe(5);
  });
});

describe("branches", () => {
  it("show their writes below only after `write`, at every depth", () => {
    const root = new Branch(store.snapshot());
    const parent = context(NO_LIMIT, root);
    const one = parent.branch();
    const two = one.ctx.branch();
    two.ctx.store("test").set(fromUtf8("k"), fromUtf8("v"));
    two.ctx.emit({ type: "x", attributes: [] });
    expect(one.ctx.store("test").has(fromUtf8("k"))).toBe(false);
    two.write();
    expect(one.ctx.store("test").has(fromUtf8("k"))).toBe(true);
    expect(parent.store("test").has(fromUtf8("k"))).toBe(false);
    expect([two.events.length, one.events.length, parent.events.length]).toEqual([1, 0, 0]);
    one.write();
    expect(parent.store("test").has(fromUtf8("k"))).toBe(true);
    expect(parent.takeEvents()).toEqual([]);
  });

  it("hide deleted rows, and have no effect when they are dropped", () => {
    const parent = context();
    parent.store("test").set(fromUtf8("k"), fromUtf8("v"));
    const dropped = parent.branch();
    dropped.ctx.store("test").delete(fromUtf8("k"));
    expect([...dropped.ctx.store("test").iterate(undefined, undefined)]).toEqual([]);
    expect(parent.store("test").has(fromUtf8("k"))).toBe(true);
  });
});

describe("keys", () => {
  const bytes = fc.uint8Array({ maxLength: 40 });
  const text = fc.string({ unit: "grapheme", maxLength: 20 });
  const ascii = fc.string({ unit: "binary-ascii", maxLength: 20 }).filter((each) => !each.includes("\0"));
  const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
  const same = <K>(codec: KeyCodec<K>, arbitrary: fc.Arbitrary<K>) =>
    fc.assert(
      fc.property(arbitrary, (key) => {
        expect(codec.decode(codec.encode(key))).toEqual(key);
      }),
    );

  it("decode to the encoded value, alone and as parts", () => {
    same(addressKey, bytes);
    same(prefixedAddressKey, bytes);
    same(textKey, text);
    same(u64Key, u64);
    same(pair(addressKey, textKey), fc.tuple(bytes, text));
    same(pair(textKey, prefixedAddressKey), fc.tuple(ascii, bytes));
    same(pair(u64Key, pair(u64Key, pair(textKey, addressKey))), fc.tuple(u64, fc.tuple(u64, fc.tuple(ascii, bytes))));
  });

  it("of numbers sort as the numbers do", () => {
    const numbers = [0n, 1n, 255n, 256n, (1n << 63n) - 1n, (1n << 64n) - 1n];
    const encoded = numbers.map((n) => Buffer.from(u64Key.encode(n)).toString("hex"));
    expect([...encoded].sort()).toEqual(encoded);
    expect(u64Value.decode(beU64(7n))).toBe(7n);
    expect(intValue.decode(intValue.encode(-5n))).toBe(-5n);
    expect(emptyValue.encode(true)).toEqual(new Uint8Array(0));
  });
});

describe("pages of a table", () => {
  const { table } = stateOf("test");
  const rows = table(0x10, textKey, intValue);
  const ctx = context();
  for (let i = 0; i < 25; i++) rows.set(ctx, `k${String(i).padStart(2, "0")}`, BigInt(i));
  table(0x0f, textKey, intValue).set(ctx, "before", 1n);
  table(0x11, textKey, intValue).set(ctx, "after", 1n);
  const none = new Uint8Array(0);
  const page = (request: object, keep?: (n: bigint) => boolean) =>
    paginate(
      ctx,
      rows,
      { key: none, offset: 0n, limit: 0n, countTotal: false, reverse: false, ...request } as never,
      {},
      (_key, n) => (keep?.(n) === false ? undefined : Number(n)),
      keep === undefined ? "collection" : "matching",
    );
  const upTo = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

  it("follow each other by key to the end", () => {
    const seen: number[] = [];
    let key: Uint8Array = none;
    for (let pages = 0; pages === 0 || (key.length > 0 && pages < 9); pages++) {
      const { rows: some, pagination } = page({ key, limit: 7n });
      seen.push(...some);
      key = pagination.nextKey;
    }
    expect(seen).toEqual(upTo(0, 25));
  });

  it("follow each other backwards too", () => {
    const seen: number[] = [];
    let key: Uint8Array = none;
    for (let pages = 0; pages === 0 || (key.length > 0 && pages < 9); pages++) {
      const { rows: some, pagination } = page({ key, limit: 7n, reverse: true });
      seen.push(...some);
      key = pagination.nextKey;
    }
    expect(seen).toEqual(upTo(0, 25).reverse());
  });

  it("begin at an offset, count on request or without a request, and refuse key and offset together", () => {
    expect(page({ offset: 20n, limit: 3n })).toMatchObject({ rows: [20, 21, 22], pagination: { total: 0n } });
    expect(page({ offset: 20n, limit: 3n, countTotal: true }).pagination.total).toBe(25n);
    expect(page({})).toMatchObject({ rows: upTo(0, 25), pagination: { total: 25n, nextKey: none } });
    expect(page({ offset: 30n, limit: 3n, countTotal: true })).toMatchObject({ rows: [], pagination: { total: 0n } });
    expect(() => page({ key: fromUtf8("k01"), offset: 1n })).toThrow(
      expect.objectContaining({ codespace: "undefined", code: 1 }),
    );
    expect(page({ limit: (1n << 64n) - 1n }).rows.length).toBe(25);
  });

  it("count only the rows that the filter accepts", () => {
    const even = (n: bigint) => n % 2n === 0n;
    expect(page({ limit: 3n, countTotal: true }, even)).toMatchObject({ rows: [0, 2, 4], pagination: { total: 13n } });
    // An offset counts the hidden rows too (SDK collections_pagination.go).
    expect(page({ limit: 3n, offset: 3n }, even)).toMatchObject({ rows: [4, 6, 8] });
  });
});
