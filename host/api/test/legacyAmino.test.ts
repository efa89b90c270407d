// SPDX-License-Identifier: Apache-2.0
/** Transactions of the legacy amino form, compared with cosmos-sdk v0.50.13. */
import { readFileSync } from "node:fs";
import { getOption, hasOption } from "@bufbuild/protobuf";
import { concat, fromHex, toHex } from "@sotto/bytes";
import { ProtoWriter } from "@sotto/codec";
import { name as aminoName } from "@sotto/proto/amino";
import { chainMessages } from "@sotto/tx";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeStdTx, encodeStdTx } from "../src/amino/stdTx.ts";

interface Fact {
  readonly name: string;
  readonly json?: string;
  readonly bytes?: string;
  readonly back?: string;
  readonly error?: string;
}
const facts = JSON.parse(readFileSync(new URL("legacyAminoFacts.json", import.meta.url), "utf8")) as {
  readonly good: readonly Fact[];
  readonly bad: readonly Fact[];
};
const bytesOf = (hex = ""): Uint8Array => {
  const bytes = fromHex(hex);
  if (bytes === undefined) throw new Error("a fact is not hex");
  return bytes;
};

describe("a transaction in legacy amino", () => {
  it.each(facts.good)("has the reference's bytes: $name", ({ json = "", bytes }) => {
    expect(toHex(encodeStdTx(json))).toBe(bytes);
  });

  it.each(facts.good)("is read from them: $name", ({ json, bytes, back }) => {
    expect(decodeStdTx(bytesOf(bytes))).toBe(back ?? json);
  });

  it.each(facts.bad.filter(({ json }) => json !== undefined))("is refused $name", ({ json = "", error }) => {
    expect(() => encodeStdTx(json)).toThrow(expect.objectContaining({ code: 2, message: error }));
  });

  it.each(facts.bad.filter(({ json }) => json === undefined))(
    "is refused from bytes: $name",
    ({ bytes, error = "" }) => {
      // The reference's text continues with Go's count of bytes and the bytes themselves.
      const reason = /^unmarshal to legacytx\.StdTx failed after [0-9]+ bytes \((.*?)(\nbytes:.*)?\): [0-9A-F]+$/s.exec(
        error,
      );
      const cause = reason?.[1]?.replace("error reading array contents: ", "");
      const expected = cause === undefined ? error : `unmarshal to legacytx.StdTx failed (${cause})`;
      const message =
        cause === "buffer too small" ? expect.stringMatching(/^unmarshal to legacytx\.StdTx failed \(/) : expected;
      expect(() => decodeStdTx(bytesOf(bytes))).toThrow(expect.objectContaining({ code: 2, message }));
    },
  );

  it("can carry every message of the chain that has an amino name, unless it holds an Any or a choice", () => {
    const named = chainMessages().filter((schema) => hasOption(schema, aminoName));
    const refused = named.filter((schema) => {
      const type = getOption(schema, aminoName);
      const json = `{"type":"cosmos-sdk/StdTx","value":{"msg":[{"type":"${type}","value":{}}]}}`;
      try {
        expect(JSON.parse(decodeStdTx(encodeStdTx(json))).value.msg).toEqual([{ type, value: expect.anything() }]);
        return false;
      } catch (thrown) {
        expect(thrown).toMatchObject({ message: expect.stringMatching(/ has no legacy amino form$/) });
        return true;
      }
    });
    expect(named.length - refused.length).toBeGreaterThan(50);
    expect(refused.map(({ typeName }) => typeName)).toEqual([
      "cosmos.authz.v1beta1.MsgGrant",
      "cosmos.authz.v1beta1.MsgExec",
      "cosmos.evidence.v1beta1.MsgSubmitEvidence",
      "cosmos.feegrant.v1beta1.MsgGrantAllowance",
      "cosmos.gov.v1.MsgSubmitProposal",
      "cosmos.gov.v1.MsgExecLegacyContent",
      "cosmos.gov.v1beta1.MsgSubmitProposal",
      "cosmos.staking.v1beta1.MsgCreateValidator",
      "cosmos.upgrade.v1beta1.MsgSoftwareUpgrade",
    ]);
  });

  it("may not hold keys in keys without end", () => {
    const nest = (depth: number): string =>
      depth === 0
        ? "null"
        : `{"type":"tendermint/PubKeyMultisigThreshold","value":{"threshold":"1","pubkeys":[${nest(depth - 1)}]}}`;
    const tx = (depth: number) =>
      `{"type":"cosmos-sdk/StdTx","value":{"signatures":[{"pub_key":${nest(depth)},"signature":null}]}}`;
    expect(decodeStdTx(encodeStdTx(tx(10)))).toContain(nest(10));
    expect(() => encodeStdTx(tx(17))).toThrow("nested too deep");
    // One more key around the deepest accepted one.
    const around = (inner: Uint8Array): Uint8Array =>
      concat(bytesOf("22c1f7e20801"), new ProtoWriter().bytesAlways(2, inner).finish());
    let key: Uint8Array = bytesOf("22c1f7e20801");
    for (let i = 0; i < 5000; i++) key = around(key);
    const signature = new ProtoWriter().bytesAlways(1, key).finish();
    const bytes = concat(bytesOf("282816a9"), new ProtoWriter().bytesAlways(3, signature).finish());
    expect(() => decodeStdTx(bytes)).toThrow("nested too deep");
  });

  it("fails with a status when it is damaged, if at all", () => {
    const whole = facts.good.map(({ bytes }) => bytesOf(bytes));
    fc.assert(
      fc.property(fc.constantFrom(...whole), fc.nat(), fc.integer({ min: 0, max: 255 }), (bytes, at, byte) => {
        const damaged = bytes.slice();
        damaged[at % damaged.length] = byte;
        let json: string;
        try {
          json = decodeStdTx(damaged);
        } catch (thrown) {
          expect(thrown).toMatchObject({ name: "StatusError", code: 2 });
          return;
        }
        expect(JSON.parse(json).type).toBe("cosmos-sdk/StdTx");
      }),
      { numRuns: 3000 },
    );
  });
});
