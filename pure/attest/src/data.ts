// SPDX-License-Identifier: Apache-2.0
import { concat } from "@sotto/bytes";
import { assert } from "@sotto/errors";
import type { Attested } from "./verdict.ts";

/** Bytes that every kind of platform signs in a report. */
export const REPORT_DATA = 64;
const KEY = 32;

/**
 * The data of a registration: public key, then validator key (x/registration; enclave
 * registration/attestation.rs). A node without a validator has zeros.
 */
export function encodeReportData({ publicKey, validatorKey }: Attested): Uint8Array {
  assert(publicKey.length === KEY && validatorKey.length === KEY, "keys of a report have 32 bytes");
  return concat(publicKey, validatorKey);
}

/** Inverse of `encodeReportData`, for 64 bytes. */
export const decodeReportData = (data: Uint8Array): Attested => ({
  publicKey: data.slice(0, KEY),
  validatorKey: data.slice(KEY, REPORT_DATA),
});
