// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { fromUtf8, toHex } from "@sotto/bytes";
import { ChainError, SdkError } from "@sotto/errors";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  canonicalizeForContract,
  decodeBech32,
  encodeBech32,
  formatAddress,
  getAddress,
  humanizeForContract,
  lengthFault,
  parseAddress,
  prefix,
  validateForContract,
} from "../src/index.ts";

/**
 * Verdicts of github.com/cosmos/btcutil/bech32 1.0.5 (Decode with limit 1023, ConvertBits) and of
 * bech32 0.7.2 for Rust.
 */
interface Entry {
  text: string;
  sdk: { prefix?: string; data?: string; fault?: string };
  contract: {
    v010: { text?: string; address?: string; trap?: true };
    v1: { text?: string; address?: string; trap?: true };
    validate: string | null;
  };
}
const entries = JSON.parse(readFileSync(new URL("bech32.json", import.meta.url), "utf8")) as Entry[];
const known = (value: object, keys: readonly string[]) => {
  for (const key of Object.keys(value)) expect(keys).toContain(key);
};

describe("the verdicts of public implementations", () => {
  test("every entry and field is known", () => {
    expect(entries.length).toBe(557);
    for (const entry of entries) {
      known(entry, ["text", "sdk", "contract"]);
      known(entry.sdk, ["prefix", "data", "fault"]);
      known(entry.contract, ["v010", "v1", "validate"]);
      for (const verdict of [entry.contract.v010, entry.contract.v1]) known(verdict, ["text", "address", "trap"]);
    }
  });

  test("the SDK's decoder: bytes and words alike", () => {
    for (const { text, sdk } of entries) {
      const decoded = decodeBech32(text);
      if (decoded.fault === undefined) {
        expect({ text, prefix: decoded.prefix, data: toHex(decoded.data) }).toEqual({ text, ...sdk });
        expect(encodeBech32(decoded.prefix, decoded.data)).toBe(text.toLowerCase());
      } else expect({ text, fault: decoded.fault }).toEqual({ text, fault: `decoding bech32 failed: ${sdk.fault}` });
    }
  });

  test("addresses: the fast way and the slow way agree", () => {
    for (const { text, sdk } of entries) {
      const wanted =
        sdk.prefix === "secret" && sdk.data !== "" && (sdk.data?.length ?? 0) <= 510 ? sdk.data : undefined;
      const got = getAddress(text);
      expect(got === undefined ? undefined : toHex(got)).toBe(wanted);
      // Addresses that the chain uses have one of the reference's lengths.
      if (wanted !== undefined && lengthFault(wanted.length / 2) === undefined)
        expect(toHex(parseAddress(text))).toBe(wanted);
      else expect(() => parseAddress(text)).toThrow(ChainError);
    }
  });

  test("what contracts see", () => {
    for (const { text, contract } of entries) {
      const human = fromUtf8(text);
      if (human.length > 1023) {
        // Limit of Sotto; the reference has no limit.
        expect(canonicalizeForContract(human, "v1")).toEqual({ kind: "text", text: "invalid length" });
        expect(canonicalizeForContract(human, "v0.10")).toEqual({ kind: "text", text: "invalid length" });
        expect(validateForContract(human)).toBe("invalid length");
        continue;
      }
      for (const [dialect, want] of [
        ["v0.10", contract.v010],
        ["v1", contract.v1],
      ] as const) {
        const got = canonicalizeForContract(human, dialect);
        if (got.kind === "address") expect({ text, address: toHex(got.address) }).toEqual({ text, ...want });
        else if (got.kind === "text") expect({ ...want, input: text }).toEqual({ text: got.text, input: text });
        else expect(want).toEqual({ trap: true });
      }
      expect({ text, validate: validateForContract(human) ?? null }).toEqual({ text, validate: contract.validate });
    }
  });
});

describe("bech32", () => {
  test("decode is the inverse of encode for any bytes and prefix", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(prefix), "cosmos"),
        fc.uint8Array({ maxLength: 255 }),
        (hrp, data) => {
          const text = encodeBech32(hrp, data);
          const decoded = decodeBech32(text);
          expect(decoded.fault).toBeUndefined();
          expect(decoded).toEqual({ prefix: hrp, data });
          expect(getAddress(text, hrp)).toEqual(data.length === 0 ? undefined : data);
          expect(getAddress(text.toUpperCase(), hrp)).toEqual(data.length === 0 ? undefined : data);
        },
      ),
    );
  });

  test("any text is decoded or refused, never a crash", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string({ unit: "binary" }),
          fc.string().map((s) => `secret1${s}`),
        ),
        (text) => {
          decodeBech32(text);
          getAddress(text);
          canonicalizeForContract(fromUtf8(text), "v0.10");
          validateForContract(fromUtf8(text));
        },
      ),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        canonicalizeForContract(bytes, "v1");
        validateForContract(bytes);
      }),
    );
  });

  test("a long encoding is made in pieces without harm", () => {
    const data = new Uint8Array(20_000).fill(9);
    const text = encodeBech32("secret", data);
    expect(text.length).toBe(7 + 32_000 + 6);
  });
});

describe("addresses", () => {
  const text = "secret1g8jn2zfg0uj3wghkdkl3z5fdy6uel969zn83mx";
  const bytes = parseAddress(text);
  const words = (given: string, hrp?: string): string => {
    try {
      parseAddress(given, hrp);
      return "no failure";
    } catch (error) {
      expect(ChainError.is(error, SdkError.invalidAddress)).toBe(true);
      return (error as ChainError).detail as string;
    }
  };

  test("print and parse", () => {
    expect(toHex(bytes)).toBe("41e53509287f251722f66dbf11512d26b99f9745");
    expect(formatAddress(bytes)).toBe(text);
    expect(toHex(parseAddress(text.toUpperCase()))).toBe(toHex(bytes));
    expect(formatAddress(new Uint8Array(20))).toBe("secret1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq3x5k6p");
    expect(parseAddress(formatAddress(bytes, prefix.validator), prefix.validator)).toEqual(bytes);
  });

  test("failures say what is wrong in the SDK's words", () => {
    expect(words("")).toBe("empty address string is not allowed");
    expect(words("  ")).toBe("empty address string is not allowed");
    expect(words("secret1")).toBe("decoding bech32 failed: invalid bech32 string length 7");
    expect(words(formatAddress(bytes, "cosmos"))).toBe("invalid Bech32 prefix; expected secret, got cosmos");
    expect(words(text, prefix.validator)).toBe("invalid Bech32 prefix; expected secretvaloper, got secret");
    expect(words(`${text.slice(0, -1)}q`)).toBe(
      "decoding bech32 failed: invalid checksum (expected zn83mx got zn83mq)",
    );
    for (const length of [0, 19, 21, 33, 256]) {
      expect(words(encodeBech32("secret", new Uint8Array(length)))).toBe(
        `address length must be 20 or 32 bytes, got ${length}: unknown address`,
      );
    }
    expect(words("x".repeat(5000))).toBe("decoding bech32 failed: invalid bech32 string length 5000");
  });

  test("a wrapped failure reads as the SDK prints it", () => {
    try {
      parseAddress("nope");
    } catch (error) {
      expect((error as ChainError).wrap("invalid from address").message).toBe(
        "invalid from address: decoding bech32 failed: invalid bech32 string length 4: invalid address",
      );
    }
    expect.assertions(1);
  });

  test("humanising takes any length up to the limit", () => {
    expect(humanizeForContract(bytes)).toEqual({ kind: "human", human: text });
    expect(humanizeForContract(new Uint8Array(0))).toEqual({
      kind: "human",
      human: encodeBech32("secret", new Uint8Array(0)),
    });
    expect(humanizeForContract(new Uint8Array(1024))).toEqual({ kind: "text", text: "invalid length" });
  });
});
