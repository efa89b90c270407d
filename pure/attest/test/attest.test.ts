// SPDX-License-Identifier: Apache-2.0
import { concat, fromHex, fromUtf8 } from "@sotto/bytes";
import { Ed25519Key, sha256 } from "@sotto/crypto";
import { InvariantBroken } from "@sotto/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeCertificate,
  encodeCertificate,
  encodeReportData,
  encodeSimReport,
  isProduction,
  judge,
  MAX_CERTIFICATE,
  type Policy,
  Refusal,
  readCertificate,
  refusalText,
  SIM_MEASUREMENT,
  type SimReport,
} from "../src/index.ts";

const fill = (byte: number, length = 32) => new Uint8Array(length).fill(byte);
const keys = { publicKey: fill(1), validatorKey: fill(2) };
const root = new Ed25519Key(sha256(fromUtf8("sotto sim attestation root")));
const policy: Policy = {
  chainId: "secretdev-1",
  accepted: [{ driver: "sim", measurement: SIM_MEASUREMENT }],
  timeNs: 1n,
};

/** A report of the simulated platform as it could be made, honest unless changed. */
function certificate(changes: Partial<SimReport> = {}, signer = root): Uint8Array {
  const bytes = encodeSimReport(
    {
      chainId: policy.chainId,
      measurement: SIM_MEASUREMENT,
      debug: false,
      data: encodeReportData(keys),
      ...changes,
    },
    (body) => signer.sign(body),
  );
  return encodeCertificate({ driver: "sim", bytes });
}
const refused = (refusal: number) => ({ ok: false, refusal });

describe("a certificate", () => {
  it("is one record: tag, length, name of the driver, report", () => {
    const bytes = encodeCertificate({ driver: "sim", bytes: fill(9, 3) });
    expect(bytes).toEqual(fromHex("40070000000373696d090909"));
    expect(decodeCertificate(bytes)).toEqual({ driver: "sim", bytes: fill(9, 3) });
  });

  it("has no other form: tags, lengths, names, more records, none", () => {
    const good = encodeCertificate({ driver: "sim", bytes: fill(9, 3) });
    for (let cut = 0; cut < good.length; cut++) expect(decodeCertificate(good.slice(0, cut))).toBeUndefined();
    const bad = [
      "02070000000373696d090909", // the reference's tag of a quote
      "00070000000373696d090909",
      "40080000000373696d090909",
      "40070000010373696d090909",
      "40070000000053696d090909", // no name
      "40070000000373696d0909090909", // trailing bytes
      "40070000000353696d090909", // an upper-case letter
      "40040000000373696d", // no report
      "4007000000ff73696d090909",
    ];
    for (const hex of bad) expect(decodeCertificate(fromHex(hex) as Uint8Array), hex).toBeUndefined();
    expect(decodeCertificate(concat(good, good))).toBeUndefined();
  });

  it("has at most 20480 bytes", () => {
    const most = MAX_CERTIFICATE - 9;
    const longest = encodeCertificate({ driver: "sim", bytes: fill(1, most) });
    expect([longest.length, decodeCertificate(longest)?.bytes.length]).toEqual([20_480, most]);
    expect(() => encodeCertificate({ driver: "sim", bytes: fill(1, most + 1) })).toThrow(InvariantBroken);
    const wire = new Uint8Array(longest.length + 1);
    wire.set(longest);
    wire[1] = (wire[1] as number) + 1;
    expect(decodeCertificate(wire)).toBeUndefined();
  });

  it("answers any bytes with a report or nothing, and a verdict", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        decodeCertificate(bytes);
        expect(judge(bytes, policy).ok).toBe(false);
        const named = encodeCertificate({ driver: "sim", bytes: concat(Uint8Array.of(0), bytes) });
        expect(judge(named, policy)).toEqual(refused(Refusal.malformed));
        expect(readCertificate(named)).toBeUndefined();
      }),
    );
  });
});

describe("the judgement of a simulated report", () => {
  it("accepts it for its chain, and gives the keys that it names", () => {
    expect(judge(certificate(), policy)).toEqual({ ok: true, attested: keys });
    expect(readCertificate(certificate())).toEqual(keys);
  });

  it.each<[string, Uint8Array, Partial<Policy>, number]>([
    ["of another chain", certificate({ chainId: "secretdev-2" }), {}, Refusal.wrongChain],
    ["shown to another chain", certificate(), { chainId: "secretdev-2" }, Refusal.wrongChain],
    ["of other code", certificate({ measurement: fill(3) }), {}, Refusal.measurement],
    ["of an enclave under a debugger", certificate({ debug: true }), {}, Refusal.debug],
    ["of another root", certificate({}, new Ed25519Key(fill(3))), {}, Refusal.signature],
    ["where no code is accepted", certificate(), { accepted: [] }, Refusal.measurement],
    [
      "where hardware with these bytes is accepted",
      certificate(),
      { accepted: [{ driver: "sgx", measurement: SIM_MEASUREMENT }] },
      Refusal.measurement,
    ],
    ["of a production chain", certificate({ chainId: "secret-4" }), { chainId: "secret-4" }, Refusal.productionChain],
    ["of an unknown driver", encodeCertificate({ driver: "sgx", bytes: fill(1, 432) }), {}, Refusal.unknownDriver],
    ["that is none", fromUtf8("certificate"), {}, Refusal.malformed],
  ])("refuses one %s", (_what, bytes, changes, refusal) => {
    expect(judge(bytes, { ...policy, ...changes })).toEqual(refused(refusal));
  });

  it("refuses one with a bit of any byte changed", () => {
    const good = certificate();
    for (let at = 0; at < good.length; at++) {
      const bad = good.map((byte, i) => (i === at ? byte ^ (1 << (at % 8)) : byte));
      expect(judge(bad, policy).ok, String(at)).toBe(false);
    }
  });

  it("does not depend on the time: simulated reports do not expire", () => {
    for (const timeNs of [0n, 2n ** 62n]) expect(judge(certificate(), { ...policy, timeNs }).ok).toBe(true);
  });
});

it("every refusal has a text, and no other number has one", () => {
  for (const refusal of Object.values(Refusal)) expect(refusalText(refusal)).toMatch(/^[a-z ,:]+$/i);
  for (const other of [0, 99, -1]) expect(refusalText(other)).toBeUndefined();
});

it("production chains are those of Secret Network", () => {
  for (const chainId of ["secret-1", "secret-2", "secret-3", "secret-4", "pulsar-2", "pulsar-3"])
    expect(isProduction(chainId)).toBe(true);
  for (const chainId of ["secretdev-1", "secret-5", "", "toString"]) expect(isProduction(chainId)).toBe(false);
});
