import { type ChainError, codespace } from "@sotto/errors";
import type { ReadCtx } from "@sotto/kernel";
import { state } from "./state.ts";

export type CircuitNeeds = Readonly<Record<string, never>>;
export type CircuitKeeper = ReturnType<typeof circuitKeeper>;

/** Compat: the reference's errors of a tripped circuit have no code of their own (SDK errors, undefined/1). */
const refused = (summary: string): ChainError => codespace("undefined", { refused: [1, summary] }).refused();

export function circuitKeeper(_needs: CircuitNeeds) {
  const isAllowed = (ctx: ReadCtx, typeUrl: string): boolean => !state.disabled.has(ctx, typeUrl);
  return {
    /** For the ante chain: whether a transaction with this message may come in (x/circuit ante/circuit.go). */
    assertAccepted(ctx: ReadCtx, typeUrl: string): void {
      if (!isAllowed(ctx, typeUrl)) throw refused("tx type not allowed");
    },
    /** For the router: whether a message may run, a contract's too (SDK baseapp/msg_service_router.go). */
    assertExecutable(ctx: ReadCtx, typeUrl: string): void {
      if (!isAllowed(ctx, typeUrl)) throw refused(`circuit breaker disables execution of this message: ${typeUrl}`);
    },
  };
}
