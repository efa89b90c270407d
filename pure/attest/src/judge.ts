// SPDX-License-Identifier: Apache-2.0
import { decodeCertificate } from "./certificate.ts";
import { decodeReportData } from "./data.ts";
import { simJudge } from "./sim.ts";
import { type Attested, type Judge, type Policy, Refusal, refuse, type Verdict } from "./verdict.ts";

/** The judges by the names of their drivers. A new one is a file and a line here. */
const judges: ReadonlyMap<string, Judge> = new Map([["sim", simJudge]]);

/**
 * Judges a certificate of a stranger. Cost: bounded by `MAX_CERTIFICATE`, and by what the judge of
 * the driver states.
 */
export function judge(certificate: Uint8Array, policy: Policy): Verdict {
  const report = decodeCertificate(certificate);
  if (report === undefined) return refuse(Refusal.malformed);
  const driver = judges.get(report.driver);
  return driver === undefined ? refuse(Refusal.unknownDriver) : driver.judge(report.bytes, policy);
}

/**
 * The keys that a certificate names, without a judgement; undefined for other bytes, and for
 * reports of an unknown driver.
 */
export function readCertificate(certificate: Uint8Array): Attested | undefined {
  const report = decodeCertificate(certificate);
  const data = report && judges.get(report.driver)?.dataOf(report.bytes);
  return data && decodeReportData(data);
}
