// SPDX-License-Identifier: Apache-2.0
import { isMessage, type Message } from "@bufbuild/protobuf";
import { plainError } from "@sotto/errors";
import { KV_PRICES, type ReadCtx } from "@sotto/kernel";
import { MsgUpdateMachineWhitelistSchema, MsgUpgradeProposalPassedSchema } from "@sotto/proto/secret.compute.v1beta1";

/** Bytes of the key of a proposal: a prefix and its number (x/gov types/keys.go). */
const PROPOSAL_KEY = 9;

/**
 * Throws for a message that carries out a proposal of governance: this chain has no proposals yet.
 * The reference looks for the proposal in its first ante step, and its reads count as used gas
 * (x/compute keeper/ante.go).
 */
export function assertPassed(ctx: ReadCtx, message: Message): void {
  if (isMessage(message, MsgUpgradeProposalPassedSchema)) {
    ctx.gas.consume(KV_PRICES.next, "IterNextFlat");
    throw plainError("no latest upgrade proposal");
  }
  if (isMessage(message, MsgUpdateMachineWhitelistSchema)) {
    ctx.gas.consume(KV_PRICES.readFlat + KV_PRICES.readByte * PROPOSAL_KEY, "ReadFlat");
    const key = String(message.proposalId);
    throw plainError(`collections: not found: key '${key}' of type github.com/cosmos/gogoproto/cosmos.gov.v1.Proposal`);
  }
}
