// SPDX-License-Identifier: Apache-2.0
import { codespace } from "@sotto/errors";

/** x/evidence types/errors.go */
export const EvidenceError = codespace("evidence", {
  noHandler: [2, "unregistered handler for evidence type"],
  invalidEvidence: [3, "invalid evidence"],
  evidenceExists: [5, "evidence already exists"],
});
