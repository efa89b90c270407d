// SPDX-License-Identifier: Apache-2.0
import { fromHex, toHex } from "@sotto/bytes";
import { ChainError } from "@sotto/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CodecError } from "../src/errors.ts";
import { ProtoReader } from "../src/protoReader.ts";
import { ProtoWriter } from "../src/protoWriter.ts";

const hex = (text: string) => fromHex(text) as Uint8Array;
const failsWith = (run: () => unknown, factory: typeof CodecError.protobuf, text: RegExp) => {
  try {
    run();
  } catch (thrown) {
    expect(ChainError.is(thrown, factory)).toBe(true);
    expect(String(thrown)).toMatch(text);
    return;
  }
  throw new Error("did not fail");
};

describe("ProtoWriter", () => {
  it("writes the examples of the protobuf encoding document", () => {
    expect(toHex(new ProtoWriter().int32(1, 150).finish())).toBe("089601");
    expect(toHex(new ProtoWriter().string(2, "testing").finish())).toBe("120774657374696e67");
    expect(toHex(new ProtoWriter().message(3, (w) => w.int32(1, 150)).finish())).toBe("1a03089601");
    expect(toHex(new ProtoWriter().int64(1, -2n).finish())).toBe("08feffffffffffffffff01");
    expect(toHex(new ProtoWriter().int32(1, -2).finish())).toBe("08feffffffffffffffff01");
  });

  it("leaves out zero values and writes them when told", () => {
    const w = new ProtoWriter();
    w.uint32(1, 0).uint64(2, 0n).int64(3, 0).bool(4, false).bytes(5, new Uint8Array()).string(6, "").fixed64(7, 0n);
    expect(w.length).toBe(0);
    w.uint32Always(1, 0).uint64Always(2, 0n).boolAlways(4, false).bytesAlways(5, new Uint8Array()).stringAlways(6, "");
    w.fixed64Always(7, 0n)
      .fixed32Always(8, 0)
      .message(9, () => undefined);
    expect(toHex(w.finish())).toBe("080010002000" + "2a003200" + "390000000000000000" + "4500000000" + "4a00");
  });

  it("writes the lengths of long nested sections", () => {
    for (const size of [126, 127, 128, 129, 16_383, 16_384, 70_000, 2_097_152]) {
      const inner = new Uint8Array(size).fill(7);
      const w = new ProtoWriter(1).message(1, (outer) => outer.message(2, (deep) => deep.raw(inner)));
      const r = new ProtoReader(w.finish());
      expect(r.tag()).toBe(10);
      const end = r.enter();
      expect(r.tag()).toBe(18);
      expect(r.bytes().length).toBe(size);
      expect(r.tag()).toBe(0);
      r.leave(end);
      expect(r.tag()).toBe(0);
    }
  });

  it("refuses values outside their type", () => {
    const w = new ProtoWriter();
    failsWith(() => w.uint32(1, -1), CodecError.value, /uint32/);
    failsWith(() => w.uint64(1, -1), CodecError.value, /uint64/);
    failsWith(() => w.uint64(1, 1n << 64n), CodecError.value, /uint64/);
    failsWith(() => w.int64(1, 1n << 63n), CodecError.value, /int64/);
    failsWith(() => w.int32(1, 2 ** 31), CodecError.value, /int32/);
    failsWith(() => w.uint64(1, 2 ** 53), CodecError.value, /safe integer/);
  });
});

describe("ProtoReader", () => {
  it("reads back every kind of value that was written", () => {
    fc.assert(
      fc.property(
        fc.record({
          u32: fc.nat(0xffffffff),
          i32: fc.integer(),
          u64: fc.bigInt(0n, (1n << 64n) - 1n),
          i64: fc.bigInt(-(1n << 63n), (1n << 63n) - 1n),
          safe: fc.maxSafeInteger(),
          text: fc.string({ unit: "grapheme", maxLength: 90 }),
          bytes: fc.uint8Array({ maxLength: 300 }),
          flag: fc.boolean(),
        }),
        (v) => {
          const w = new ProtoWriter(4);
          w.uint32Always(1, v.u32).int32Always(2, v.i32).uint64Always(3, v.u64).int64Always(4, v.i64);
          w.int64Always(5, v.safe).stringAlways(6, v.text).bytesAlways(7, v.bytes).boolAlways(8, v.flag);
          w.fixed64Always(9, v.u64).fixed64Always(10, v.i64).fixed32Always(11, v.u32);
          const r = new ProtoReader(w.finish(), { minimal: true });
          const next = <T>(read: () => T): T => {
            expect(r.tag()).not.toBe(0);
            return read();
          };
          expect(next(() => r.uint32())).toBe(v.u32);
          expect(next(() => r.int32())).toBe(v.i32);
          expect(next(() => r.uint64())).toBe(v.u64);
          expect(next(() => r.int64())).toBe(v.i64);
          expect(next(() => r.safeInt())).toBe(v.safe === 0 ? 0 : v.safe);
          expect(next(() => r.string())).toBe(v.text);
          expect(next(() => r.bytes())).toEqual(v.bytes);
          expect(next(() => r.bool())).toBe(v.flag);
          expect(next(() => r.fixed64())).toBe(v.u64);
          expect(next(() => r.sfixed64())).toBe(v.i64);
          expect(next(() => r.fixed32())).toBe(v.u32);
          expect(r.tag()).toBe(0);
        },
      ),
    );
  });

  it("refuses malformed input with a ChainError", () => {
    const first = (text: string, read: (r: ProtoReader) => unknown) => () => {
      const r = new ProtoReader(hex(text));
      r.tag();
      return read(r);
    };
    failsWith(
      first("08", (r) => r.uint64()),
      CodecError.protobuf,
      /unexpected end/,
    );
    failsWith(
      first("0880", (r) => r.uint64()),
      CodecError.protobuf,
      /unexpected end/,
    );
    failsWith(
      first("08ffffffffffffffffff02", (r) => r.uint64()),
      CodecError.protobuf,
      /64 bits/,
    );
    failsWith(
      first("08ffffffffffffffffffff01", (r) => r.uint64()),
      CodecError.protobuf,
      /64 bits/,
    );
    failsWith(
      first("0a05616263", (r) => r.bytes()),
      CodecError.protobuf,
      /beyond the end/,
    );
    failsWith(
      first("0a8080808080808001", (r) => r.bytes()),
      CodecError.protobuf,
      /beyond the end/,
    );
    failsWith(
      first("0a02c328", (r) => r.string()),
      CodecError.protobuf,
      /UTF-8/,
    );
    failsWith(
      first("0901020304", (r) => r.fixed64()),
      CodecError.protobuf,
      /unexpected end/,
    );
    failsWith(
      first("00", () => 0),
      CodecError.protobuf,
      /illegal tag/,
    );
    failsWith(
      first("0c", () => 0),
      CodecError.protobuf,
      /illegal wire type 4/,
    );
    failsWith(
      first("0e", () => 0),
      CodecError.protobuf,
      /illegal wire type 6/,
    );
    failsWith(
      first("8880808010", () => 0),
      CodecError.protobuf,
      /illegal tag/,
    );
    failsWith(
      first("08ffffffffffffff1f", (r) => r.safeUint()),
      CodecError.protobuf,
      /2\^53/,
    );
  });

  it("refuses a longer varint than needed only in minimal mode", () => {
    const bytes = hex("088100");
    const loose = new ProtoReader(bytes);
    expect(loose.tag()).toBe(8);
    expect(loose.uint64()).toBe(1n);
    const strict = new ProtoReader(bytes, { minimal: true });
    strict.tag();
    failsWith(() => strict.uint64(), CodecError.protobuf, /not as short/);
  });

  it("skips unknown values and whole groups", () => {
    const r = new ProtoReader(hex("0b" + "1001" + "1b2501020304" + "1c" + "0c" + "2801"));
    const tag = r.tag();
    expect(tag).toBe(11);
    r.skip(tag);
    expect(r.tag()).toBe(40);
    expect(r.uint32()).toBe(1);
    for (const text of ["0b", "0b1c", "0b".repeat(200), "0b0e"]) {
      const bad = new ProtoReader(hex(text));
      failsWith(() => bad.skip(bad.tag()), CodecError.protobuf, /group|wire type/);
    }
  });

  it("never reads past an embedded message", () => {
    const r = new ProtoReader(hex("0a020aff0801"));
    r.tag();
    const end = r.enter();
    r.tag();
    failsWith(() => r.bytes(), CodecError.protobuf, /unexpected end|beyond/);
    r.leave(end);
    expect(r.tag()).toBe(8);
  });

  it("answers any bytes with a value or a ChainError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const r = new ProtoReader(bytes);
        try {
          for (let tag = r.tag(); tag !== 0; tag = r.tag()) r.skip(tag);
          expect(r.left).toBe(0);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(ChainError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
