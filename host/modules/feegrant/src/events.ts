// SPDX-License-Identifier: Apache-2.0
import type { ChainEvent } from "@sotto/kernel";

/** An allowance of a pair of accounts was set, used, updated or revoked. */
export const allowanceEvent = (
  what: "set" | "use" | "update" | "revoke",
  granter: string,
  grantee: string,
): ChainEvent => ({
  type: `${what}_feegrant`,
  attributes: [
    ["granter", granter],
    ["grantee", grantee],
  ],
});

export const pruned = (pruner: string): ChainEvent => ({ type: "prune_feegrant", attributes: [["pruner", pruner]] });
