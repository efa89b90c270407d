// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { plainError, SdkError } from "@sotto/errors";
import type { WriteCtx } from "@sotto/kernel";
import { CallKind } from "@sotto/protocol";
import { assertOk } from "../call.ts";
import { canonicalAdmin } from "../checks.ts";
import { mustCode, mustContract, refOf } from "../contracts.ts";
import { updateAdminEvent } from "../events.ts";
import type { AdminInput, Origin } from "../inputs.ts";
import { state } from "../state.ts";
import { begin, type CallPath, sendCall } from "./path.ts";
import { assertSigned, callBase } from "./sender.ts";

/** The enclave proves the new admin; no contract runs. */
export function updateAdmin(path: CallPath, ctx: WriteCtx, input: AdminInput, origin: Origin): void {
  const { contract, sender } = input;
  const { needs } = path;
  const newAdmin = canonicalAdmin(input.newAdmin, "new admin");
  begin(ctx, plainError);
  const info = mustContract(ctx, contract);
  const { codeHash } = mustCode(ctx, info.codeId);
  if (info.admin !== formatAddress(sender)) throw SdkError.unauthorized("caller is not the admin");
  if (info.requireGovernance && !state.newAdmins.has(ctx, formatAddress(contract))) {
    throw SdkError.unauthorized("requires governance approval for admin change");
  }
  assertSigned(needs, ctx, origin, sender);
  const ref = refOf(ctx, contract, info, codeHash);
  const request = { ...callBase(ctx, origin, sender), kind: CallKind.updateAdmin, contract: ref };
  const answer = sendCall(path, ctx, {
    contract,
    send: (gasLimit, host) => needs.enclave.call({ ...request, gasLimit }, host),
  });
  // Compat: an admin change pays no wasm gas, not even the one SDK gas that every other call pays
  // at least.
  assertOk(answer, plainError);
  state.contracts.set(ctx, contract, { ...info, admin: newAdmin, adminProof: answer.adminProof });
  ctx.emit(updateAdminEvent(formatAddress(contract), newAdmin));
}
