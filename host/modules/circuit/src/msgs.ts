// SPDX-License-Identifier: Apache-2.0
import { moduleAddress } from "@sotto/address";
import { equals } from "@sotto/bytes";
import { protoText } from "@sotto/codec/text";
import { plainError } from "@sotto/errors";
import { addressField, type Handlers, type WriteCtx } from "@sotto/kernel";
import { Permissions_Level as Level, type Msg, PermissionsSchema } from "@sotto/proto/cosmos.circuit.v1";
import { CircuitError } from "./errors.ts";
import { authorized, switched } from "./events.ts";
import type { CircuitKeeper } from "./keeper.ts";
import { state } from "./state.ts";

const isAuthority = (address: Uint8Array): boolean => equals(address, moduleAddress("gov"));

const isSwitched = { trip: "is already disabled", reset: "is not disabled" } as const;

/**
 * Disables or enables messages one after the other (x/circuit keeper/msg_server.go
 * TripCircuitBreaker, ResetCircuitBreaker). The permissions are read once, also of the authority.
 */
function switchMessages(
  circuit: CircuitKeeper,
  ctx: WriteCtx,
  what: "trip" | "reset",
  { authority, msgTypeUrls }: { readonly authority: string; readonly msgTypeUrls: readonly string[] },
): void {
  const address = addressField(authority);
  const { level = Level.NONE_UNSPECIFIED, limitTypeUrls = [] } = state.permissions.get(ctx, address) ?? {};
  const isFree = level === Level.SUPER_ADMIN || level === Level.ALL_MSGS || isAuthority(address);
  for (const typeUrl of msgTypeUrls) {
    const isEnabled = circuit.isAllowed(ctx, typeUrl);
    if (isEnabled !== (what === "trip")) throw plainError(`message ${typeUrl} ${isSwitched[what]}`);
    if (!isFree && level !== Level.SOME_MSGS) throw CircuitError.noPermission(what);
    if (!isFree && !limitTypeUrls.includes(typeUrl)) throw CircuitError.noPermissionFor(what, typeUrl);
    if (what === "trip") state.disabled.add(ctx, typeUrl);
    else state.disabled.remove(ctx, typeUrl);
  }
  ctx.emit(switched(what, authority, msgTypeUrls));
}

export const msgs = (circuit: CircuitKeeper): Handlers<typeof Msg, WriteCtx> => ({
  authorizeCircuitBreaker(ctx, { granter, grantee, permissions }) {
    const address = addressField(granter);
    if (!isAuthority(address) && state.permissions.get(ctx, address)?.level !== Level.SUPER_ADMIN)
      throw CircuitError.notSuper();
    const receiver = addressField(grantee);
    if (permissions === undefined) throw CircuitError.noPermissions();
    state.permissions.set(ctx, receiver, permissions);
    ctx.emit(authorized(granter, grantee, protoText(PermissionsSchema, permissions)));
    return { success: true };
  },

  tripCircuitBreaker(ctx, message) {
    switchMessages(circuit, ctx, "trip", message);
    return { success: true };
  },

  resetCircuitBreaker(ctx, message) {
    switchMessages(circuit, ctx, "reset", message);
    return { success: true };
  },
});
