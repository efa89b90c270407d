// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { create, createRegistry, type DescMessage, fromBinary, toBinary } from "@bufbuild/protobuf";
import { SourceCodeInfo_LocationSchema } from "@bufbuild/protobuf/wkt";
import { formatAddress } from "@sotto/address";
import { fromHex, fromUtf8, toHex } from "@sotto/bytes";
import { ChainError } from "@sotto/errors";
import { dec } from "@sotto/math";
import { MsgSendSchema, QueryBalanceResponseSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { CoinSchema } from "@sotto/proto/cosmos.base.v1beta1";
import { BasicAllowanceSchema } from "@sotto/proto/cosmos.feegrant.v1beta1";
import {
  MsgEditValidatorSchema,
  ParamsSchema,
  UnbondingDelegationEntrySchema,
} from "@sotto/proto/cosmos.staking.v1beta1";
import { AuthInfoSchema, TxBodySchema, TxRawSchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { files } from "@sotto/proto/files";
import {
  ContractInfoSchema,
  MsgExecuteContractSchema,
  MsgInstantiateContractSchema,
  MsgStoreCodeSchema,
  MsgUpdateParamsSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aminoAnyJson, aminoJson } from "../src/aminoJson.ts";
import { packAny, unpackAny } from "../src/any.ts";
import { canonicalInteger, parseDec } from "../src/customType.ts";
import { decode } from "../src/decode.ts";
import { encode } from "../src/encode.ts";
import { CodecError } from "../src/errors.ts";
import { gatewayJson } from "../src/gatewayJson.ts";
import { parseGatewayJson } from "../src/parseGatewayJson.ts";
import { MAX_PROTO_FIELDS, OWN_BYTES } from "../src/protoReader.ts";
import { ProtoWriter } from "../src/protoWriter.ts";
import { formatDuration, formatTime, parseDuration, parseTime } from "../src/wellKnown.ts";

/** The results of cosmossdk.io/math for a text; made by tools/oracle. */
interface Reading {
  readonly text: string;
  readonly value?: string;
  readonly error?: string;
}
const numbers: Readonly<Record<"legacy_dec_parse" | "legacy_dec_wire" | "int_parse", readonly Reading[]>> = JSON.parse(
  readFileSync(new URL("../../../vectors/numbers.json", import.meta.url), "utf8"),
);
const registry = createRegistry(...files);
const hex = (text: string) => fromHex(text) as Uint8Array;
const all: DescMessage[] = files.flatMap((file) => file.messages);
const schemas = all.filter((schema) => /^(cosmos|secret|ibc|tendermint)\./.test(schema.typeName));

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return "accepted";
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ChainError);
    return (thrown as ChainError).summary;
  }
};

describe("encode and decode", () => {
  it("write what Go holds by value, and only that, when it is unset", () => {
    expect(toHex(encode(MsgUpdateParamsSchema, create(MsgUpdateParamsSchema)))).toBe("12030a0130");
    expect(toHex(encode(QueryBalanceResponseSchema, create(QueryBalanceResponseSchema)))).toBe("");
    expect(toHex(encode(CoinSchema, create(CoinSchema)))).toBe("120130");
    const entry = toHex(encode(UnbondingDelegationEntrySchema, create(UnbondingDelegationEntrySchema)));
    expect(entry).toBe("120b088092b8c398feffffff01" + "1a0130" + "220130");
    expect(toHex(encode(ParamsSchema, create(ParamsSchema)))).toBe("0a00" + "320130");
    expect(toHex(encode(MsgEditValidatorSchema, create(MsgEditValidatorSchema)))).toBe("0a00");
  });

  it("leave unset messages undefined and drop what is unknown", () => {
    const message = decode(MsgEditValidatorSchema, hex("9a060161"));
    expect(message.description).toBeUndefined();
    expect(toHex(encode(MsgEditValidatorSchema, message))).toBe("0a00");
    expect(message).toEqual(create(MsgEditValidatorSchema));
  });

  it("refuse unknown fields where told, non-critical ones included or not", () => {
    const unknown = CodecError.unknownField.summary;
    expect(codeOf(() => decode(TxBodySchema, hex("d00501"), "drop"))).toBe("accepted");
    expect(codeOf(() => decode(TxBodySchema, hex("d00501"), "reject"))).toBe(unknown);
    expect(codeOf(() => decode(TxBodySchema, hex("d00501"), "rejectCritical"))).toBe(unknown);
    expect(codeOf(() => decode(TxBodySchema, hex("e04401"), "rejectCritical"))).toBe("accepted");
    expect(codeOf(() => decode(AuthInfoSchema, hex("e04401"), "reject"))).toBe(unknown);
    expect(codeOf(() => decode(AuthInfoSchema, hex("1203d00501"), "reject"))).toBe(unknown);
    expect(codeOf(() => decode(TxBodySchema, hex("2001"), "rejectCritical"))).toBe(unknown);
  });

  it("refuse a known field of the wrong wire type, text that is not UTF-8, and numbers and times out of range", () => {
    const bad = CodecError.protobuf.summary;
    expect(codeOf(() => decode(TxBodySchema, hex("1001")))).toBe(bad);
    expect(codeOf(() => decode(CoinSchema, hex("0a01ff")))).toBe(bad);
    expect(codeOf(() => decode(CoinSchema, hex("120178")))).toBe(bad);
    expect(codeOf(() => decode(CoinSchema, encodeText(2, "1".repeat(80))))).toBe(bad);
    expect(codeOf(() => decode(CoinSchema, encodeText(2, String(2n ** 256n - 1n))))).toBe("accepted");
    expect(codeOf(() => decode(BasicAllowanceSchema, hex("120808ffffffffffff7f")))).toBe(bad);
  });

  it("merge a repeated embedded message and take the last of a repeated scalar", () => {
    expect(decode(MsgSendSchema, hex("0a0178" + "0a0179")).fromAddress).toBe("y");
    const { fee } = decode(AuthInfoSchema, hex("12021005" + "12031a0161"));
    expect(fee).toMatchObject({ gasLimit: 5n, payer: "a" });
  });

  it("keep the bytes they return apart from the input", () => {
    const input = encode(TxRawSchema, create(TxRawSchema, { bodyBytes: hex("0102") }));
    const raw = decode(TxRawSchema, input);
    input.fill(0);
    expect(raw.bodyBytes).toEqual(hex("0102"));
  });

  it("agree with protobuf-es where Go has no rule of its own", () => {
    const message = create(AuthInfoSchema, {
      signerInfos: [{ sequence: 2n ** 64n - 1n, modeInfo: { sum: { case: "single", value: { mode: 1 } } } }, {}],
      fee: { gasLimit: 300n, payer: "p\u00e9" },
    });
    const bytes = toBinary(AuthInfoSchema, message);
    expect(encode(AuthInfoSchema, message)).toEqual(bytes);
    expect(decode(AuthInfoSchema, bytes)).toEqual(fromBinary(AuthInfoSchema, bytes));
  });

  it("refuse values that do not fit their field", () => {
    const bad = CodecError.value.summary;
    expect(codeOf(() => encode(CoinSchema, create(CoinSchema, { amount: "1.5" })))).toBe(bad);
    expect(codeOf(() => encode(TxBodySchema, create(TxBodySchema, { timeoutHeight: -1n })))).toBe(bad);
    expect(
      codeOf(() => encode(BasicAllowanceSchema, create(BasicAllowanceSchema, { expiration: { seconds: 1n << 50n } }))),
    ).toBe(bad);
  });

  it("answer any bytes, for every type, with a message that encodes the same again or a ChainError", () => {
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 40 }), wireLike());
    fc.assert(
      fc.property(fc.constantFrom(...schemas), bytes, (schema, input) => {
        if (codeOf(() => decode(schema, input)) !== "accepted") return;
        const message = decode(schema, input);
        const once = encode(schema, message);
        expect(encode(schema, decode(schema, once, "reject"))).toEqual(once);
        const json = codeOf(() => gatewayJson(schema, message, registry));
        if (json === "accepted") {
          const back = parseGatewayJson(schema, gatewayJson(schema, message, registry), registry);
          expect(encode(schema, back)).toEqual(encode(schema, decode(schema, once)));
        }
        codeOf(() => aminoJson(schema, message, registry));
      }),
      { numRuns: 4000 },
    );
  });
});

const encodeText = (field: number, text: string): Uint8Array =>
  Uint8Array.of(field * 8 + 2, text.length, ...fromUtf8(text));

/** Bytes that look like fields, so that a large part of them decodes. */
function wireLike(): fc.Arbitrary<Uint8Array> {
  const number = fc.integer({ min: 1, max: 9 });
  const varint = fc.tuple(number, fc.integer({ min: 0, max: 127 })).map(([n, v]) => [n * 8, v]);
  const leaf = fc.tuple(number, fc.uint8Array({ maxLength: 6 })).map(([n, b]) => [n * 8 + 2, b.length, ...b]);
  const digits = fc
    .tuple(number, fc.nat(9_999_999))
    .map(([n, v]) => [n * 8 + 2, String(v).length, ...fromUtf8(String(v))]);
  const flat = fc.array(fc.oneof(varint, leaf, digits), { maxLength: 4 }).map((parts) => parts.flat());
  const nested = fc.tuple(number, flat).map(([n, b]) => [n * 8 + 2, b.length, ...b]);
  return fc
    .array(fc.oneof(varint, leaf, digits, nested), { maxLength: 5 })
    .map((parts) => Uint8Array.from(parts.flat()));
}

describe("secret.compute messages", () => {
  const sender = new Uint8Array(20).fill(1);
  const execute = create(MsgExecuteContractSchema, { sender, contract: new Uint8Array(20).fill(2), msg: hex("00ff") });

  it("show byte addresses as base64 in amino JSON and always their funds", () => {
    expect(aminoJson(MsgExecuteContractSchema, execute)).toBe(
      '{"type":"wasm/MsgExecuteContract","value":{"contract":"AgICAgICAgICAgICAgICAgICAgI=","msg":"AP8=","sender":"AQEBAQEBAQEBAQEBAQEBAQEBAQE=","sent_funds":[]}}',
    );
    const init = create(MsgInstantiateContractSchema, { sender, codeId: 7n, label: "l", initMsg: hex("01") });
    expect(aminoAnyJson(packAny(MsgInstantiateContractSchema, init), registry)).toBe(
      '{"type":"wasm/MsgInstantiateContract","value":{"code_id":"7","init_funds":[],"init_msg":"AQ==","label":"l","sender":"AQEBAQEBAQEBAQEBAQEBAQEBAQE="}}',
    );
    const store = create(MsgStoreCodeSchema, { sender, wasmByteCode: hex("0061") });
    expect(aminoJson(MsgStoreCodeSchema, store)).toBe(
      '{"type":"wasm/MsgStoreCode","value":{"sender":"AQEBAQEBAQEBAQEBAQEBAQEBAQE=","wasm_byte_code":"AGE="}}',
    );
  });

  it("show byte addresses as bech32 and absent bytes as null in gateway JSON", () => {
    const json = gatewayJson(MsgExecuteContractSchema, execute, registry);
    const [from, to] = [formatAddress(sender), formatAddress(execute.contract)];
    expect(json).toBe(
      `{"sender":"${from}","contract":"${to}","msg":"AP8=","callback_code_hash":"","sent_funds":[],"callback_sig":null}`,
    );
    expect(parseGatewayJson(MsgExecuteContractSchema, json, registry)).toEqual(execute);
    expect(gatewayJson(ContractInfoSchema, create(ContractInfoSchema), registry)).toContain(
      '"creator":"","label":"","created":null',
    );
  });
});

describe("gateway JSON requests", () => {
  const read = (text: string, ignore = false) =>
    parseGatewayJson(MsgSendSchema, text, registry, ignore ? { unknownFields: "ignore" } : {});

  it("accept proto names, camelCase, numbers as text or not, and null", () => {
    const expected = create(MsgSendSchema, { fromAddress: "a", amount: [{ denom: "d", amount: "5" }] });
    expect(read('{"from_address":"a","amount":[{"denom":"d","amount":"5"}],"to_address":null}')).toEqual(expected);
    expect(read('{"fromAddress":"a","amount":[{"denom":"d","amount":"5"}]}')).toEqual(expected);
    const body = (text: string) => parseGatewayJson(TxBodySchema, text, registry).timeoutHeight;
    expect(body('{"timeoutHeight":"18446744073709551615"}')).toBe(2n ** 64n - 1n);
    expect(body('{"timeout_height":18446744073709551615}')).toBe(2n ** 64n - 1n);
  });

  it("refuse or ignore unknown fields, and refuse wrong types", () => {
    const bad = CodecError.gatewayJson.summary;
    expect(codeOf(() => read('{"nope":1}'))).toBe(bad);
    expect(read('{"nope":1}', true)).toEqual(create(MsgSendSchema));
    for (const text of [
      '{"from_address":1}',
      '{"amount":{}}',
      '{"amount":[{"amount":5}]}',
      '{"amount":[{"amount":"1.5"}]}',
      "[]",
      '"x"',
    ]) {
      expect(
        codeOf(() => read(text)),
        text,
      ).toBe(bad);
    }
    for (const text of ["-1", "1.0", '"1e3"', '"18446744073709551616"', '"01"', "true"]) {
      expect(
        codeOf(() => parseGatewayJson(TxBodySchema, `{"timeout_height":${text}}`, registry)),
        text,
      ).toBe(bad);
    }
    expect(codeOf(() => read("{"))).toBe(CodecError.json.summary);
  });

  it("pack and unpack Anys of registered types only", () => {
    const message = create(MsgSendSchema, { fromAddress: "a" });
    const any = packAny(MsgSendSchema, message);
    expect(unpackAny(any, registry).message).toEqual(message);
    const none = CodecError.typeUrl.summary;
    expect(codeOf(() => unpackAny({ ...any, typeUrl: "cosmos.bank.v1beta1.MsgSend" }, registry))).toBe(none);
    expect(codeOf(() => unpackAny({ ...any, typeUrl: "/x/cosmos.bank.v1beta1.MsgSend" }, registry))).toBe(none);
    const json = '{"messages":[{"@type":"/cosmos.bank.v1beta1.MsgSend","from_address":"a"}]}';
    expect(parseGatewayJson(TxBodySchema, json, registry).messages).toEqual([any]);
    expect(codeOf(() => parseGatewayJson(TxBodySchema, '{"messages":[{}]}', registry))).toBe(
      CodecError.gatewayJson.summary,
    );
  });
});

describe("numbers and times", () => {
  it("take the integer forms that Go takes and write them in one", () => {
    const cases = {
      "0": "0",
      "-7": "-7",
      "+7": "7",
      "-0": "0",
      "0x1F": "31",
      "0b101": "5",
      "0o17": "15",
      "017": "15",
      "1_000": "1000",
      "0x_ff": "255",
      "0_7": "7",
    };
    for (const [text, expected] of Object.entries(cases)) expect(canonicalInteger(text, "int"), text).toBe(expected);
    for (const text of ["", "-", "a", "1.0", "08", "1__0", "_1", "1_", "0x", "0b2", "--1", " 1", "1e3"]) {
      expect(canonicalInteger(text, "int"), text).toBeUndefined();
    }
    expect(canonicalInteger(String(2n ** 256n), "int")).toBeUndefined();
    expect(canonicalInteger(String(2n ** 256n), "dec")).toBe(String(2n ** 256n));
    expect(canonicalInteger(String(2n ** 316n), "dec")).toBeUndefined();
  });

  it("turn decimals into their wire form and back", () => {
    expect(parseDec("0.1")).toBe("100000000000000000");
    expect(dec.formatEncoded("100000000000000000")).toBe("0.100000000000000000");
    expect(dec.formatEncoded("-1")).toBe("-0.000000000000000001");
    const back = (n: bigint) => parseDec(dec.formatEncoded(String(n)));
    fc.assert(fc.property(fc.bigInt(-(2n ** 300n), 2n ** 300n), (n) => back(n) === String(n)));
  });

  it.each(numbers.legacy_dec_parse)("read the decimal $text as the reference does", ({ text, value, error }) => {
    if (error === undefined) expect(dec.formatEncoded(parseDec(text))).toBe(value);
    else expect(() => parseDec(text)).toThrow(error);
  });

  it.each(numbers.legacy_dec_wire)("take $text from the wire as the reference does", ({ text, value }) => {
    const wire = canonicalInteger(text, "dec");
    expect(wire === undefined ? undefined : dec.formatEncoded(wire)).toBe(value);
  });

  it.each(numbers.int_parse.filter(({ text }) => text !== ""))("take the integer $text", ({ text, value }) => {
    expect(canonicalInteger(text, "int")).toBe(value);
  });

  it("print times as JavaScript's clock does, with Go's fractions", () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), (seconds) => {
        const text = formatTime({ seconds: BigInt(seconds), nanos: 0 }, "thousands");
        expect(text).toBe(new Date(seconds * 1000).toISOString().replace(".000Z", "Z"));
        expect(parseTime(text)).toEqual({ seconds: BigInt(seconds), nanos: 0 });
      }),
    );
    const at = (nanos: number, style: "thousands" | "shortest") => formatTime({ seconds: 0n, nanos }, style).slice(19);
    expect([at(120_000_000, "thousands"), at(120_000_000, "shortest")]).toEqual([".120Z", ".12Z"]);
    expect([at(1, "thousands"), at(1_000, "thousands")]).toEqual([".000000001Z", ".000001Z"]);
    expect(parseTime("2026-01-01T02:00:00.1234567891+02:00")).toEqual({ seconds: 1_767_225_600n, nanos: 123_456_789 });
    for (const text of [
      "2026-02-29T00:00:00Z",
      "2026-01-01 00:00:00Z",
      "2026-13-01T00:00:00Z",
      "2026-01-01T24:00:00Z",
      "",
      "0000-01-01T00:00:00Z",
    ]) {
      expect(
        codeOf(() => parseTime(text)),
        text,
      ).not.toBe("accepted");
    }
  });

  it("read the durations that Go reads", () => {
    expect(parseDuration("1h30m")).toEqual({ seconds: 5400n, nanos: 0 });
    expect(parseDuration("-1.5s")).toEqual({ seconds: -1n, nanos: -500_000_000 });
    expect(parseDuration("1.5ms")).toEqual({ seconds: 0n, nanos: 1_500_000 });
    expect(formatDuration({ seconds: -0n, nanos: -500_000_000 })).toBe("-0.500s");
    for (const text of ["", "1", "s", "1x", "1 s", ".s", "9999999999h", "1h-1m"])
      expect(
        codeOf(() => parseDuration(text)),
        text,
      ).not.toBe("accepted");
  });
});

describe("decode of many small things", () => {
  const repeated = (count: number, piece: (w: ProtoWriter) => unknown): Uint8Array => {
    const w = new ProtoWriter();
    for (let i = 0; i < count; i++) piece(w);
    return w.finish();
  };
  const kinds: readonly (readonly [string, DescMessage, (count: number) => Uint8Array])[] = [
    ["messages", TxBodySchema, (count) => repeated(count, (w) => w.bytesAlways(1, new Uint8Array(0)))],
    ["a scalar given again and again", MsgSendSchema, (count) => repeated(count, (w) => w.stringAlways(1, ""))],
    ["fields that are dropped", MsgSendSchema, (count) => repeated(count, (w) => w.uint32(900, 1))],
    [
      "numbers of a packed list",
      SourceCodeInfo_LocationSchema,
      (count) => new ProtoWriter().bytesAlways(1, new Uint8Array(count - 1).fill(1)).finish(),
    ],
  ];

  it.each(kinds)("bounds %s by their number", (_, schema, make) => {
    expect(() => decode(schema, make(MAX_PROTO_FIELDS - 2))).not.toThrow();
    expect(() => decode(schema, make(MAX_PROTO_FIELDS + 2))).toThrow(/over 65536 fields/);
    expect(() => decode(schema, make(MAX_PROTO_FIELDS + 2), "drop", OWN_BYTES)).not.toThrow();
  });
});
