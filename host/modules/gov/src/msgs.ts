// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress, mustAddress } from "@sotto/address";
import { encode } from "@sotto/codec";
import { ChainError, SdkError } from "@sotto/errors";
import {
  addressFieldOr,
  assertGovAuthority,
  type Checks,
  type Handlers,
  isPanic,
  KV_PRICES,
  timestampOf,
  type WriteCtx,
} from "@sotto/kernel";
import {
  type Msg,
  type MsgSubmitProposal,
  type MsgVoteWeighted,
  ParamsSchema,
  ProposalSchema,
  VoteOptionSchema,
} from "@sotto/proto/cosmos.gov.v1";
import { coinsText, messageCoins } from "./coins.ts";
import { assertDenoms, initialDeposit } from "./deposits.ts";
import { GovError, nilPointer } from "./errors.ts";
import { votingStarted } from "./events.ts";
import type { GovKeeper } from "./keeper.ts";
import { assertSameMetadata } from "./metadata.ts";
import { assertParams } from "./params.ts";
import { state } from "./state.ts";
import { openMessages } from "./submit.ts";
import { addVote, assertOptions, isOption, wholeVote } from "./votes.ts";

/** Throws sdk/7 with the reason of the SDK's address codec. */
const address = (text: string, role: string): Uint8Array => addressFieldOr(`invalid ${role} address`, text);

function assertTexts({ title, summary, metadata, messages, proposer }: MsgSubmitProposal): Uint8Array {
  if (title === "") throw SdkError.invalidRequest("proposal title cannot be empty");
  if (summary === "") throw SdkError.invalidRequest("proposal summary cannot be empty");
  const from = address(proposer, "proposer");
  if (messages.length === 0 && metadata === "") {
    throw GovError.noMessages("either metadata or Msgs length must be non-nil");
  }
  assertSameMetadata(metadata, title, summary);
  return from;
}

/** Price of storing a proposal beside that of its rows (x/gov keeper/msg_server.go). */
const PRICE_PER_BYTE = 3 * KV_PRICES.writeByte;

/** MsgSubmitProposal of both services. Returns the number of the proposal. */
export function submitProposal(gov: GovKeeper, ctx: WriteCtx, message: MsgSubmitProposal): bigint {
  const proposer = assertTexts(message);
  const { metadata, title, summary, expedited } = message;
  const messages = openMessages(gov.needs.router(), message.messages, ctx.block.height);
  const params = gov.proposals.params(ctx);
  const deposit = initialDeposit(params, message.initialDeposit, expedited);
  assertDenoms(params, deposit);
  const proposal = gov.submit(ctx, { messages, metadata, title, summary, proposer, expedited });
  ctx.gas.consume(PRICE_PER_BYTE * encode(ProposalSchema, proposal).length, "submit proposal");
  const { id } = proposal;
  if (gov.deposits.add(ctx, id, proposer, deposit)) ctx.emit(votingStarted("submit_proposal", id));
  return id;
}

/** MsgVoteWeighted of both services. `none`: text of the error for no option. */
export function voteWeighted(gov: GovKeeper, ctx: WriteCtx, message: MsgVoteWeighted, none: string): void {
  const { voter, options, proposalId, metadata } = message;
  const from = address(voter, "voter");
  assertOptions(options, none);
  addVote(gov.needs, ctx, proposalId, from, { options, metadata });
}

/** The name of an option as Go prints it. */
const optionName = (option: number): string =>
  VoteOptionSchema.values.find(({ number }) => number === option)?.name ?? String(option);

/** Stateless checks, in the words of AccAddressFromBech32 (x/gov types/v1/msgs.go). */
export const checks: Checks<typeof Msg> = {
  execLegacyContent({ authority }) {
    mustAddress(authority);
  },
};

export const msgs = (gov: GovKeeper): Handlers<typeof Msg, WriteCtx> => ({
  submitProposal: (ctx, message) => ({ proposalId: submitProposal(gov, ctx, message) }),

  execLegacyContent(ctx, { authority, content }) {
    const account = formatAddress(gov.needs.ensureAccount(ctx));
    if (authority !== account) throw GovError.invalidSigner(`expected ${account} got ${authority}`);
    if (content === undefined) throw nilPointer();
    const found = gov.contents.get(content);
    if (found === undefined) {
      throw GovError.invalidContent("expected *v1beta1.Content, got <nil>: invalid type");
    }
    const { route, run } = found;
    if (run === undefined) throw GovError.noHandler(route);
    try {
      run(ctx);
    } catch (thrown) {
      if (!(thrown instanceof ChainError) || isPanic(thrown)) throw thrown;
      throw GovError.invalidContent(`failed to run legacy handler ${route}, ${thrown.message}`);
    }
    return {};
  },

  vote(ctx, { voter, option, proposalId, metadata }) {
    const from = address(voter, "voter");
    if (!isOption(option)) throw GovError.invalidVote(optionName(option));
    addVote(gov.needs, ctx, proposalId, from, { options: wholeVote(option), metadata });
    return {};
  },

  voteWeighted(ctx, message) {
    // Go's JSON of an absent list.
    voteWeighted(gov, ctx, message, "null");
    return {};
  },

  deposit(ctx, { depositor, amount, proposalId }) {
    const from = address(depositor, "depositor");
    const parsed = messageCoins(amount);
    if (amount.length === 0 || parsed.fault !== undefined) throw SdkError.invalidCoins(coinsText(amount));
    if (gov.deposits.add(ctx, proposalId, from, parsed.value)) ctx.emit(votingStarted("proposal_deposit", proposalId));
    return {};
  },

  updateParams(ctx, { authority, params = create(ParamsSchema) }) {
    assertGovAuthority(authority);
    assertParams(params);
    state.params.set(ctx, params);
    return {};
  },

  cancelProposal(ctx, { proposer, proposalId }) {
    address(proposer, "proposer");
    gov.cancel(ctx, proposalId, proposer);
    const { time, height } = ctx.block;
    return { proposalId, canceledTime: timestampOf(time), canceledHeight: BigInt(height) };
  },
});
