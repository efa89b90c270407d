import type { HostFunction } from "@sotto/engine";
import { passBytes, readRegion } from "../region.ts";
import { contextOf } from "./context.ts";

// No price of its own: whoever answers charges, and a nested query is limited to the caller's remaining gas (protocol.md 9).
const queryChain: HostFunction = (instance, request) => {
  const context = contextOf(instance);
  const { answer, gasUsed } = context.backend.query(readRegion(instance, request as number), instance.gasLeft());
  context.externalGas += gasUsed;
  return passBytes(instance, answer);
};

export const chainImports = { query_chain: queryChain };
