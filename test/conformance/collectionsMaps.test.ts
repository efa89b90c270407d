// SPDX-License-Identifier: Apache-2.0
import { toHex } from "@sotto/bytes";
import { plainError } from "@sotto/errors";
import {
  addressKey,
  asValue,
  clear,
  indexed,
  multiIndex,
  pair,
  type Range,
  type ReadCtx,
  type RowIndex,
  reverseIndex,
  type StateOf,
  stateOf,
  textKey,
  textValue,
  u64Key,
  uniqueIndex,
  type WriteCtx,
} from "@sotto/kernel";
import { emptyKv, Overlay } from "@sotto/store";
import { describe, expect, test } from "vitest";
import {
  type AnyKind,
  kindOf,
  list,
  notedChain,
  type OperationCase,
  type RangeCase,
  type ShownRow,
  text,
  type Vectors,
  type VectorValue,
  vectors,
} from "./collectionsVector.ts";
import { bytes, fields } from "./vectorFiles.ts";

const notFound = (): never => {
  throw plainError("collections: not found");
};

describe("ranges", () => {
  const BOUNDS = {
    StartInclusive: "from",
    StartExclusive: "after",
    EndInclusive: "upTo",
    EndExclusive: "before",
  } as const;

  /** The range of these calls of collections. Bounds of a prefixed range are second parts. */
  function rangeOf({ range }: RangeCase, { read }: AnyKind, parts: readonly AnyKind[]): Range<unknown> {
    const out: Record<string, unknown> = {};
    const first = (shown: VectorValue) => [(parts[0] as AnyKind).read(shown)];
    const prefixed = range["NewPrefixedPairRange"];
    for (const [name, shown] of Object.entries(range)) {
      if (name in BOUNDS) {
        const bound = BOUNDS[name as keyof typeof BOUNDS]; // The cast: checked above.
        out[bound] = prefixed === undefined ? read(shown) : [...first(prefixed), (parts[1] as AnyKind).read(shown)];
      } else if (name === "Descending") out["reverse"] = shown;
      else if (name === "Prefix") out["prefix"] = read(shown);
      else if (name === "NewPrefixedPairRange" || name === "NewPrefixedTripleRange") out["prefix"] = first(shown);
      else if (name === "NewPrefixUntilPairRange" || name === "NewPrefixUntilTripleRange")
        out["through"] = first(shown);
      else if (name === "NewSuperPrefixedTripleRange") {
        out["prefix"] = list(shown).map((each, i) => (parts[i] as AnyKind).read(each));
      } else throw new Error(`unknown range ${name}`);
    }
    return out;
  }

  test.each(vectors.ranges.map((each) => [each.codec, each] as const))("of %s", (name, entry) => {
    fields(entry, "codec", "prefix", "rows", "ranges");
    const of = kindOf(name);
    const parts = /^(?:pair|triple)\((.*)\)$/.exec(name)?.[1]?.split(",").map(kindOf) ?? [];
    const { ctx, take } = notedChain();
    const prefix = bytes(entry.prefix);
    const rows = stateOf("test").keySet(
      [String.fromCharCode(...prefix.filter((each) => each < 128)), ...[...prefix].filter((each) => each > 127)],
      of.codec,
    );
    for (const shown of entry.rows) rows.add(ctx, of.read(shown));
    // Neighbours, which no range may show.
    const store = ctx.store("test");
    const beside = (step: number) => prefix.with(prefix.length - 1, (prefix.at(-1) as number) + step);
    store.set(Uint8Array.of(...beside(1), 1), bytes(""));
    store.set(Uint8Array.of(...beside(-1), 255), bytes(""));
    let shownKeys = 0;
    for (const asked of entry.ranges) {
      fields(asked, "range", "error", "start", "end", "keys");
      take();
      const range = rangeOf(asked, of, parts);
      const found = () => [...rows.keys(ctx, range)].map((key) => of.show(key));
      if (asked.error !== undefined) {
        expect(asked.error).toBe("collections: invalid iterator");
        expect(found).toThrow(expect.objectContaining({ message: asked.error, codespace: "undefined", code: 1 }));
        expect(take()).toEqual([]);
        continue;
      }
      expect(found()).toEqual(asked.keys);
      expect(take()[0]).toEqual([range.reverse === true ? "reverse" : "iterate", asked.start, asked.end]);
      expect([...rows.entries(ctx, range)].map(([key]) => of.show(key))).toEqual(asked.keys);
      shownKeys += asked.keys.length;
    }
    expect(shownKeys).toBeGreaterThan(20);
  });
});

type OperationRunner = (ctx: WriteCtx, op: OperationCase["op"]) => VectorValue | null;

/** The maps of the vectors: the effect of an operation on each. */
const MAPS: Record<string, (declare: StateOf) => OperationRunner> = {
  unique: (declare) => {
    const index = declare.table(2, u64Key, asValue(u64Key));
    const rows = numbered(declare, [uniqueIndex(index, ([number]) => number)]);
    return rows((ctx) => [...index.entries(ctx)].map(([number, key]) => [String(number), String(key)]));
  },
  multi: (declare) => {
    const index = declare.keySet(2, pair(textKey, u64Key));
    const rows = numbered(declare, [multiIndex(index, ([, name]) => name)]);
    return rows((ctx) => [...index.keys(ctx, { prefix: ["a"] })].map(([, key]) => String(key)));
  },
  several: (declare) => {
    const byName = declare.keySet(2, pair(textKey, u64Key));
    const byNumber = declare.keySet(3, pair(u64Key, u64Key));
    const byBoth = declare.table(4, pair(textKey, u64Key), asValue(u64Key));
    const rows = numbered(declare, [
      multiIndex(byName, ([, name]) => name),
      multiIndex(byNumber, ([number]) => number),
      uniqueIndex(byBoth, ([number, name]) => [name, number] as const),
    ]);
    return rows((ctx) => {
      const out: VectorValue[] = [];
      for (const [name, key] of byName.keys(ctx)) if (out.push([name, String(key)]) === 2) break;
      return out;
    });
  },
  reverse: (declare) => {
    const index = declare.keySet(2, pair(textKey, addressKey));
    const rows = indexed(declare.table(1, pair(addressKey, textKey), asValue(u64Key)), reverseIndex(index));
    const keyOf = (shown: VectorValue) => {
      const [owner, denom] = list(shown);
      return [bytes(text(owner as VectorValue)), text(denom as VectorValue)] as const;
    };
    return (ctx, [name, first = "", second = ""]) => {
      switch (name) {
        case "set":
          rows.set(ctx, keyOf(first), BigInt(text(second)));
          return null;
        case "remove":
          rows.remove(ctx, keyOf(first));
          return null;
        case "index":
          return [...index.keys(ctx, { prefix: [text(first)] })].map(([denom, owner]) => [toHex(owner), denom]);
        default:
          throw new Error(`unknown operation ${name}`);
      }
    };
  },
  plain: (declare) => {
    const item = declare.item("item", textValue);
    const sequence = declare.sequence(3);
    const set = declare.keySet(4, textKey);
    const none = (): null => null;
    const ops: Record<string, (ctx: WriteCtx, argument: string) => VectorValue | null> = {
      "item.set": (ctx, word) => none.call(item.set(ctx, word)),
      "item.get": (ctx) => item.get(ctx) ?? notFound(),
      "item.has": (ctx) => item.has(ctx),
      "item.remove": (ctx) => none.call(item.remove(ctx)),
      "sequence.next": (ctx) => String(sequence.next(ctx)),
      "sequence.peek": (ctx) => String(sequence.peek(ctx)),
      "sequence.set": (ctx, number) => none.call(sequence.set(ctx, BigInt(number))),
      "set.set": (ctx, word) => none.call(set.add(ctx, word)),
      "set.remove": (ctx, word) => none.call(set.remove(ctx, word)),
      "set.has": (ctx, word) => set.has(ctx, word),
    };
    return (ctx, [name, argument = ""]) => {
      const op = ops[name];
      if (op === undefined) throw new Error(`unknown operation ${name}`);
      return op(ctx, text(argument));
    };
  },
};

/** A map from numbers to pairs of a number and a text, with indexes. */
function numbered(
  declare: StateOf,
  indexes: readonly RowIndex<bigint, readonly [bigint, string]>[],
): (index: (ctx: ReadCtx) => VectorValue) => OperationRunner {
  const rows = indexed(declare.table(1, u64Key, asValue(pair(u64Key, textKey))), ...indexes);
  return (index) =>
    (ctx, [name, first = "0", second = ""]) => {
      const key = BigInt(text(first));
      switch (name) {
        case "set": {
          const [number, word] = list(second).map(text) as [string, string];
          rows.set(ctx, key, [BigInt(number), word]);
          return null;
        }
        case "remove":
          rows.remove(ctx, key);
          return null;
        case "get": {
          const [number, word] = rows.get(ctx, key) ?? notFound();
          return [String(number), word];
        }
        case "has":
          return rows.has(ctx, key);
        case "index":
          return index(ctx);
        default:
          throw new Error(`unknown operation ${name}`);
      }
    };
}

test.each(vectors.maps.map((each) => [each.map, each] as const))("accesses of a map: %s", (name, entry) => {
  fields(entry, "map", "ops");
  const play = MAPS[name]?.(stateOf("test"));
  if (play === undefined) throw new Error(`unknown map ${name}`);
  const { take, attempt } = notedChain();
  for (const done of entry.ops) {
    fields(done, "op", "error", "answer", "accesses");
    const run = () => attempt((ctx) => play(ctx, done.op));
    if (done.error === undefined) expect(run(), done.op.join()).toEqual(done.answer);
    else {
      const message = expect.stringContaining(done.error);
      expect(run, done.op.join()).toThrow(expect.objectContaining({ message, codespace: "undefined", code: 1 }));
    }
    expect(take(), done.op.join()).toEqual(done.accesses);
  }
  expect(entry.ops.length).toBeGreaterThanOrEqual(40);
});

test("clearing a range", () => {
  for (const entry of vectors.clears) {
    fields(entry, "rows", "keep", "accesses", "shape");
    const { ctx, take } = notedChain();
    const rows = stateOf("test").keySet(1, u64Key);
    for (let i = 0; i < entry.rows + 2; i++) rows.add(ctx, BigInt(i));
    take();
    clear(ctx, rows, { before: BigInt(entry.keep) });
    const counts: Record<string, number> = {};
    const shape: string[] = [];
    for (const [name = ""] of take()) {
      counts[name] = (counts[name] ?? 0) + 1;
      if (shape.at(-1) !== name) shape.push(name);
    }
    expect(counts).toEqual(entry.accesses);
    expect(shape).toEqual(entry.shape);
    expect([...rows.keys(ctx)]).toEqual([BigInt(entry.keep), BigInt(entry.keep) + 1n]);
  }
});

describe("iteration over rows that change", () => {
  const bound = (hex: string) => (hex === "" ? undefined : bytes(hex));
  const rowOf = ([key, value]: readonly [Uint8Array, Uint8Array]): ShownRow => [toHex(key), toHex(value)];

  function play({ base, steps }: Vectors["iteration"][number]): number {
    const below = new Overlay(emptyKv);
    for (const [key, value] of base) below.set(bytes(key), bytes(value));
    const layers = [new Overlay(below)];
    const open: Iterator<readonly [Uint8Array, Uint8Array]>[] = [];
    let shown = 0;
    for (const [name, ...given] of steps) {
      const top = layers.at(-1) as Overlay;
      const [first = "", second = "", third] = given as [string?, string?, boolean?]; // The form of the oracle's steps.
      if (name === "branch") layers.push(new Overlay(top));
      else if (name === "write" || name === "drop") {
        if (name === "write") top.write();
        layers.pop();
      } else if (name === "set") top.set(bytes(first), bytes(second));
      else if (name === "delete") top.delete(bytes(first));
      else if (name === "open") open.push(top.iterate(bound(first), bound(second), third)[Symbol.iterator]());
      else if (name === "next") {
        const { value, done } = (open[Number(first)] as (typeof open)[number]).next();
        expect(done === true ? null : rowOf(value)).toEqual(second);
        shown++;
      } else if (name === "rows") expect([...top.iterate(undefined, undefined)].map(rowOf)).toEqual(given);
      else throw new Error(`unknown step ${name}`);
    }
    return shown;
  }

  test("shows the rows of the moment when it begins, as in the SDK", () => {
    let shown = 0;
    for (const scenario of vectors.iteration) {
      fields(scenario, "name", "base", "steps");
      try {
        shown += play(scenario);
      } catch (thrown) {
        throw new Error(`${scenario.name}: ${(thrown as Error).message}`, { cause: thrown });
      }
    }
    expect(shown).toBeGreaterThan(1000);
  });
});
