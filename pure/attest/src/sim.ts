// SPDX-License-Identifier: Apache-2.0
import { concat, equals, fromHex, fromUtf8 } from "@sotto/bytes";
import { ed25519Verify, sha256 } from "@sotto/crypto";
import { assert } from "@sotto/errors";
import { decodeReportData, REPORT_DATA } from "./data.ts";
import { isProduction } from "./networks.ts";
import { type Judge, Refusal, refuse } from "./verdict.ts";

// A report of the simulated platform: magic, SHA256(chain id), measurement, flags, data, and an
// Ed25519 signature over these bytes (spec/registration.md 2).

const MAGIC = fromUtf8("sotto-sim-report-2:");
const CHAIN_AT = MAGIC.length;
const MEASUREMENT_AT = CHAIN_AT + 32;
const FLAGS_AT = MEASUREMENT_AT + 32;
const DATA_AT = FLAGS_AT + 1;
const END = DATA_AT + REPORT_DATA;
const SIGNATURE = 64;
const DEBUG = 1;

/** The same for all code: there is no hardware that could measure it. */
export const SIM_MEASUREMENT = sha256(fromUtf8("sotto sim measurement"));

/** Public key of the software root, whose secret is a public constant of trusted/platform. */
const ROOT = fromHex("ba4db16cd5f1b33262e713208413f5ec721b40b6db9e03ac43f0f45143335555") ?? new Uint8Array(0);

export interface SimReport {
  readonly chainId: string;
  readonly measurement: Uint8Array;
  readonly debug: boolean;
  /** At most 64 bytes; zeros fill it up. */
  readonly data: Uint8Array;
}

/** `sign`: signs as the software root, 64 bytes. */
export function encodeSimReport(
  { chainId, measurement, debug, data }: SimReport,
  sign: (body: Uint8Array) => Uint8Array,
): Uint8Array {
  assert(data.length <= REPORT_DATA, "report data has at most 64 bytes");
  assert(measurement.length === 32, "a measurement of the simulated platform has 32 bytes");
  const filled = new Uint8Array(REPORT_DATA);
  filled.set(data);
  const body = concat(MAGIC, sha256(fromUtf8(chainId)), measurement, Uint8Array.of(debug ? DEBUG : 0), filled);
  return concat(body, sign(body));
}

const hasForm = (report: Uint8Array): boolean =>
  report.length === END + SIGNATURE &&
  equals(report.subarray(0, CHAIN_AT), MAGIC) &&
  (report[FLAGS_AT] as number) <= DEBUG;

/** Cost: one verification of Ed25519, 1 to 5 ms for an invalid signature. */
export const simJudge: Judge = {
  dataOf: (report) => (hasForm(report) ? report.slice(DATA_AT, END) : undefined),
  judge(report, { chainId, accepted }) {
    if (!hasForm(report)) return refuse(Refusal.malformed);
    if (isProduction(chainId)) return refuse(Refusal.productionChain);
    if (!ed25519Verify(report.subarray(0, END), report.subarray(END), ROOT)) return refuse(Refusal.signature);
    if (!equals(report.subarray(CHAIN_AT, MEASUREMENT_AT), sha256(fromUtf8(chainId))))
      return refuse(Refusal.wrongChain);
    const measurement = report.subarray(MEASUREMENT_AT, FLAGS_AT);
    if (!accepted.some((code) => code.driver === "sim" && equals(code.measurement, measurement)))
      return refuse(Refusal.measurement);
    if (report[FLAGS_AT] !== 0) return refuse(Refusal.debug);
    return { ok: true, attested: decodeReportData(report.subarray(DATA_AT, END)) };
  },
};
