// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress } from "@sotto/address";
import { assert, ChainError, GrpcError } from "@sotto/errors";
import { addressArgument, asInternal, type Frozen, type Handlers, paginate, type ReadCtx } from "@sotto/kernel";
import type { PageRequest } from "@sotto/proto/cosmos.base.query.v1beta1";
import {
  type Deposit,
  ProposalStatus,
  type Query,
  type QueryProposalsRequest,
  type TallyResult,
  TallyResultSchema,
} from "@sotto/proto/cosmos.gov.v1";
import { nilPointer, notFound } from "./errors.ts";
import type { GovKeeper } from "./keeper.ts";
import { type ProposalRow, state, type VoteRow } from "./state.ts";

/**
 * The address of a filter. Compat: a filter that fails is a panic, because the SDK then uses a page
 * that does not exist (types/query collections_pagination.go).
 */
function filterAddress(text: string): Uint8Array {
  try {
    return addressArgument(text);
  } catch (thrown) {
    throw thrown instanceof ChainError ? nilPointer() : thrown;
  }
}

function assertId(id: bigint): void {
  if (id === 0n) throw GrpcError.invalidArgument("proposal id can not be 0");
}

const isStatus = (status: number): boolean =>
  status >= ProposalStatus.DEPOSIT_PERIOD && status <= ProposalStatus.FAILED;

/** Answers that both versions of the service share. */
export type Reads = ReturnType<typeof createReads>;

export const createReads = (gov: GovKeeper) => ({
  proposal(ctx: ReadCtx, id: bigint): ProposalRow {
    assertId(id);
    const found = state.proposals.get(ctx, id);
    if (found === undefined) throw GrpcError.notFound(`proposal ${id} doesn't exist`);
    return found;
  },

  proposals(
    ctx: ReadCtx,
    request: Pick<QueryProposalsRequest, "voter" | "depositor" | "pagination"> & { status: number },
  ) {
    const { voter, depositor, pagination, status } = request;
    const matches = (id: bigint, proposal: ProposalRow): boolean => {
      const hasVote = voter === "" || state.votes.has(ctx, [id, filterAddress(voter)]);
      const hasDeposit = depositor === "" || state.deposits.has(ctx, [id, filterAddress(depositor)]);
      return hasVote && hasDeposit && (!isStatus(status) || proposal.status === status);
    };
    return asInternal(() =>
      paginate(
        ctx,
        state.proposals,
        pagination,
        {},
        (id, proposal) => (matches(id, proposal) ? proposal : undefined),
        "matching",
      ),
    );
  },

  vote(ctx: ReadCtx, id: bigint, voter: string): VoteRow {
    assertId(id);
    if (voter === "") throw GrpcError.invalidArgument("empty voter address");
    const found = state.votes.get(ctx, [id, addressArgument(voter)]);
    // Compat: the SDK names this status, not NotFound.
    if (found === undefined) throw GrpcError.invalidArgument(`voter: ${voter} not found for proposal: ${id}`);
    return found;
  },

  votes(ctx: ReadCtx, id: bigint, pagination: PageRequest | undefined) {
    assertId(id);
    return asInternal(() => paginate(ctx, state.votes, pagination, { prefix: [id] }, (_key, vote) => vote));
  },

  deposit(ctx: ReadCtx, id: bigint, depositor: string): Frozen<Deposit> {
    assertId(id);
    if (depositor === "") throw GrpcError.invalidArgument("empty depositor address");
    const address = addressArgument(depositor);
    const found = state.deposits.get(ctx, [id, address]);
    if (found !== undefined) return found;
    throw GrpcError.notFound(notFound(`("${id}", "${formatAddress(address)}")`, "Deposit").message);
  },

  deposits(ctx: ReadCtx, id: bigint, pagination: PageRequest | undefined) {
    assertId(id);
    return asInternal(() => paginate(ctx, state.deposits, pagination, { prefix: [id] }, (_key, deposit) => deposit));
  },

  tally(ctx: ReadCtx, id: bigint): Frozen<TallyResult> {
    const proposal = this.proposal(ctx, id);
    const { status, finalTallyResult } = proposal;
    if (status === ProposalStatus.DEPOSIT_PERIOD) {
      return create(TallyResultSchema, { yesCount: "0", abstainCount: "0", noCount: "0", noWithVetoCount: "0" });
    }
    const isOver =
      status === ProposalStatus.PASSED || status === ProposalStatus.REJECTED || status === ProposalStatus.FAILED;
    if (!isOver) return gov.tally(ctx, proposal).result;
    assert(finalTallyResult !== undefined, "a proposal that ended has no tally");
    return finalTallyResult;
  },
});

/** The parts of the parameters that a type of the former service names. */
const PARTS: ReadonlySet<string> = new Set(["deposit", "voting", "tallying"]);

export const queries = (gov: GovKeeper): Handlers<typeof Query, ReadCtx> => {
  const reads = createReads(gov);
  return {
    constitution: (ctx) => ({ constitution: state.constitution.get(ctx) ?? "" }),
    proposal: (ctx, { proposalId }) => ({ proposal: reads.proposal(ctx, proposalId) }),
    proposals(ctx, { proposalStatus, ...request }) {
      const { rows, pagination } = reads.proposals(ctx, { ...request, status: proposalStatus });
      return { proposals: [...rows], pagination };
    },
    vote: (ctx, { proposalId, voter }) => ({ vote: reads.vote(ctx, proposalId, voter) }),
    votes(ctx, { proposalId, pagination: request }) {
      const { rows, pagination } = reads.votes(ctx, proposalId, request);
      return { votes: [...rows], pagination };
    },
    params(ctx, { paramsType }) {
      const params = gov.proposals.params(ctx);
      const { minDeposit, maxDepositPeriod, votingPeriod, quorum, threshold, vetoThreshold } = params;
      if (paramsType !== "" && !PARTS.has(paramsType)) {
        throw GrpcError.invalidArgument(`unknown params type: ${paramsType}`);
      }
      return {
        params,
        ...(paramsType === "deposit" ? { depositParams: { minDeposit, maxDepositPeriod } } : {}),
        ...(paramsType === "voting" ? { votingParams: { votingPeriod } } : {}),
        ...(paramsType === "tallying" ? { tallyParams: { quorum, threshold, vetoThreshold } } : {}),
      };
    },
    deposit: (ctx, { proposalId, depositor }) => ({ deposit: reads.deposit(ctx, proposalId, depositor) }),
    deposits(ctx, { proposalId, pagination: request }) {
      const { rows, pagination } = reads.deposits(ctx, proposalId, request);
      return { deposits: [...rows], pagination };
    },
    tallyResult: (ctx, { proposalId }) => ({ tally: reads.tally(ctx, proposalId) }),
  };
};
