// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { equals, toHex } from "@sotto/bytes";
import type { ChainError } from "@sotto/errors";
import { type EarlierTxs, type SignerHint, type TxInfo, takePosition, type WriteCtx } from "@sotto/kernel";
import { EMPTY } from "../call.ts";
import { ComputeError } from "../errors.ts";
import type { Origin } from "../inputs.ts";
import type { ComputeNeeds } from "../needs.ts";
import { currentTxCounter } from "../records.ts";

/**
 * The signer that sent the message. Throws for a contract's stargate message, which has no
 * signature that the enclave could verify.
 */
function mustSigner(ctx: WriteCtx, sender: Uint8Array) {
  const signers = ctx.tx?.signers ?? [];
  const found = signers.find(({ address }) => equals(address, sender));
  if (found !== undefined) return found;
  const known = signers.map(({ address }) => formatAddress(address)).join(" ");
  throw ComputeError.signature(
    `[Compute] Message sender: ${formatAddress(sender)} is not found in the tx signer set: [${known}], callback signature not provided`,
  );
}

/**
 * A signer's hint, only for the signer's first message: the enclave verifies a signer once in a
 * transaction.
 */
function takeHint(ctx: WriteCtx, signer: TxInfo["signers"][number] | undefined): SignerHint | undefined {
  if (signer?.hint === undefined) return undefined;
  const mark = `hinted ${toHex(signer.address)}`;
  if (ctx.tx?.marks.has(mark) === true) return undefined;
  ctx.tx?.marks.add(mark);
  return signer.hint;
}

/**
 * Throws unless the sender of the transaction's own message has signed it. Compat: the sender's
 * account is read at the transaction's expense, although the ante steps have already recorded
 * number and sequence for the sign bytes (x/compute keeper.go GetTxInfo).
 */
export function assertSigned(needs: ComputeNeeds, ctx: WriteCtx, origin: Origin, sender: Uint8Array): void {
  if (origin.callId !== 0) return;
  mustSigner(ctx, sender);
  needs.account(ctx, sender);
}

/** The enclave's refusal of a call whose sender it cannot verify. */
export const NOT_VALIDATED = "Execution error: Enclave: failed to validate transaction";

/** The note with the position of the block's last transaction that called the enclave. */
const LAST_CALLED = "compute/last-called";

/**
 * Whether the last transaction of the block that called the enclave has failed. Hazard: only
 * directly before a call: a transaction that fails before the enclave hears of it is not its last.
 */
export function takeLastOutcome({ tx }: WriteCtx): boolean {
  if (tx === undefined) return false;
  const { failed, notes } = tx.earlier;
  const last = notes.get(LAST_CALLED);
  notes.set(LAST_CALLED, tx.index);
  return last !== undefined && last !== tx.index && failed.has(last);
}

/** The same at the end of the block. */
export function lastCallFailed({ failed, notes }: EarlierTxs): boolean {
  const last = notes.get(LAST_CALLED);
  return last !== undefined && failed.has(last);
}

/**
 * The fields of a call request that describe its origin. Fields of a code are added by the kinds
 * that have one. `failed` makes the error for a message that came inside of another one.
 */
export function callBase(ctx: WriteCtx, origin: Origin, sender: Uint8Array, failed: (detail: string) => ChainError) {
  const signer = origin.callId === 0 ? mustSigner(ctx, sender) : undefined;
  // A contract of this message can send a message that the signer granted to it (x/authz), which
  // has the same position and the same signer.
  if (signer !== undefined && !takePosition(ctx)) throw failed(NOT_VALIDATED);
  return {
    txIndex: ctx.tx?.index ?? 0,
    messageIndex: ctx.tx?.messageIndex ?? 0,
    callId: origin.callId,
    accountNumber: Number(signer?.accountNumber ?? 0n),
    hint: takeHint(ctx, signer),
    txCounter: currentTxCounter(ctx),
    newCodeHash: EMPTY,
    codeId: 0,
    instanceId: 0,
  };
}
