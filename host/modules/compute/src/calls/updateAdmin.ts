// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { plainError, SdkError } from "@sotto/errors";
import type { ReadCtx, WriteCtx } from "@sotto/kernel";
import { CallKind } from "@sotto/protocol";
import { assertOk } from "../call.ts";
import { canonicalAdmin } from "../checks.ts";
import { mustCode, mustContract, refOf } from "../contracts.ts";
import { updateAdminEvent } from "../events.ts";
import type { AdminInput, Origin } from "../inputs.ts";
import { state } from "../state.ts";
import { begin, type CallPath, sendCall } from "./path.ts";
import { assertSigned, callBase } from "./sender.ts";

/**
 * Throws unless governance has approved the admin, which may be empty. Compat: the approval's row
 * is read twice (x/compute keeper/keeper.go GetNewAdmin).
 */
function assertApproved(ctx: ReadCtx, contract: string, newAdmin: string): void {
  if (!state.newAdmins.has(ctx, contract)) {
    throw SdkError.unauthorized("requires governance approval for admin change");
  }
  const approved = state.newAdmins.get(ctx, contract);
  if (approved === newAdmin) return;
  throw SdkError.unauthorized(`admin mismatch: governance authorized '${approved}', attempting '${newAdmin}'`);
}

/** The enclave proves the new admin; no contract runs. */
export function updateAdmin(path: CallPath, ctx: WriteCtx, input: AdminInput, origin: Origin): void {
  const { contract, sender } = input;
  const { needs } = path;
  const newAdmin = canonicalAdmin(input.newAdmin, "new admin");
  begin(ctx, plainError);
  const info = mustContract(ctx, contract);
  const { codeHash } = mustCode(ctx, info.codeId);
  if (info.admin !== formatAddress(sender)) throw SdkError.unauthorized("caller is not the admin");
  const address = formatAddress(contract);
  if (info.requireGovernance) assertApproved(ctx, address, newAdmin);
  assertSigned(needs, ctx, origin, sender);
  const ref = refOf(ctx, contract, info, codeHash);
  const request = { ...callBase(ctx, origin, sender, plainError), kind: CallKind.updateAdmin, contract: ref };
  const answer = sendCall(path, ctx, {
    contract,
    send: (last, host) => needs.enclave.call({ ...request, ...last }, host),
  });
  // Compat: an admin change pays no wasm gas, not even the one SDK gas that every other call pays
  // at least.
  assertOk(answer, plainError);
  state.contracts.set(ctx, contract, { ...info, admin: newAdmin, adminProof: answer.adminProof });
  // An approval is for one change.
  if (info.requireGovernance) state.newAdmins.remove(ctx, address);
  ctx.emit(updateAdminEvent(address, newAdmin));
}
