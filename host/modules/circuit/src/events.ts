// SPDX-License-Identifier: Apache-2.0
import type { ChainEvent } from "@sotto/kernel";

export const authorized = (granter: string, grantee: string, permission: string): ChainEvent => ({
  type: "authorize_circuit_breaker",
  attributes: [
    ["granter", granter],
    ["grantee", grantee],
    ["permission", permission],
  ],
});

export const switched = (what: "trip" | "reset", authority: string, typeUrls: readonly string[]): ChainEvent => ({
  type: `${what}_circuit_breaker`,
  attributes: [
    ["authority", authority],
    ["msg_url", typeUrls.join(",")],
  ],
});
