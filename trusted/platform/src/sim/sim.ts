// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from "node:crypto";
import { encodeSimReport, isProduction, SIM_MEASUREMENT } from "@sotto/attest";
import { beU64, concat, fromUtf8 } from "@sotto/bytes";
import { Ed25519Key, hmacSha256, sha256 } from "@sotto/crypto";
import { assert } from "@sotto/errors";
import { BoundaryError } from "@sotto/protocol";
import type { DriverFactory, Platform } from "../platform.ts";
import { sealUnder, unsealUnder } from "../sealing.ts";

/** The settings of a simulated enclave. */
export interface SimOptions {
  readonly chainId: string;
  /** 32 bytes instead of the hardware's sealing key. A holder of them can unseal. */
  readonly sealingKey: Uint8Array;
  /**
   * Makes `random` reproducible: for tests and reproducible chains. Absent: random of the operating
   * system.
   */
  readonly seed?: Uint8Array | undefined;
}

/**
 * Public: it protects nothing from the machine's owner, because the owner can also read the
 * enclave's memory (SECURITY.md). With it query lanes can unseal the state of lane 0, as on
 * hardware (ADR 19).
 */
const SEALING_KEY = sha256(fromUtf8("sotto sim sealing key"));
const SEED = 32;

/**
 * HMAC in counter mode over the seed: the same seed gives the same bytes for the same sequence of
 * lengths.
 */
function repeatable(seed: Uint8Array): (length: number) => Uint8Array {
  let counter = 0n;
  return (length) => {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at += 32) {
      const block = hmacSha256(seed, concat(fromUtf8("sotto sim random"), beU64(counter++)));
      out.set(at + 32 <= length ? block : block.subarray(0, length - at), at);
    }
    return out;
  };
}

// Public: a report of this driver only detects accidental mistakes. `@sotto/attest` has the public
// key.
const root = new Ed25519Key(sha256(fromUtf8("sotto sim attestation root")));

/**
 * An enclave without hardware: the same code on any machine, and no protection from its owner.
 * Throws BoundaryError.chainRefused for a production chain, so that no flag or mistake puts real
 * data into it.
 */
export function createSim({ chainId, sealingKey, seed }: SimOptions): Platform {
  if (chainId === "" || isProduction(chainId)) throw BoundaryError.chainRefused();
  assert(sealingKey.length === 32, "the sim driver has a sealing key of 32 bytes");
  if (seed !== undefined && seed.length !== SEED) throw BoundaryError.driverOptions();
  const key = new Uint8Array(sealingKey);
  const random = seed === undefined ? (n: number) => new Uint8Array(randomBytes(n)) : repeatable(new Uint8Array(seed));
  return {
    driver: "sim",
    // The operator can unseal these keys anyway.
    keysMayBeginAgain: true,
    mayBelieveRows: true,
    mayAnswerPast: true,
    random,
    seal: (purpose, plaintext) => sealUnder(key, `${chainId}/${purpose}`, random(16), plaintext),
    unseal: (purpose, sealed) => unsealUnder(key, `${chainId}/${purpose}`, sealed),
    measurement: SIM_MEASUREMENT,
    report: (data) =>
      encodeSimReport({ chainId, measurement: SIM_MEASUREMENT, debug: false, data }, (body) => root.sign(body)),
  };
}

/** The driver `sim`. Its options are a seed (`SimOptions.seed`), or empty. */
export const openSim: DriverFactory = (chainId, options) =>
  createSim({ chainId, sealingKey: SEALING_KEY, seed: options.length === 0 ? undefined : options });
