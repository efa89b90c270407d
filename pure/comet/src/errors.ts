// SPDX-License-Identifier: Apache-2.0
import { codespace } from "@sotto/errors";

/**
 * Failures of block data and proofs of consensus. They never enter a results hash: a block with one
 * is not made.
 */
export const CometError = codespace("comet", {
  malformed: [1, "malformed consensus data"],
  invalidValidators: [2, "invalid validator set change"],
  invalidCommit: [3, "invalid commit"],
  invalidHeader: [4, "invalid header"],
  untrusted: [5, "new header cannot be trusted"],
  invalidQuery: [6, "invalid query"],
});
