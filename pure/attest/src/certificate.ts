// SPDX-License-Identifier: Apache-2.0
import { concat, fromLatin1, leU32, readLeU32, toLatin1 } from "@sotto/bytes";
import { assert } from "@sotto/errors";

/** A driver's proof that its enclave runs on its platform and named 64 bytes of data. */
export interface Report {
  /** Name of the platform driver: 1 to 16 of a-z and 0-9. It decides how the bytes are judged. */
  readonly driver: string;
  /** Only the driver's judge reads them. At least one byte. */
  readonly bytes: Uint8Array;
}

/** Bytes of a certificate (x/registration types/msg.go MaxCertificateSize). */
export const MAX_CERTIFICATE = 20_480;

/**
 * The reference has records 2 (quote), 3 (collateral) and 4 (token) in the same form, and an older
 * form that begins with 0.
 */
const REPORT_TAG = 64;
const HEAD = 5;
const MAX_NAME = 16;

const isName = (name: string): boolean => /^[a-z0-9]{1,16}$/.test(name);

/** One record: tag, length as LE4, then length of the name (1 byte), name, bytes of the report. */
export function encodeCertificate({ driver, bytes }: Report): Uint8Array {
  assert(isName(driver) && bytes.length > 0, "a report has a driver and bytes");
  const value = concat(Uint8Array.of(driver.length), fromLatin1(driver), bytes);
  const certificate = concat(Uint8Array.of(REPORT_TAG), leU32(value.length), value);
  assert(certificate.length <= MAX_CERTIFICATE, "a report fits into a certificate");
  return certificate;
}

/** Inverse of `encodeCertificate`; undefined for any other bytes. */
export function decodeCertificate(certificate: Uint8Array): Report | undefined {
  if (certificate.length > MAX_CERTIFICATE || certificate.length < HEAD + 1 || certificate[0] !== REPORT_TAG)
    return undefined;
  if (readLeU32(certificate, 1) !== certificate.length - HEAD) return undefined;
  const nameEnd = HEAD + 1 + Math.min(certificate[HEAD] ?? 0, MAX_NAME + 1);
  const driver = toLatin1(certificate.subarray(HEAD + 1, nameEnd));
  if (!isName(driver) || nameEnd >= certificate.length) return undefined;
  return { driver, bytes: certificate.slice(nameEnd) };
}
