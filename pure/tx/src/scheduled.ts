// SPDX-License-Identifier: Apache-2.0
import { moduleAddress } from "@sotto/address";
import { equals } from "@sotto/bytes";
import { ChainError } from "@sotto/errors";
import { chainTypes } from "./chainTypes.ts";
import { type DecodedTx, decodeTx } from "./decode.ts";
import { messageSigners } from "./signers.ts";

/**
 * The sender of scheduled calls: the account of the module cron. It is a hash of a name, so no key
 * has this address.
 */
export const SCHEDULER = moduleAddress("cron");

const EXECUTE = "/secret.compute.v1beta1.MsgExecuteContract";

/**
 * Whether a transaction has the form of a scheduled call of this height (spec/calls.md 3.5): one
 * execution by the scheduler, without signers and signatures. The form alone proves nothing: the
 * call counts only at the head of a block that the validators have signed. Bytes that do not decode
 * are no call.
 */
export function isScheduledTx(bytes: Uint8Array, height: number): boolean {
  try {
    return hasForm(decodeTx(bytes, chainTypes), height);
  } catch (thrown) {
    if (thrown instanceof ChainError) return false;
    throw thrown;
  }
}

function hasForm({ raw, body, authInfo, messages }: DecodedTx, height: number): boolean {
  const [message] = messages;
  if (raw.signatures.length > 0 || authInfo.signerInfos.length > 0) return false;
  if (message === undefined || messages.length > 1 || message.typeUrl !== EXECUTE) return false;
  if (body.timeoutHeight !== BigInt(height)) return false;
  return messageSigners(message, chainTypes).every((sender) => equals(sender, SCHEDULER));
}
