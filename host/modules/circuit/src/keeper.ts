// SPDX-License-Identifier: Apache-2.0
import { plainError } from "@sotto/errors";
import type { ReadCtx } from "@sotto/kernel";
import { state } from "./state.ts";

export type CircuitNeeds = Readonly<Record<string, never>>;
export type CircuitKeeper = ReturnType<typeof circuitKeeper>;

export function circuitKeeper(_needs: CircuitNeeds) {
  const isAllowed = (ctx: ReadCtx, typeUrl: string): boolean => !state.disabled.has(ctx, typeUrl);
  return {
    /** Whether messages of this type may run. */
    isAllowed,
    /**
     * For the ante chain: throws when transactions with this message are disabled (x/circuit
     * ante/circuit.go).
     */
    assertAccepted(ctx: ReadCtx, typeUrl: string): void {
      if (!isAllowed(ctx, typeUrl)) throw plainError("tx type not allowed");
    },
    /**
     * For the router: throws when the message is disabled, also for a contract's message (SDK
     * baseapp/msg_service_router.go).
     */
    assertExecutable(ctx: ReadCtx, typeUrl: string): void {
      if (!isAllowed(ctx, typeUrl)) throw plainError(`circuit breaker disables execution of this message: ${typeUrl}`);
    },
  };
}
