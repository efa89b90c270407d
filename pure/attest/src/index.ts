// SPDX-License-Identifier: Apache-2.0
export { decodeCertificate, encodeCertificate, MAX_CERTIFICATE, type Report } from "./certificate.ts";
export { decodeReportData, encodeReportData, REPORT_DATA } from "./data.ts";
export { judge, readCertificate } from "./judge.ts";
export { isProduction } from "./networks.ts";
export { encodeSimReport, SIM_MEASUREMENT, type SimReport } from "./sim.ts";
export {
  type Attested,
  type Identity,
  type Judge,
  type Policy,
  Refusal,
  refusalText,
  type Verdict,
} from "./verdict.ts";
