// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { createRegistry } from "@bufbuild/protobuf";
import {
  AnySchema,
  BoolValueSchema,
  DurationSchema,
  Int64ValueSchema,
  StringValueSchema,
  StructSchema,
  TimestampSchema,
} from "@bufbuild/protobuf/wkt";
import { concat, fromHex, toHex } from "@sotto/bytes";
import { ProtoWriter } from "@sotto/codec";
import { secp256k1PublicKey, secp256k1Sign, sha256 } from "@sotto/crypto";
import { ChainError, SdkError } from "@sotto/errors";
import { files } from "@sotto/proto/files";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type DenomMetadata,
  decodeTx,
  encodeTxRaw,
  type PackedAny,
  type PublicKey,
  packPublicKey,
  type Screen,
  SignMode,
  shownUnit,
  signBytes,
  textualScreens,
  type UnitLookup,
  verifySignature,
} from "../src/index.ts";
import { formatCoins } from "../src/textual/coins.ts";
import { encodeScreens } from "../src/textual/screen.ts";
import { formatBytes, formatDec, formatInt, formatSpan } from "../src/textual/values.ts";

const WRAPPERS = [BoolValueSchema, Int64ValueSchema, StringValueSchema, StructSchema];
// Types `google.protobuf.*` too: a chain does not register them, but Anys may name them.
const registry = createRegistry(...files, AnySchema, TimestampSchema, DurationSchema, ...WRAPPERS);
const key: PublicKey = { kind: "secp256k1", key: new Uint8Array(33).fill(2) };
const packed = packPublicKey(key);

const units = (display: string, ...list: [string, number][]): DenomMetadata => ({
  display,
  denomUnits: list.map(([denom, exponent]) => ({ denom, exponent })),
});
const METADATA: ReadonlyMap<string, DenomMetadata> = new Map([
  ["uscrt", units("SCRT", ["uscrt", 0], ["SCRT", 6])],
  ["awei", units("awei", ["awei", 0])],
  ["mega", units("unit", ["mega", 6], ["unit", 2])],
  ["strange", units("lost", ["strange", 0])],
]);
const shown = (denom: string) => shownUnit(denom, METADATA.get(denom));
const FEES: readonly [string, string][] = [
  ["uscrt", "12345678"],
  ["awei", "1000000000000000000"],
  ["mega", "41"],
  ["strange", "77777"],
  ["none", "1"],
];

type Write = (w: ProtoWriter) => unknown;
const made = (write: Write): Uint8Array => {
  const writer = new ProtoWriter();
  write(writer);
  return writer.finish();
};
const any = (tag: number, { typeUrl, value }: PackedAny): Write => {
  return (w) => w.message(tag, (inner) => inner.string(1, typeUrl).bytes(2, value));
};
const coin = (tag: number, at: number): Write => {
  const [denom, amount] = FEES[at] as [string, string];
  return (w) => w.message(tag, (inner) => inner.string(1, denom).string(2, amount));
};
const packedCoin = (at: number): PackedAny => ({
  typeUrl: "/cosmos.base.v1beta1.Coin",
  value: made((w) => w.string(1, (FEES[at] as [string, string])[0]).string(2, (FEES[at] as [string, string])[1])),
});
const single = (w: ProtoWriter, mode: number) => w.message(1, (one) => one.uint32(1, mode));

function signer(publicKey: PublicKey, mode: Write, sequence: number): Write {
  return (w) =>
    w.message(1, (info) => {
      any(1, packPublicKey(publicKey))(info);
      info.message(2, mode);
      info.uint64(3, BigInt(sequence));
    });
}

/** The body that the oracle's command `textual` puts around message i. */
function bodyOf(i: number, message: PackedAny): Uint8Array {
  return made((w) => {
    any(1, message)(w);
    if (i % 3 === 1) w.string(2, `memo ${i} \ufeff\u{1f600}`);
    if (i % 4 === 1) w.uint64(3, BigInt(i * 1000));
    if (i % 16 === 6) any(1023, packedCoin(1))(w);
    if (i % 8 === 5) for (const each of [packed, packedCoin(0)]) any(2047, each)(w);
  });
}

const MULTI: Write = (w) =>
  w.message(2, (multi) => {
    multi.message(1, (bits) => bits.uint32(1, 3).bytes(2, Uint8Array.of(0xa0)));
    multi.message(2, (one) => single(one, 1)).message(2, (one) => single(one, 3));
  });

function authInfoOf(i: number): Uint8Array {
  return made((w) => {
    signer(key, (mode) => single(mode, 2), i)(w);
    if (i % 5 === 4) signer({ kind: "ed25519", key: new Uint8Array(32).fill(7) }, (mode) => single(mode, 127), 1234)(w);
    if (i % 10 === 9) signer({ kind: "secp256k1", key: new Uint8Array(33).fill(3) }, MULTI, 0)(w);
    w.message(2, (fee) => {
      for (let at = 0; at < i % 6; at++) coin(1, at)(fee);
      fee.uint64(2, BigInt((i % 3) * 123456));
      if (i % 6 === 2) fee.string(3, "payer");
      if (i % 7 === 3) fee.string(4, "granter");
    });
  });
}

const txOf = (bodyBytes: Uint8Array, authInfoBytes: Uint8Array) =>
  decodeTx(encodeTxRaw({ bodyBytes, authInfoBytes, signatures: [new Uint8Array(64)] }));
const dataOf = (i: number) => ({ chainId: "secretdev-1", accountNumber: BigInt(i * 7), sequence: BigInt(i) });

/** Undefined when it is refused, which is always with a ChainError. */
function textual(bodyBytes: Uint8Array, authInfoBytes: Uint8Array, i = 0): Uint8Array | undefined {
  try {
    return signBytes(SignMode.textual, txOf(bodyBytes, authInfoBytes), dataOf(i), key, registry, shown);
  } catch (thrown) {
    if (thrown instanceof ChainError) return undefined;
    throw thrown;
  }
}

const read = <T>(path: string): T => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as T;
const golden = read<string[]>("golden/textual.json");
const messages = read<{ type: string; in: string }[]>("../../codec/test/golden/messages.json");
const messageAt = (i: number): PackedAny => {
  const { type, in: hex } = messages[i] as { type: string; in: string };
  return { typeUrl: `/${type}`, value: fromHex(hex) as Uint8Array };
};

describe("every message type of the public modules in a transaction", () => {
  it("has an entry each", () => expect(golden.length).toBe(messages.length));

  it("has the sign bytes of the Go code, or is refused as there", () => {
    const wrong: string[] = [];
    golden.forEach((expected, i) => {
      const bytes = textual(bodyOf(i, messageAt(i)), authInfoOf(i), i);
      const got = bytes === undefined ? "" : toHex(sha256(bytes)).slice(0, 32);
      if (got !== expected)
        wrong.push(`${i} ${messages[i]?.type} ${got === "" ? "refused" : expected === "" ? "taken" : "differs"}`);
    });
    expect(wrong).toEqual([]);
  });
});

const screensOf = (bodyBytes: Uint8Array, authInfoBytes: Uint8Array, by: PublicKey = key): readonly Screen[] =>
  textualScreens(txOf(bodyBytes, authInfoBytes), dataOf(0), by, registry, shown);
const bodyWith = (...list: readonly PackedAny[]): Uint8Array =>
  made((w) => {
    for (const each of list) any(1, each)(w);
  });
const ANY = "/google.protobuf.Any";
const wrapped = (inner: PackedAny, times: number): PackedAny => {
  let out = inner;
  for (let i = 0; i < times; i++)
    out = { typeUrl: ANY, value: made((w) => w.string(1, out.typeUrl).bytes(2, out.value)) };
  return out;
};

describe("screens", () => {
  it("show the display unit that the chain has, and the base unit without a lookup", () => {
    const fees = (by?: typeof shown) =>
      textualScreens(txOf(bodyWith(), authInfoOf(5)), dataOf(0), key, registry, by).find(
        ({ title }) => title === "Fees",
      );
    expect(fees(shown)?.content).toBe(
      "12.345678 SCRT, 1'000'000'000'000'000'000 awei, 1 none, 77'777 strange, 410'000 unit",
    );
    expect(fees()?.content).toBe("1'000'000'000'000'000'000 awei, 41 mega, 1 none, 77'777 strange, 12'345'678 uscrt");
  });

  it("of the envelope alone, without a message, have only the present fields", () => {
    const titles = screensOf(bodyWith(), authInfoOf(0)).map(({ title, expert }) => `${title}${expert ? "*" : ""}`);
    expect(titles).toEqual(["Chain id", "Address*", "Public key*", "Key*", "Hash of raw bytes*"]);
  });

  it("are limited: a transaction with too many is refused", () => {
    const many = {
      typeUrl: "/cosmos.bank.v1beta1.MsgMultiSend",
      value: made((w) => {
        for (let i = 0; i < 30_000; i++) w.message(1, (input) => input.string(1, "a"));
      }),
    };
    expect(() => screensOf(bodyWith(many), authInfoOf(0))).toThrow(/too many screens/);
  });

  it("nest as deep as messages may, and not deeper", () => {
    expect(screensOf(bodyWith(wrapped(packedCoin(0), 40)), authInfoOf(0)).at(-3)?.indent).toBe(42);
    expect(() => screensOf(bodyWith(wrapped(packedCoin(0), 120)), authInfoOf(0))).toThrow(/nested too deep/);
  });

  it.each([
    ["an unknown type", { typeUrl: "/cosmos.nothing.v1.Msg", value: new Uint8Array(0) }],
    ["a type without slash", { typeUrl: "cosmos.bank.v1beta1.MsgSend", value: new Uint8Array(0) }],
    ["an empty Any", wrapped({ typeUrl: "", value: new Uint8Array(0) }, 1)],
    ["malformed bytes", { typeUrl: "/cosmos.bank.v1beta1.MsgSend", value: Uint8Array.of(0x0a, 9) }],
    ["a coin without an amount", { typeUrl: "/cosmos.base.v1beta1.Coin", value: made((w) => w.string(1, "uscrt")) }],
    ["a wrapper of protobuf", { typeUrl: "/google.protobuf.StringValue", value: new Uint8Array(0) }],
  ])("are refused with sdk 18 for %s", (_, message) => {
    const failed = (): unknown => screensOf(bodyWith(message), authInfoOf(0));
    expect(failed).toThrow(expect.objectContaining({ codespace: "sdk", code: SdkError.invalidRequest.code }));
  });

  it("need a fee and every signer's key", () => {
    const keyless = made((w) => w.message(1, (info) => info.uint64(3, 1n)).message(2, (fee) => fee.uint64(2, 1n)));
    expect(() => screensOf(bodyWith(), keyless)).toThrow(/public key of every signer/);
    expect(() => screensOf(bodyWith(), made(signer(key, (mode) => single(mode, 2), 1)))).toThrow(/needs a fee/);
  });
});

describe("a signature", () => {
  it("is valid only for the signed screens", () => {
    const secret = sha256(Uint8Array.of(1));
    const own: PublicKey = { kind: "secp256k1", key: secp256k1PublicKey(secret) as Uint8Array };
    const auth = (gas: bigint) =>
      made((w) => {
        signer(own, (one) => single(one, 2), 5)(w);
        w.message(2, (fee) => fee.uint64(2, gas));
      });
    const mode = { kind: "single", mode: SignMode.textual } as const;
    const bytesOf = (gas: bigint, by?: typeof shown) =>
      signBytes(SignMode.textual, txOf(bodyWith(packedCoin(0)), auth(gas)), dataOf(5), own, registry, by);
    const signature = secp256k1Sign(sha256(bytesOf(7n, shown)), secret)?.signature ?? new Uint8Array(0);
    const holds = (gas: bigint, by?: typeof shown) => verifySignature(own, mode, signature, () => bytesOf(gas, by));
    expect(holds(7n, shown)).toBe(true);
    expect(holds(8n, shown)).toBe(false);
    expect(holds(7n)).toBe(false);
  });
});

describe("in a multisig", () => {
  const multisig: PublicKey = {
    kind: "multisig",
    threshold: 1,
    keys: [key, { kind: "ed25519", key: new Uint8Array(32) }],
  };

  it("the mode is refused, for the whole and for a member", () => {
    const refused = expect.objectContaining({ codespace: "sdk", code: SdkError.notSupported.code });
    expect(() => screensOf(bodyWith(), authInfoOf(0), multisig)).toThrow(refused);
    const members = { size: 2, bits: Uint8Array.of(0x80) };
    const verify = (mode: number) =>
      verifySignature(
        multisig,
        { kind: "multi", members, modes: [{ kind: "single", mode }] },
        concat(Uint8Array.of(0x0a, 64), new Uint8Array(64)),
        () => {
          return new Uint8Array(1);
        },
      );
    expect(() => verify(SignMode.textual)).toThrow(refused);
    expect(verify(SignMode.direct)).toBe(false);
  });
});

describe("values", () => {
  it.each([
    ["0", "0"],
    ["007", "7"],
    ["999", "999"],
    ["1000", "1'000"],
    ["-1234567", "-1'234'567"],
    ["-0", "-0"],
  ])("integer %s is %s", (text, shown) => expect(formatInt(text)).toBe(shown));

  it.each(["", "-", "00", "+1", "0x1", "1.", "--1", " 1", "\u0661"])("integer '%s' is refused", (text) =>
    expect(() => formatInt(text)).toThrow(ChainError),
  );

  it.each([
    ["0", "0"],
    ["-0", "0"],
    ["+1500000000000000000", "1.5"],
    ["-5", "-0.000000000000000005"],
    ["0001000000000000000000000", "1'000"],
    ["1234.500", "1'234.5"],
    ["7.000", "7"],
    ["7.", "7"],
  ])("decimal %s is %s", (text, shown) => expect(formatDec(text)).toBe(shown));

  it.each(["", "+", "-", "1e3", ".5", "1.2.3", "1.x", "uscrt", "1_0"])("decimal '%s' is refused", (text) =>
    expect(() => formatDec(text)).toThrow(ChainError),
  );

  it.each([
    [0n, 0, "0 seconds"],
    [1n, 0, "1 second"],
    [59n, 1, "59.000000001 seconds"],
    [60n, 0, "1 minute"],
    [3600n, 500_000_000, "1 hour, 0 minutes, 0.5 seconds"],
    [-90061n, 0, "-1 day, 1 hour, 1 minute, 1 second"],
    [172_800n, 0, "2 days"],
    [172_860n, 0, "2 days, 0 hours, 1 minute"],
    [0n, -1, "-0.000000001 seconds"],
    [315_576_000_000n, 0, "3652500 days"],
  ])("a duration of %s s and %s ns is %s", (seconds, nanos, shown) => expect(formatSpan(seconds, nanos)).toBe(shown));

  it.each([
    [1n, -1],
    [-1n, 1],
    [315_576_000_001n, 0],
    [0n, 1_000_000_000],
  ])("a duration of %s s and %s ns is refused", (seconds, nanos) =>
    expect(() => formatSpan(seconds, nanos)).toThrow(ChainError),
  );

  it("bytes are upper case hex in groups of four, and more than 35 bytes are a hash", () => {
    expect(formatBytes(Uint8Array.of(0xab, 1, 0xcd))).toBe("AB01 CD");
    expect(formatBytes(new Uint8Array(0))).toBe("");
    expect(formatBytes(new Uint8Array(35))).toHaveLength(70 + 17);
    expect(formatBytes(new Uint8Array(36))).toMatch(/^SHA-256=([0-9A-F]{4} ){15}[0-9A-F]{4}$/);
  });

  it("a coin whose unit's exponent is out of range, or that could be read as two, is refused", () => {
    const far = (denom: string) => shownUnit(denom, units("far", ["a", 0], ["far", 4_000_000_000]));
    const sly = (denom: string) => shownUnit(denom, units("b, 1'000 c", ["a", 0], ["b, 1'000 c", 1]));
    expect(() => formatCoins([{ denom: "a,b", amount: "1" }], () => undefined)).toThrow(/comma/);
    expect(() => formatCoins([{ denom: "a", amount: "1" }], sly)).toThrow(/comma/);
    const tx = txOf(bodyWith(packedCoin(0)), authInfoOf(0));
    const screens = (lookup: UnitLookup) => () => textualScreens(tx, dataOf(0), key, registry, lookup);
    const reached = units("far", ["uscrt", 0], ["far", 4_000_000_000]);
    expect(screens((denom) => shownUnit(denom, reached))).toThrow(ChainError);
    expect(screens(far)).not.toThrow();
    expect(formatCoins([], () => undefined)).toBe("zero");
  });
});

describe("encodeScreens", () => {
  it.each([
    [[], "a10180"],
    [[{ title: "", content: "", indent: 0, expert: false }], "a10181a0"],
    [[{ title: "a", content: "ü", indent: 24, expert: true }], "a10181a40161610262c3bc03181804f5"],
  ])("of %j is %s", (screens, hex) => expect(toHex(encodeScreens(screens))).toBe(hex));

  it.each([
    [23, "77"],
    [24, "7818"],
    [255, "78ff"],
    [256, "790100"],
    [65_535, "79ffff"],
    [65_536, "7a00010000"],
  ])("writes a text of %i bytes after %s", (length, head) => {
    const content = "x".repeat(length);
    const bytes = encodeScreens([{ title: "", content, indent: 0, expert: false }]);
    expect(toHex(bytes)).toBe(`a10181a102${head}${"78".repeat(length)}`);
  });
});

describe("bad input", () => {
  it("fails only with a ChainError, for every message and every damage", () => {
    const message = fc.nat(messages.length - 1);
    const edit = fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom("set", "drop", "insert", "cut"));
    fc.assert(
      fc.property(message, message, fc.array(edit, { maxLength: 4 }), (i, other, edits) => {
        let value = [...messageAt(i).value];
        for (const [where, byte, how] of edits) {
          const at = where % (value.length + 1);
          if (how === "set") value[at] = byte;
          else if (how === "drop") value.splice(at, 1);
          else if (how === "insert") value.splice(at, 0, byte);
          else value = value.slice(0, at);
        }
        textual(
          bodyOf(i, { typeUrl: messageAt(other).typeUrl, value: Uint8Array.from(value, (one) => one ?? 0) }),
          authInfoOf(i),
        );
        textual(
          bodyOf(i, messageAt(i)),
          Uint8Array.from(value, (one) => one ?? 0),
        );
      }),
      { numRuns: 5000 },
    );
  });

  it("of every declared type: the bytes of messages of all other types", () => {
    const types = [...registry].filter((one) => one.kind === "message").map((one) => `/${one.typeName}`);
    expect(types.length).toBeGreaterThan(900);
    const samples = messages.map((_, i) => messageAt(i).value).filter((value, i) => value.length > 0 && i % 40 === 1);
    for (const typeUrl of types) {
      textual(bodyWith({ typeUrl, value: new Uint8Array(0) }), authInfoOf(0));
      for (const value of samples) textual(bodyWith({ typeUrl, value }), authInfoOf(0));
    }
  });
});
