import type { HostFunction } from "@sotto/engine";
import { chargeWork, contextOf, giveBytes, takeJson, Work } from "../work.ts";

// No price of its own within the allowance: whoever answers charges, and a nested query is limited to the caller's remaining gas (protocol.md 9).
const queryChain: HostFunction = (instance, request) => {
  const context = contextOf(instance);
  chargeWork(instance, Work.query);
  const { answer, gasUsed } = context.backend.query(takeJson(instance, request as number), instance.gasLeft());
  context.externalGas += gasUsed;
  return giveBytes(instance, answer);
};

export const chainImports = { query_chain: queryChain };
