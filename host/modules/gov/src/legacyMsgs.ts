// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress, moduleAddress } from "@sotto/address";
import { packAny } from "@sotto/codec";
import type { Handlers, WriteCtx } from "@sotto/kernel";
import { dec } from "@sotto/math";
import {
  MsgDepositSchema,
  MsgExecLegacyContentSchema,
  MsgSubmitProposalSchema,
  MsgVoteSchema,
  MsgVoteWeightedSchema,
} from "@sotto/proto/cosmos.gov.v1";
import type { Msg } from "@sotto/proto/cosmos.gov.v1beta1";
import { isRegistered } from "./contents.ts";
import { GovError, nilPointer } from "./errors.ts";
import type { GovKeeper } from "./keeper.ts";
import { msgs, submitProposal, voteWeighted } from "./msgs.ts";

/** A weight in the form of v1. An absent one is a nil Dec in Go. */
function weightText(encoded: string): string {
  const weight = encoded === "" ? undefined : dec.decode(encoded);
  return weight === undefined ? "<nil>" : dec.format(weight);
}

/** The messages of v1beta1, by those of v1 (x/gov keeper/msg_server.go, legacyMsgServer). */
export const legacyMsgs = (gov: GovKeeper): Handlers<typeof Msg, WriteCtx> => {
  const current = msgs(gov);
  return {
    submitProposal(ctx, { content, initialDeposit, proposer }) {
      if (content === undefined) throw nilPointer();
      const found = gov.contents.get(content);
      if (found === undefined) throw GovError.invalidContent("missing content");
      if (!isRegistered(found.type)) throw GovError.invalidType(found.type);
      found.check();
      const authority = formatAddress(moduleAddress("gov"));
      const message = create(MsgExecLegacyContentSchema, { content: found.packed(), authority });
      const proposal = create(MsgSubmitProposalSchema, {
        messages: [packAny(MsgExecLegacyContentSchema, message)],
        initialDeposit,
        proposer,
        title: found.title,
        summary: found.description,
      });
      return { proposalId: submitProposal(gov, ctx, proposal) };
    },

    vote(ctx, { proposalId, voter, option }) {
      current.vote(ctx, create(MsgVoteSchema, { proposalId, voter, option }));
      return {};
    },

    voteWeighted(ctx, { proposalId, voter, options }) {
      const weighted = options.map(({ option, weight }) => ({ option, weight: weightText(weight) }));
      const vote = create(MsgVoteWeightedSchema, { proposalId, voter, options: weighted });
      // Go's JSON of an empty list.
      voteWeighted(gov, ctx, vote, "[]");
      return {};
    },

    deposit(ctx, { proposalId, depositor, amount }) {
      current.deposit(ctx, create(MsgDepositSchema, { proposalId, depositor, amount }));
      return {};
    },
  };
};
