// SPDX-License-Identifier: Apache-2.0
import { encodeCertificate, encodeReportData, judge, Refusal } from "@sotto/attest";
import { fromUtf8 } from "@sotto/bytes";
import { hmacSha256, X25519Key } from "@sotto/crypto";
import { type ConsensusKeys, type Keychain, Secret, sealSeedsFor } from "@sotto/keys";
import type { Platform } from "@sotto/platform";
import { type AdmitAnswer, BoundaryError, type CreateNodeAnswer } from "@sotto/protocol";
import { sealRegistration } from "./sealedState.ts";

const KEY = 32;
const NONE = new Uint8Array(0);
/** Apart from the seeds of a network: a seeded driver draws the same bytes for both. */
const LABEL = fromUtf8("sotto registration key/1");

/**
 * A registration key that only this enclave can use, and the certificate that names it.
 * `validatorKey`: 32 bytes, or empty.
 */
export function createNode(platform: Platform, validatorKey: Uint8Array): CreateNodeAnswer {
  if (validatorKey.length !== 0 && validatorKey.length !== KEY) throw BoundaryError.malformedFrame();
  const secret = new Secret(hmacSha256(platform.random(KEY), LABEL));
  const { publicKey } = new X25519Key(secret.expose());
  const bound = validatorKey.length === 0 ? new Uint8Array(KEY) : validatorKey;
  const bytes = platform.report(encodeReportData({ publicKey, validatorKey: bound }));
  return {
    publicKey,
    certificate: encodeCertificate({ driver: platform.driver, bytes }),
    registration: sealRegistration(platform, secret),
  };
}

export interface AdmissionParts {
  readonly platform: Platform;
  readonly chainId: string;
  readonly keychain: Keychain;
  readonly keys: ConsensusKeys;
  /** As `StartState`. */
  readonly genesis: Uint8Array | undefined;
}

/** Judges the certificate of a message, if it has one, at the time of its block. */
export type Admission = (certificate: Uint8Array | undefined, timeNs: bigint) => AdmitAnswer;

const refused = (refusal: Refusal): AdmitAnswer => ({ refusal, encryptedSeed: NONE });

/**
 * The network's answer to nodes that register: its seeds for an enclave of the same code, or a
 * refusal. It depends on certificate, block and seeds alone, so it is the same in every enclave of
 * the network.
 */
export function createAdmission({ platform, chainId, keychain, keys, genesis }: AdmissionParts): Admission {
  const accepted = [{ driver: platform.driver, measurement: platform.measurement }];
  return (certificate, timeNs) => {
    if (certificate === undefined) return refused(Refusal.elsewhere);
    if (genesis === undefined) return refused(Refusal.unknownGenesis);
    const verdict = judge(certificate, { chainId, accepted, timeNs });
    if (!verdict.ok) return refused(verdict.refusal);
    const encryptedSeed = sealSeedsFor(verdict.attested.publicKey, keys, keychain, genesis);
    return encryptedSeed === undefined ? refused(Refusal.weakKey) : { refusal: 0, encryptedSeed };
  };
}
