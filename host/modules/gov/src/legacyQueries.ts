// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import { decode } from "@sotto/codec";
import { GrpcError, plainError, SdkError } from "@sotto/errors";
import type { Frozen, Handlers, ReadCtx } from "@sotto/kernel";
import { dec, int } from "@sotto/math";
import { type Deposit, MsgExecLegacyContentSchema, type TallyResult } from "@sotto/proto/cosmos.gov.v1";
import type { Query } from "@sotto/proto/cosmos.gov.v1beta1";
import type { GovKeeper } from "./keeper.ts";
import { mustDec } from "./params.ts";
import { createReads } from "./queries.ts";
import type { ProposalRow, VoteRow } from "./state.ts";

// Source of the conversions: x/gov migrations/v3/convert.go.

function count(text: string, name: string): string {
  const value = int.parse(text);
  if (value === undefined) throw plainError(`unable to convert ${name} tally string (${text}) to int`);
  return String(value);
}

const tallyOf = (tally: Frozen<TallyResult> | undefined) => ({
  yes: count(tally?.yesCount ?? "", "yes"),
  no: count(tally?.noCount ?? "", "no"),
  noWithVeto: count(tally?.noWithVetoCount ?? "", "no with veto"),
  abstain: count(tally?.abstainCount ?? "", "abstain"),
});

const EXEC_CONTENT = `/${MsgExecLegacyContentSchema.typeName}`;

/**
 * The content of a proposal: that of its one MsgExecLegacyContent, or else the message itself, for
 * clients that only know v1beta1. Throws sdk/29 unless it has one message.
 */
function contentOf({ messages }: ProposalRow) {
  const [message, second] = messages;
  if (message === undefined || second !== undefined) {
    throw SdkError.invalidType(
      "can't convert a gov/v1 Proposal to gov/v1beta1 Proposal when amount of proposal messages not exactly one",
    );
  }
  return message.typeUrl === EXEC_CONTENT ? decode(MsgExecLegacyContentSchema, message.value).content : message;
}

function proposalOf(proposal: ProposalRow) {
  const { id, status, totalDeposit, finalTallyResult } = proposal;
  const { submitTime, depositEndTime, votingStartTime, votingEndTime } = proposal;
  const tally = tallyOf(finalTallyResult);
  const times = { submitTime, depositEndTime, votingStartTime, votingEndTime };
  return { proposalId: id, status, totalDeposit, finalTallyResult: tally, ...times, content: contentOf(proposal) };
}

const voteOf = ({ proposalId, voter, options }: VoteRow) => ({
  proposalId,
  voter,
  options: options.map(({ option, weight }) => ({ option, weight: dec.encode(mustDec(weight)) })),
});

const depositOf = ({ proposalId, depositor, amount }: Frozen<Deposit>) => ({ proposalId, depositor, amount });

/** A decimal in a field of bytes. */
const decBytes = (text: string): Uint8Array => fromUtf8(dec.encode(mustDec(text)));

/** The queries of v1beta1, by those of v1 (x/gov keeper/grpc_query.go, legacyQueryServer). */
export const legacyQueries = (gov: GovKeeper): Handlers<typeof Query, ReadCtx> => {
  const reads = createReads(gov);
  return {
    proposal: (ctx, { proposalId }) => ({ proposal: proposalOf(reads.proposal(ctx, proposalId)) }),
    proposals(ctx, { proposalStatus, ...request }) {
      const { rows, pagination } = reads.proposals(ctx, { ...request, status: proposalStatus });
      return { proposals: rows.map(proposalOf), pagination };
    },
    vote: (ctx, { proposalId, voter }) => ({ vote: voteOf(reads.vote(ctx, proposalId, voter)) }),
    votes(ctx, { proposalId, pagination: request }) {
      const { rows, pagination } = reads.votes(ctx, proposalId, request);
      return { votes: rows.map(voteOf), pagination };
    },
    params(ctx, { paramsType }) {
      const params = gov.proposals.params(ctx);
      switch (paramsType) {
        case "deposit":
          return { depositParams: { minDeposit: params.minDeposit, maxDepositPeriod: params.maxDepositPeriod } };
        case "voting":
          return { votingParams: { votingPeriod: params.votingPeriod } };
        case "tallying": {
          const { quorum, threshold, vetoThreshold } = params;
          const tallyParams = {
            quorum: decBytes(quorum),
            threshold: decBytes(threshold),
            vetoThreshold: decBytes(vetoThreshold),
          };
          return { tallyParams };
        }
        case "":
          throw GrpcError.invalidArgument(" is not a valid parameter type");
        default:
          throw GrpcError.invalidArgument(`unknown params type: ${paramsType}`);
      }
    },
    deposit: (ctx, { proposalId, depositor }) => ({ deposit: depositOf(reads.deposit(ctx, proposalId, depositor)) }),
    deposits(ctx, { proposalId, pagination: request }) {
      const { rows, pagination } = reads.deposits(ctx, proposalId, request);
      return { deposits: rows.map(depositOf), pagination };
    },
    tallyResult: (ctx, { proposalId }) => ({ tally: tallyOf(reads.tally(ctx, proposalId)) }),
  };
};
