// SPDX-License-Identifier: Apache-2.0
import { codespace } from "@sotto/errors";

/** x/compute types/errors.go (spec/modules.md 8.14). */
export const ComputeError = codespace("compute", {
  instantiateFailed: [2, "instantiate contract failed"],
  executeFailed: [3, "execute contract failed"],
  queryFailed: [4, "query contract failed"],
  migrateFailed: [5, "migrate contract failed"],
  accountExists: [6, "contract account already exists"],
  gasLimit: [7, "insufficient gas"],
  invalidGenesis: [8, "invalid genesis"],
  notFound: [9, "not found"],
  invalidMsg: [10, "invalid CosmosMsg from the contract"],
  empty: [11, "empty"],
  limit: [12, "exceeds limit"],
  invalid: [13, "invalid"],
  duplicate: [14, "duplicate"],
  createFailed: [15, "create contract failed"],
  signature: [16, "parse signature failed"],
  unsupported: [17, "unsupported for this contract"],
  unknownMsg: [18, "unknown message from the contract"],
  replyFailed: [19, "reply to contract failed"],
  invalidEvent: [21, "invalid event"],
  maxIbcChannels: [22, "max transfer channels"],
  maxCallDepth: [30, "max call depth exceeded"],
  maxContractSize: [31, "max contract size exceeded"],
  /** Not in the reference (spec/transactions.md 5; ADR 58). */
  replayed: [40, "encrypted message belongs to another sender or contract"],
});
