// SPDX-License-Identifier: Apache-2.0
import type { HostFunction } from "@sotto/engine";
import { chargeWork, contextOf, giveBytes, takeJson, Work } from "../work.ts";

// Free within the allowance: the side that answers charges, and a nested query has the rest of its
// caller's gas. Source: spec/contract-interface.md 7.5.
const queryChain: HostFunction = (instance, request) => {
  const context = contextOf(instance);
  chargeWork(instance, Work.query);
  const { answer, gasUsed } = context.backend.query(takeJson(instance, request as number), instance.gasLeft());
  context.externalGas += gasUsed;
  return giveBytes(instance, answer);
};

export const chainImports = { query_chain: queryChain };
