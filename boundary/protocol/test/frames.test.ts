// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { concat } from "@sotto/bytes";
import { ChainError } from "@sotto/errors";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Ask, Method } from "../src/client.ts";
import { bytes, type Frame, frame, list, type Shapes, text } from "../src/frame.ts";
import * as messages from "../src/messages.ts";

const frames = new Map(
  Object.entries(messages).flatMap(([name, value]): [string, Frame<unknown>][] =>
    "shapes" in value ? [[name, value as Frame<unknown>]] : [],
  ),
);

interface ProtoField {
  name: string;
  number: number;
  label: string;
  type: string;
  typeName?: string;
  jsonName: string;
  proto3Optional?: boolean;
}
interface ProtoFile {
  package: string;
  messageType: { name: string; field?: ProtoField[] }[];
  service: { name: string; method: { name: string }[] }[];
}

describe("the frames are what enclave.proto declares", () => {
  let file: ProtoFile;
  beforeAll(() => {
    const require = createRequire(import.meta.url);
    const buf = join(dirname(require.resolve("@bufbuild/buf/package.json")), "bin", "buf");
    const cwd = fileURLToPath(new URL("../proto", import.meta.url));
    const json = execFileSync(process.execPath, [buf, "build", "-o", "-#format=json"], { cwd, encoding: "utf8" });
    file = JSON.parse(json).file[0];
  });

  const ofProto = (field: ProtoField) => ({
    name: field.jsonName,
    number: field.number,
    label: field.label === "LABEL_REPEATED" ? "repeated" : field.proto3Optional === true ? "optional" : "singular",
    type:
      field.type === "TYPE_MESSAGE"
        ? field.typeName?.split(".").at(-1)
        : field.type.slice("TYPE_".length).toLowerCase(),
  });
  const nameOf = (shapes: Shapes) => [...frames].find(([, frame]) => frame.shapes === shapes)?.[0];
  const ofFrame = ({ shapes }: Frame<unknown>) =>
    Object.entries(shapes).map(([name, { number, label, type }]) => ({
      name,
      number,
      label,
      type: typeof type === "string" ? type : nameOf(type),
    }));

  it("message by message, field by field, in the order of the numbers", () => {
    expect(file.package).toBe("sotto.enclave.v1");
    expect(file.messageType.map(({ name }) => name).sort()).toEqual([...frames.keys()].sort());
    for (const { name, field = [] } of file.messageType) {
      expect({ name, fields: ofFrame(frames.get(name) as Frame<unknown>) }).toEqual({
        name,
        fields: field.map(ofProto),
      });
    }
  });

  it("method by method", () => {
    const source = readFileSync(new URL("../proto/sotto/enclave/v1/enclave.proto", import.meta.url), "utf8");
    const numbers = new Map(
      [...source.matchAll(/rpc (\w+)\(.*; \/\/ (\d+)$/gm)].map(([, name, n]) => [name, Number(n)]),
    );
    const numbered = (name: string) =>
      file.service.find((each) => each.name === name)?.method.map((method) => [method.name, numbers.get(method.name)]);
    const upper = (table: Record<string, number>) =>
      Object.entries(table).map(([name, n]) => [name[0]?.toUpperCase() + name.slice(1), n]);
    expect(numbered("Enclave")).toEqual(upper(Method));
    expect(numbered("Host")).toEqual(upper(Ask));
  });
});

function arbitraryOf(shapes: Shapes): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(shapes).map(([name, { label, type }]): [string, fc.Arbitrary<unknown>] => {
    const one: fc.Arbitrary<unknown> =
      type === "uint64"
        ? fc.maxSafeNat()
        : type === "bool"
          ? fc.boolean()
          : type === "bytes"
            ? fc.uint8Array({ maxLength: 300 })
            : type === "string"
              ? fc.string({ unit: "binary", maxLength: 40 })
              : arbitraryOf(type);
    if (label === "repeated") return [name, fc.array(one, { maxLength: 4 })];
    const mayBeAbsent = label === "optional" || typeof type !== "string";
    return [name, mayBeAbsent ? fc.option(one, { nil: undefined }) : one];
  });
  return fc.record(Object.fromEntries(fields));
}

const varint = (value: number): Uint8Array => {
  const out: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) out.push((value % 128) | 128);
  return Uint8Array.from([...out, value]);
};
/** A number of empty messages in one field. */
const foreignList = (field: number, count: number): Uint8Array =>
  new Uint8Array(2 * count).map((_, i) => (i % 2 === 0 ? field * 8 + 2 : 0));

const refusal = (run: () => unknown): unknown => {
  try {
    run();
    return undefined;
  } catch (thrown) {
    return thrown;
  }
};

describe("every frame", () => {
  it.each([...frames])("%s decodes to what was encoded", (_name, frame) => {
    fc.assert(
      fc.property(arbitraryOf(frame.shapes), (value) => {
        expect(frame.decode(frame.encode(value))).toEqual(value);
      }),
      { numRuns: 100 },
    );
  });

  it.each([...frames])("%s answers any bytes with a value or one refusal", (_name, frame) => {
    const check = (bytes: Uint8Array) => {
      const thrown = refusal(() => frame.decode(bytes));
      if (thrown !== undefined) expect(thrown).toMatchObject({ name: "ChainError", codespace: "boundary", code: 1 });
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), check), { numRuns: 200 });
    const changed = fc.tuple(arbitraryOf(frame.shapes), fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat());
    fc.assert(
      fc.property(changed, ([value, at, change, cut]) => {
        const bytes = frame.encode(value);
        if (bytes.length === 0) return;
        const place = at % bytes.length;
        check(bytes.map((byte, i) => (i === place ? byte ^ change : byte)));
        check(bytes.slice(0, cut % bytes.length));
      }),
      { numRuns: 200 },
    );
  });

  it.each([...frames])("%s refuses unknown fields and wrong wire types", (_name, frame) => {
    for (const tag of [
      [0x7a, 0x00],
      [0xf8, 0x07, 0x01],
      [0x0d, 1, 2, 3, 4],
      [0x09, 1, 2, 3, 4, 5, 6, 7, 8],
      [0x0b],
      [0x00, 0x00],
    ]) {
      expect(refusal(() => frame.decode(Uint8Array.from(tag)))).toBeInstanceOf(ChainError);
    }
  });

  it("refuses numbers that are no safe integers, both ways", () => {
    const { CommitBlockAnswer, QueryChainAnswer, SubMessage } = messages;
    for (const gasUsed of [-1, 1.5, 2 ** 53, Number.NaN]) {
      expect(refusal(() => QueryChainAnswer.encode({ answer: new Uint8Array(0), gasUsed }))).toBeInstanceOf(ChainError);
      const message = { id: 1, replyOn: 0, gasLimit: gasUsed, wasm: undefined, json: new Uint8Array(0) };
      expect(refusal(() => SubMessage.encode(message))).toBeInstanceOf(ChainError);
    }
    const tooLarge = Uint8Array.of(0x10, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1);
    expect(refusal(() => QueryChainAnswer.decode(tooLarge))).toBeInstanceOf(ChainError);
    expect(refusal(() => CommitBlockAnswer.decode(Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f)))).toBeInstanceOf(
      ChainError,
    );
    expect(refusal(() => messages.Attribute.decode(Uint8Array.of(0x0a, 1, 0xff)))).toBeInstanceOf(ChainError);
  });

  it("refuses more than its bounds say, both ways: names, keys and lists of a hint", () => {
    const { HintLimit, KeyHint, SignerHint, UnitHint } = messages;
    const unit = { denom: "d", display: "u", exponent: 0, displayExponent: 6 };
    const key = { typeUrl: "t", value: new Uint8Array(1) };
    const name = (length: number) => "x".repeat(length);
    // The same fields without bounds, as a modified host can write them.
    const wire = { first: text(1), second: text(2) };
    const units = (count: number) => Array.from({ length: count }, () => unit);
    const any = <T>(of: Frame<T>) => of as Frame<unknown>;
    const cases: [Frame<unknown>, (size: number) => unknown, (size: number) => Uint8Array, number][] = [
      [
        any(UnitHint),
        (n) => ({ ...unit, denom: name(n) }),
        (n) => frame(wire).encode({ first: name(n), second: "u" }),
        128,
      ],
      [
        any(UnitHint),
        (n) => ({ ...unit, display: name(n) }),
        (n) => frame(wire).encode({ first: "d", second: name(n) }),
        128,
      ],
      [
        any(KeyHint),
        (n) => ({ ...key, typeUrl: name(n) }),
        (n) => frame(wire).encode({ first: name(n), second: "" }),
        128,
      ],
      [
        any(KeyHint),
        (n) => ({ ...key, value: new Uint8Array(n) }),
        (n) => frame({ value: bytes(2) }).encode({ value: new Uint8Array(n) }),
        65_536,
      ],
      [
        any(SignerHint),
        (n) => ({ publicKey: undefined, units: units(n) }),
        (n) => frame({ units: list(2, UnitHint) }).encode({ units: units(n) }),
        256,
      ],
    ];
    expect(HintLimit).toEqual({ publicKey: 65_536, name: 128, units: 256 });
    for (const [of, value, foreign, most] of cases) {
      expect(of.decode(of.encode(value(most)))).toEqual(value(most));
      expect(refusal(() => of.decode(foreign(most)))).toBeUndefined();
      expect(refusal(() => of.encode(value(most + 1)))).toMatchObject({ codespace: "boundary", code: 1 });
      expect(refusal(() => of.decode(foreign(most + 1)))).toMatchObject({ codespace: "boundary", code: 1 });
    }
    // A list is refused at its first item beyond the bound, not at its end.
    const flood = foreignList(2, 1_000_000);
    expect(refusal(() => SignerHint.decode(flood))).toMatchObject({ codespace: "boundary", code: 1 });
    expect(
      refusal(() => messages.CallRequest.decode(concat(Uint8Array.of(0x62), varint(flood.length), flood))),
    ).toMatchObject({
      codespace: "boundary",
      code: 1,
    });
  });

  it("is a copy: later changes of the frame's bytes do not reach the value", () => {
    const bytes = messages.ReadStateAsk.encode({ key: Uint8Array.of(1, 2, 3), proof: 0 });
    const { key } = messages.ReadStateAsk.decode(bytes);
    bytes.fill(9);
    expect(key).toEqual(Uint8Array.of(1, 2, 3));
  });

  it("lets the last of two occurrences of a single field win, as protobuf says", () => {
    const twice = concat(
      messages.ReadStateAsk.encode({ key: Uint8Array.of(1), proof: 0 }),
      messages.ReadStateAsk.encode({ key: Uint8Array.of(2), proof: 0 }),
    );
    expect(messages.ReadStateAsk.decode(twice).key).toEqual(Uint8Array.of(2));
  });
});
