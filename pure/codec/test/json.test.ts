// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import { ChainError } from "@sotto/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CodecError } from "../src/errors.ts";
import { type Json, JsonDecimal, parseJson } from "../src/json.ts";
import { countJsonValues, MAX_JSON_VALUES } from "../src/jsonCount.ts";
import { compareText, goJsonString, jsonString } from "../src/jsonText.ts";
import { compactJson, jsonObject, sortedJson, sortedPlainJson } from "../src/jsonWriter.ts";

/**
 * The result of JSON.parse. Only for documents without integer-like keys, which it
 * would reorder.
 */
function plain(value: Json): unknown {
  if (value instanceof JsonDecimal) return Number(value.text);
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return Object.fromEntries([...value].map(([k, v]) => [k, plain(v)]));
  return value;
}

const refused = (text: string | Uint8Array, limits = {}) => {
  try {
    parseJson(text, limits);
    return "accepted";
  } catch (thrown) {
    if (ChainError.is(thrown, CodecError.json)) return "json";
    if (ChainError.is(thrown, CodecError.jsonLimit)) return "limit";
    throw thrown;
  }
};

describe("parseJson", () => {
  it("agrees with JSON.parse on random documents", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        expect(plain(parseJson(text))).toEqual(JSON.parse(text));
        expect(plain(parseJson(fromUtf8(text)))).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it("agrees with JSON.parse on what is not JSON", () => {
    const piece = fc.constantFrom(
      ...'{}[]:,"\\/0123456789.eE+-tfn ul\u0001a\u2028\ud83d\ude00'.split(""),
      "true",
      '"k":',
      "\\u0041",
      "1.5",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join("");
        let expected: unknown;
        let fails = false;
        try {
          expected = JSON.parse(text);
        } catch {
          fails = true;
        }
        if (fails) expect(refused(text)).toBe("json");
        else expect(plain(parseJson(text, { duplicates: "last" }))).toEqual(expected);
      }),
      { numRuns: 5000 },
    );
  });

  it("keeps integers exact at any size and other numbers as their text", () => {
    expect(parseJson("9007199254740991")).toBe(9007199254740991);
    expect(parseJson("9007199254740993")).toBe(9007199254740993n);
    expect(parseJson("18446744073709551615")).toBe(18446744073709551615n);
    expect(parseJson("-9223372036854775808")).toBe(-9223372036854775808n);
    for (const text of ["1.0", "1e3", "-0", "0.10", "1E-7"]) expect(parseJson(text)).toEqual(new JsonDecimal(text));
  });

  it("keeps the order of keys, integer-like ones and __proto__ too", () => {
    const value = parseJson('{"10":1,"2":2,"__proto__":3,"a":{"1":0,"0":0}}') as Map<string, Json>;
    expect([...value.keys()]).toEqual(["10", "2", "__proto__", "a"]);
    expect(compactJson(value)).toBe('{"10":1,"2":2,"__proto__":3,"a":{"1":0,"0":0}}');
  });

  it("refuses a duplicate key, or lets the last one win in the first place", () => {
    const text = '{"a":1,"b":2,"a":3}';
    expect(refused(text)).toBe("json");
    expect(compactJson(parseJson(text, { duplicates: "last" }))).toBe('{"a":3,"b":2}');
    expect(refused('{"a":1,"\\u0061":3}')).toBe("json");
  });

  it("nests to the limit and not deeper", () => {
    expect(refused("[".repeat(127) + "]".repeat(127))).toBe("accepted");
    expect(refused("[".repeat(128) + "]".repeat(128))).toBe("limit");
    expect(refused('{"a":'.repeat(128) + "1" + "}".repeat(128))).toBe("limit");
    expect(refused("[[1]]", { maxDepth: 1 })).toBe("limit");
    expect(refused("[1]", { maxDepth: 1 })).toBe("accepted");
    expect(refused("[".repeat(1_000_000), { maxDepth: 1_000_000 })).toBe("limit");
  });

  it("bounds the length of the document and of a number", () => {
    expect(refused('"abc"', { maxLength: 4 })).toBe("limit");
    expect(refused("9".repeat(401))).toBe("limit");
    expect(refused("9".repeat(400))).toBe("accepted");
  });

  it("bounds the number of values, whatever their kind and the length of the text", () => {
    for (const item of ["{}", "[]", "1", '""', "null", '{"a":0}']) {
      const own = item.includes("0") ? 2 : 1;
      const fits = Math.floor((MAX_JSON_VALUES - 1) / own);
      expect(refused(`[${Array(fits).fill(item).join(",")}]`), item).toBe("accepted");
      expect(
        refused(
          `[${Array(fits + 1)
            .fill(item)
            .join(",")}]`,
        ),
        item,
      ).toBe("limit");
    }
    expect(refused("[1,[2]]", { maxValues: 3 })).toBe("limit");
    expect(refused("[1,[2]]", { maxValues: 4 })).toBe("accepted");
  });

  it("holds at most 100 times the limit of values in memory, however long the text", () => {
    const text = `[${"{},".repeat(5_000_000)}{}]`;
    const before = process.memoryUsage().heapUsed;
    expect(refused(text)).toBe("limit");
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(MAX_JSON_VALUES * 1_000);
  });

  it("counts values without making them", () => {
    const valuesOf = (value: Json): number => {
      if (Array.isArray(value)) return value.reduce((sum: number, each: Json) => sum + valuesOf(each), 1);
      if (value instanceof Map) return [...value.values()].reduce((sum, each) => sum + valuesOf(each), 1);
      return 1;
    };
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom("", " ", "\n\t "), (text, space) => {
        const spaced = space === "" ? text : JSON.stringify(JSON.parse(text), undefined, space);
        expect(countJsonValues(fromUtf8(spaced), 1_000_000)).toBe(valuesOf(parseJson(spaced, { duplicates: "last" })));
      }),
      { numRuns: 1000 },
    );
    expect(countJsonValues(fromUtf8('["a,[\\"{,",{"b,":[]}]'), 100)).toBe(4);
    expect(countJsonValues(fromUtf8(`[${"0,".repeat(1_000_000)}0]`), 10)).toBe(11);
    expect(countJsonValues(fromUtf8('["'), 10)).toBe(2);
  });

  it("refuses what is not strict JSON", () => {
    const bad = [
      "",
      " ",
      "01",
      "-",
      "1.",
      ".5",
      "1e",
      "+1",
      "tru",
      "nulll",
      "[1,]",
      '{"a":1,}',
      "{a:1}",
      "'a'",
      "[1 2]",
      "1 2",
    ];
    bad.push(
      '"\t"',
      '"\\x41"',
      '"\\u12g4"',
      '"\\ud800"',
      '"\\ud800\\u0041"',
      '"\\udc00"',
      '"a',
      "\ufeff1",
      "/**/1",
      "NaN",
    );
    for (const text of bad) expect(refused(text), text).toBe("json");
    expect(refused(Uint8Array.of(0x22, 0xc3, 0x28, 0x22))).toBe("json");
    expect(refused(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31))).toBe("json");
  });

  it("answers any bytes with a value or a ChainError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        refused(bytes);
      }),
      { numRuns: 3000 },
    );
  });

  it("reads every escape", () => {
    expect(parseJson('"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00x"')).toBe('"\\/\b\f\n\r\t\u00e9\u{1f600}x');
  });
});

describe("texts of millions of escapes", () => {
  /** MB of heap after `make`, including garbage. */
  const heapOf = (make: () => string): readonly [text: string, mb: number] => {
    const before = process.memoryUsage().heapUsed;
    const text = make();
    return [text, (process.memoryUsage().heapUsed - before) / 1e6];
  };
  // Each was 160 MB or more: V8's ropes, held until the text is read.
  const few = 100;

  it.each([
    ["\\n", "\n"],
    ["a\\n", "a\n"],
    ["\\u0000", "\0"],
    ["\\ud83d\\ude00", "\ud83d\ude00"],
  ])("are read into no more than their length: %j", (escaped, plainText) => {
    const times = Math.floor(9_900_000 / escaped.length);
    const written = `"${escaped.repeat(times)}"`;
    const [text, mb] = heapOf(() => parseJson(written, { maxLength: 10_000_000 }) as string);
    expect(mb).toBeLessThan(few);
    expect(text === plainText.repeat(times)).toBe(true);
  });

  it("are written into no more than their length", () => {
    const [text, mb] = heapOf(() => goJsonString("a<".repeat(2_000_000)));
    expect(mb).toBeLessThan(few);
    expect(text === `"${"a\\u003c".repeat(2_000_000)}"`).toBe(true);
  });

  it("are the same around the number from which they are put together otherwise", () => {
    for (let times = 250; times <= 1_030; times++) {
      const text = "x<\n".repeat(times);
      expect(goJsonString(text)).toBe(`"${"x\\u003c\\n".repeat(times)}"`);
      expect(parseJson(goJsonString(text))).toBe(text);
    }
  });
});

describe("JSON writers", () => {
  it("write what parseJson reads back", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        const value = parseJson(text);
        expect(parseJson(compactJson(value))).toEqual(value);
        expect(parseJson(sortedJson(value))).toEqual(value);
      }),
    );
  });

  it("sort keys by their bytes, not by UTF-16 units", () => {
    const value = jsonObject([
      ["\u{1f600}", 1],
      ["\uffff", 2],
      ["b", 3],
      ["10", 4],
      ["2", 5],
      ["gone", undefined],
      ["B", 6],
    ]);
    expect(sortedPlainJson(value)).toBe('{"10":4,"2":5,"B":6,"b":3,"\uffff":2,"\u{1f600}":1}');
  });

  it("order text as its UTF-8 bytes are ordered", () => {
    const text = fc.string({ unit: "binary", maxLength: 4 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
      { numRuns: 2000 },
    );
  });

  it("escape as Go and as serde_json do", () => {
    const text = '<b>&\u2028\u2029"\\/\b\f\n\r\t\u0001\u001f\u007fé😀';
    expect(goJsonString(text)).toBe(
      '"\\u003cb\\u003e\\u0026\\u2028\\u2029\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\u007fé😀"',
    );
    expect(jsonString(text)).toBe('"<b>&\u2028\u2029\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\u007fé😀"');
    expect(goJsonString("a\ud800b")).toBe('"a\\ufffdb"');
    fc.assert(fc.property(fc.string({ unit: "binary" }), (any) => JSON.parse(goJsonString(any)) === any));
    fc.assert(fc.property(fc.string({ unit: "binary" }), (any) => JSON.parse(jsonString(any)) === any));
  });

  it("write numbers exactly and refuse fractions", () => {
    expect(compactJson([1, -5, 18446744073709551615n, new JsonDecimal("1.50"), -0])).toBe(
      "[1,-5,18446744073709551615,1.50,0]",
    );
    expect(() => compactJson(1.5)).toThrow(ChainError);
    expect(() => compactJson(Number.NaN)).toThrow(ChainError);
    expect(() => compactJson(2 ** 53)).toThrow(ChainError);
  });
});
