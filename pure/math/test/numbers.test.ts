// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Dec, dec, int, NumberFault } from "../src/index.ts";

type Row = Readonly<Record<string, string>>;
// Made by tools/oracle with cosmossdk.io/math.
const vectors = JSON.parse(readFileSync(new URL("../../../vectors/numbers.json", import.meta.url), "utf8")) as Record<
  string,
  Row[]
>;

const read = (text: string): Dec => {
  const parsed = dec.parse(text);
  if (parsed.fault !== undefined) throw new Error(parsed.fault);
  return parsed.value;
};

const fields: Readonly<Record<string, (a: Dec, b: Dec) => string>> = {
  a: (a) => dec.format(a),
  b: (_, b) => dec.format(b),
  add: (a, b) => dec.format(dec.add(a, b)),
  sub: (a, b) => dec.format(dec.sub(a, b)),
  mul: (a, b) => dec.format(dec.mul(a, b)),
  mul_truncate: (a, b) => dec.format(dec.mulTruncate(a, b)),
  mul_round_up: (a, b) => dec.format(dec.mulRoundUp(a, b)),
  quo: (a, b) => dec.format(dec.quo(a, b)),
  quo_truncate: (a, b) => dec.format(dec.quoTruncate(a, b)),
  quo_round_up: (a, b) => dec.format(dec.quoRoundUp(a, b)),
  a_round_int: (a) => int.format(dec.roundInt(a)),
  a_truncate_int: (a) => int.format(dec.truncateInt(a)),
  a_ceil: (a) => dec.format(dec.ceil(a)),
};

const files: Readonly<Record<string, (row: Row) => void>> = {
  legacy_dec(row) {
    const a = read(row.a as string);
    const b = read(row.b as string);
    if (b === 0n)
      for (const op of [dec.quo, dec.quoTruncate, dec.quoRoundUp]) expect(() => op(a, b)).toThrow(NumberFault);
    for (const [field, want] of Object.entries(row)) {
      const compute = fields[field];
      if (compute === undefined) throw new Error(`unknown field ${field}`);
      expect({ row, field, value: compute(a, b) }).toEqual({ row, field, value: want });
    }
  },
  legacy_dec_parse(row) {
    for (const field of Object.keys(row)) expect(["text", "value", "error"]).toContain(field);
    const parsed = dec.parse(row.text as string);
    if (row.error !== undefined) expect(parsed).toEqual({ fault: row.error });
    else expect(parsed.fault ?? dec.format(parsed.value)).toBe(row.value);
  },
  legacy_dec_wire(row) {
    for (const field of Object.keys(row)) expect(["text", "value", "error"]).toContain(field);
    const value = dec.decode(row.text as string);
    if (row.error !== undefined) expect({ row, value }).toEqual({ row, value: undefined });
    else expect(value === undefined ? undefined : dec.format(value)).toBe(row.value);
    if (value !== undefined) expect(dec.formatEncoded(dec.encode(value))).toBe(row.value);
  },
  int_parse(row) {
    for (const field of Object.keys(row)) expect(["text", "value", "error"]).toContain(field);
    const parsed = int.parse(row.text as string);
    if (row.error !== undefined) expect({ row, parsed }).toEqual({ row, parsed: undefined });
    else expect({ row, parsed: parsed?.toString() }).toEqual({ row, parsed: row.value });
  },
};

test("every entry and field of numbers.json", () => {
  let count = 0;
  for (const [name, rows] of Object.entries(vectors)) {
    const check = files[name];
    if (check === undefined) throw new Error(`unknown list ${name}`);
    for (const row of rows) {
      check(row);
      count++;
    }
  }
  expect(count).toBe(272);
});

describe("Int", () => {
  // Go 1.23, math/big, SetString(text, 0) and UnmarshalText of the same texts.
  test.each([
    ["010", 8n],
    ["0o17", 15n],
    ["0O17", 15n],
    ["0b101", 5n],
    ["0B1", 1n],
    ["0xFf", 255n],
    ["0X1", 1n],
    ["-0x10", -16n],
    ["+0", 0n],
    ["00", 0n],
    ["0_7", 7n],
    ["0x_1", 1n],
    ["1_000_000", 1_000_000n],
    ["00000000000000000000000000000000000001", 1n],
  ])("reads %s", (text, value) => {
    expect(int.parse(text)).toBe(value);
  });

  test.each([
    "",
    "+",
    "-",
    "_1",
    "1_",
    "1__0",
    "0_",
    "0x",
    "0b",
    "0x_",
    "0b2",
    "08",
    "09",
    "0o8",
    "0xg",
    "1.",
    " ",
    "1 ",
    "--1",
    "+-1",
    "１",
    "0x-1",
    "1n",
    "Infinity",
  ])("refuses %j", (text) => {
    expect(int.parse(text)).toBeUndefined();
  });

  test("has 256 bits and a sign", () => {
    const top = 2n ** 256n - 1n;
    expect(int.parse(top.toString())).toBe(top);
    expect(int.parse(`-0x${top.toString(16)}`)).toBe(-top);
    expect(int.parse((top + 1n).toString())).toBeUndefined();
    expect(int.parse(`-${top + 1n}`)).toBeUndefined();
    expect(int.add(top, 0n)).toBe(top);
    expect(() => int.add(top, 1n)).toThrow(NumberFault);
    expect(() => int.sub(-top, 1n)).toThrow(NumberFault);
    expect(() => int.mul(2n ** 128n, 2n ** 128n)).toThrow(NumberFault);
    expect(() => int.quo(1n, 0n)).toThrow(NumberFault);
    expect(() => int.mod(1n, 0n)).toThrow(NumberFault);
  });

  test("divides towards zero and takes a remainder that is never negative", () => {
    expect([int.quo(-7n, 2n), int.mod(-7n, 2n), int.mod(-7n, -2n), int.mod(7n, -2n)]).toEqual([-3n, 1n, 1n, 1n]);
  });

  test("a megabyte of digits is refused at once", () => {
    const long = "9".repeat(1_000_000);
    expect(int.parse(long)).toBeUndefined();
    expect(int.parse(`0x${long}`)).toBeUndefined();
    expect(dec.parse(long).fault).toBe("out of range: invalid decimal string");
    expect(dec.decode(long)).toBeUndefined();
  });

  test("parse is the inverse of format", () => {
    const top = 2n ** 256n - 1n;
    fc.assert(
      fc.property(fc.bigInt({ min: -top, max: top }), (value) => {
        expect(int.parse(int.format(value))).toBe(value);
        expect(dec.decode(dec.encode(dec.fromAtoms(value)))).toBe(value);
        expect(read(dec.format(dec.fromAtoms(value)))).toBe(value);
      }),
    );
  });
});

describe("LegacyDec", () => {
  test("is bounded by 2^256 whole units", () => {
    const top = dec.fromAtoms(2n ** 256n * 10n ** 18n - 1n);
    expect(dec.add(top, dec.zero)).toBe(top);
    expect(() => dec.add(top, dec.smallest)).toThrow(NumberFault);
    expect(() => dec.sub(dec.neg(top), dec.smallest)).toThrow(NumberFault);
    expect(() => dec.mul(top, read("2"))).toThrow(NumberFault);
    expect(() => dec.quo(top, dec.smallest)).toThrow(NumberFault);
    expect(() => dec.ceil(top)).toThrow(NumberFault);
    expect(() => dec.fromAtoms(top + 1n)).toThrow(NumberFault);
    expect(dec.decode(top.toString())).toBe(top);
    expect(dec.decode((top + 1n).toString())).toBeUndefined();
    expect(() => dec.quoInt(top, 0n)).toThrow(NumberFault);
  });

  // Computed with cosmossdk.io/math 1.4.0.
  test.each([
    ["0.25", 2, "0.500000000000000000"],
    ["2", 2, "1.414213562373095049"],
    ["1005", 3, "10.016638965793120490"],
    ["27", 3, "3.000000000000000000"],
    ["-81", 4, "-3.000000000000000000"],
    ["1", 10, "1.000000000000000000"],
    ["0.000000000000000002", 3, "0.000001259921091139"],
    ["123456.789", 5, "10.430448796122909884"],
  ])("the root of %s of degree %i, to the last digit", (text, root, want) => {
    expect(dec.format(dec.approxRoot(read(text), root))).toBe(want);
  });

  test("powers, rounding and integers", () => {
    expect(dec.format(dec.power(read("1.2"), 3))).toBe("1.728000000000000000");
    expect(dec.format(dec.power(read("7"), 0))).toBe("1.000000000000000000");
    expect([dec.roundInt(read("2.5")), dec.roundInt(read("3.5")), dec.roundInt(read("-2.5"))]).toEqual([2n, 4n, -2n]);
    expect(dec.format(dec.truncate(read("-2.7")))).toBe("-2.000000000000000000");
    expect([dec.isInteger(read("2")), dec.isInteger(read("2.1"))]).toEqual([true, false]);
    expect(dec.format(dec.mulInt(read("0.5"), 3n))).toBe("1.500000000000000000");
    expect(dec.format(dec.quoInt(read("-1"), 3n))).toBe("-0.333333333333333333");
  });

  test("rounding up never gives less than truncating, and at most one atom more", () => {
    const atom = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
    fc.assert(
      fc.property(atom, atom, (x, y) => {
        const a = dec.fromAtoms(x);
        const b = dec.fromAtoms(y);
        const product = dec.mulRoundUp(a, b) - dec.mulTruncate(a, b);
        expect(product === 0n || product === 1n).toBe(true);
        fc.pre(y !== 0n);
        const up = dec.quoRoundUp(a, b);
        const down = dec.quoTruncate(a, b);
        const inexact = (x * 10n ** 18n) % y !== 0n;
        // An exact quotient, or a negative one that truncates to zero, stays; all others are one
        // atom larger, negative ones too.
        const belowZero = x < 0n !== y < 0n && down === 0n;
        expect(up - down).toBe(inexact && !belowZero ? 1n : 0n);
      }),
    );
  });
});
