// SPDX-License-Identifier: Apache-2.0
import { encodeCertificate, judge, Refusal } from "@sotto/attest";
import { fromUtf8, toHex } from "@sotto/bytes";
import { InvariantBroken } from "@sotto/errors";
import { BoundaryError } from "@sotto/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSim, openPlatform } from "../src/index.ts";

const sealingKey = new Uint8Array(32).fill(1);
const options = { chainId: "secretdev-1", sealingKey };
const seeded = { ...options, seed: new Uint8Array(32).fill(2) };

const refused = (factory: { readonly codespace: string; readonly code: number }) =>
  expect.objectContaining({ codespace: factory.codespace, code: factory.code });
const NONE = new Uint8Array(0);

describe("starting a platform", () => {
  test.each(["secret-4", "pulsar-3", "pulsar-2", "secret-1", ""])(
    "sim refuses the production chain %s, however it is asked",
    (chainId) => {
      expect(() => createSim({ ...options, chainId })).toThrow(refused(BoundaryError.chainRefused));
      for (const given of [NONE, seeded.seed])
        expect(() => openPlatform("sim", chainId, given)).toThrow(refused(BoundaryError.chainRefused));
    },
  );

  test("a driver is chosen by its name, and none stands in for another", () => {
    expect(openPlatform("sim", "secretdev-1", NONE).driver).toBe("sim");
    for (const name of ["tdx", "sevsnp", "sgx", "tpm", "", "toString", "Sim"])
      expect(() => openPlatform(name, "secretdev-1", NONE), name).toThrow(refused(BoundaryError.unknownDriver));
  });

  test("options are nothing or a seed for sim, and other ones are refused without a byte of them", () => {
    const drawn = (given: Uint8Array) => toHex(openPlatform("sim", "secretdev-1", given).random(32));
    expect(drawn(seeded.seed)).toBe(drawn(seeded.seed));
    expect(drawn(NONE)).not.toBe(drawn(NONE));
    for (const length of [1, 31, 33, 64])
      try {
        openPlatform("sim", "secretdev-1", new Uint8Array(length).fill(0xab));
        expect.unreachable();
      } catch (error) {
        expect(error).toEqual(refused(BoundaryError.driverOptions));
        expect(String(error)).not.toMatch(/171|abab/);
      }
  });

  test("a sealing key of a wrong length is a bug, and shows no byte of itself", () => {
    try {
      createSim({ ...options, sealingKey: new Uint8Array(31).fill(0xab) });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InvariantBroken);
      expect(String(error)).not.toMatch(/171|abab/);
    }
  });
});

describe("random", () => {
  test("repeats itself for a seed, and only for that seed", () => {
    const draw = (seed: number) => {
      const sim = createSim({ ...options, seed: new Uint8Array(32).fill(seed) });
      return [5, 32, 33, 100, 0].map((n) => toHex(sim.random(n)));
    };
    expect(draw(2)).toEqual(draw(2));
    expect(draw(2)).not.toEqual(draw(3));
    const all = draw(2).join("");
    expect(all.length).toBe(2 * 170);
    expect(new Set(all.match(/.{32}/g)).size).toBe(Math.floor(all.length / 32));
  });

  test("without a seed it comes from the operating system and never repeats", () => {
    const a = createSim(options);
    const b = createSim(options);
    expect(toHex(a.random(32))).not.toBe(toHex(b.random(32)));
    expect(toHex(a.random(32))).not.toBe(toHex(a.random(32)));
  });
});

describe("sealing", () => {
  const sim = createSim(seeded);
  const secret = fromUtf8("a secret of some length");

  test("opens after a restart with the same key, chain and purpose", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (bytes, purpose) => {
        const sealed = sim.seal(purpose, bytes);
        expect(createSim(options).unseal(purpose, sealed)).toEqual(bytes);
      }),
      { numRuns: 40 },
    );
  });

  test("does not open for another purpose, chain or key", () => {
    const sealed = sim.seal("keychain", secret);
    expect(sim.unseal("watermark", sealed)).toBeUndefined();
    expect(createSim({ ...options, chainId: "other-1" }).unseal("keychain", sealed)).toBeUndefined();
    expect(
      createSim({ ...options, sealingKey: new Uint8Array(32).fill(9) }).unseal("keychain", sealed),
    ).toBeUndefined();
    expect(sim.unseal("keychain", sealed)).toEqual(secret);
  });

  test("any changed byte or cut is refused, and any bytes are refused without a crash", () => {
    const sealed = sim.seal("p", secret);
    for (let i = 0; i < sealed.length; i++) {
      const bad = new Uint8Array(sealed);
      bad[i] = (bad[i] as number) ^ 4;
      expect(sim.unseal("p", bad)).toBeUndefined();
      expect(sim.unseal("p", sealed.subarray(0, i))).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => void expect(sim.unseal("p", bytes)).toBeUndefined()),
    );
  });

  test("the same bytes sealed twice differ, and show nothing of themselves", () => {
    const a = toHex(sim.seal("p", secret));
    expect(toHex(sim.seal("p", secret))).not.toBe(a);
    expect(a).not.toContain(toHex(secret).slice(0, 16));
  });
});

describe("a simulated report", () => {
  const sim = createSim(options);
  const policy = {
    chainId: "secretdev-1",
    accepted: [{ driver: sim.driver, measurement: sim.measurement }],
    timeNs: 0n,
  };
  const certified = (data: Uint8Array) => encodeCertificate({ driver: sim.driver, bytes: sim.report(data) });

  test("carries its data, filled up to 64 bytes, and is accepted for its chain alone", () => {
    const verdict = judge(certified(fromUtf8("node key")), policy);
    const publicKey = new Uint8Array(32);
    publicKey.set(fromUtf8("node key"));
    expect(verdict).toEqual({ ok: true, attested: { publicKey, validatorKey: new Uint8Array(32) } });
    expect(judge(certified(fromUtf8("node key")), { ...policy, chainId: "other-1" })).toEqual({
      ok: false,
      refusal: Refusal.wrongChain,
    });
    expect(() => sim.report(new Uint8Array(65))).toThrow(InvariantBroken);
  });
});
