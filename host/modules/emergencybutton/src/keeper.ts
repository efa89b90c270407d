// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { mustAddress } from "@sotto/address";
import type { Frozen, ReadCtx, WriteCtx } from "@sotto/kernel";
import { type Params, ParamsSchema } from "@sotto/proto/secret.emergencybutton.v1beta1";
import { state } from "./state.ts";

/** Values of the switch: IBC packets are handled, or paused. */
export const Switch = { on: "on", off: "off" } as const;

export type EmergencyKeeper = ReturnType<typeof emergencyKeeper>;

export function emergencyKeeper(_needs: Readonly<Record<string, never>>) {
  const params = (ctx: ReadCtx): Frozen<Params> => state.params.get(ctx) ?? create(ParamsSchema);
  return {
    params,
    /**
     * Throws the error of an invalid address for another pauser. Compat: any text is a status,
     * and all but `off` mean on (x/emergencybutton types/params.go).
     */
    setParams(ctx: WriteCtx, next: Frozen<Params>): void {
      if (next.pauserAddress !== "") mustAddress(next.pauserAddress);
      state.params.set(ctx, next);
    },
    /** Whether IBC packets are paused. The caller pays for the read. */
    isHalted: (ctx: ReadCtx): boolean => params(ctx).switchStatus === Switch.off,
  };
}
