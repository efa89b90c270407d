// SPDX-License-Identifier: Apache-2.0
import { clone } from "@bufbuild/protobuf";
import {
  type GovernedOperation,
  governance,
  type Operation,
  governed as packed,
  proposed,
  type SimulatedMessage,
  signedBy,
  someAddress,
  someCoins,
  type World,
} from "@sotto/kernel/simulation";
import {
  MsgCancelProposalSchema,
  MsgDepositSchema,
  MsgExecLegacyContentSchema,
  MsgSubmitProposalSchema,
  MsgUpdateParamsSchema,
  MsgVoteSchema,
  MsgVoteWeightedSchema,
  type Params,
  ParamsSchema,
  ProposalStatus,
  VoteOption,
} from "@sotto/proto/cosmos.gov.v1";
import {
  MsgDepositSchema as LegacyMsgDepositSchema,
  MsgSubmitProposalSchema as LegacyMsgSubmitProposalSchema,
  MsgVoteSchema as LegacyMsgVoteSchema,
  MsgVoteWeightedSchema as LegacyMsgVoteWeightedSchema,
  TextProposalSchema,
} from "@sotto/proto/cosmos.gov.v1beta1";
import { ParameterChangeProposalSchema } from "@sotto/proto/cosmos.params.v1beta1";
import { defaultParams } from "./params.ts";
import { state } from "./state.ts";

/** Mostly yes, so that proposals pass; one that does not exist. */
const OPTIONS: readonly VoteOption[] = [
  ...[VoteOption.YES, VoteOption.YES, VoteOption.YES, VoteOption.YES, VoteOption.YES, VoteOption.YES],
  ...[VoteOption.NO, VoteOption.ABSTAIN, VoteOption.NO_WITH_VETO, VoteOption.UNSPECIFIED],
];
/** A weight of one, as v1beta1 has it. */
const ONE = "1000000000000000000";

/**
 * Usually a proposal of that status, sometimes another one; undefined: mostly when there is none.
 */
function someProposal({ random, ctx }: World, wanted: ProposalStatus): bigint | undefined {
  const all = [...state.proposals.entries(ctx)];
  const fitting = all.flatMap(([id, { status }]) => (status === wanted ? [id] : []));
  if (random.below(12) === 0) return all.length === 0 ? BigInt(random.below(5)) : random.pick(all)[0];
  return fitting.length === 0 ? undefined : random.pick(fitting);
}

/** A deposit in the form that the parameters ask for, or random coins. */
function someDeposit(world: World) {
  const { random, ctx } = world;
  const [coin] = state.params.get(ctx)?.minDeposit ?? [];
  if (coin === undefined || random.below(8) === 0) return someCoins(world);
  const amount = (BigInt(coin.amount) * BigInt(1 + random.below(24))) / 10n;
  return [{ denom: coin.denom, amount: String(amount) }];
}

/** Messages of other modules, some of which fail when they run. */
function someMessages(world: World) {
  const { random } = world;
  const make = world.fixture(proposed);
  const count = random.below(8) === 0 ? 2 : random.below(6) === 0 ? 0 : 1;
  return Array.from({ length: count }, () => make?.(world)).filter((each) => each !== undefined);
}

const submit = (world: World): SimulatedMessage =>
  signedBy(world.turn, MsgSubmitProposalSchema, {
    proposer: world.turn.address,
    title: world.random.below(20) === 0 ? "" : "a title",
    summary: "a summary",
    metadata: world.random.pick(["", "m", '{"title":"a title","summary":"a summary"}', '{"title":"another"}']),
    messages: someMessages(world),
    initialDeposit: someDeposit(world),
    expedited: world.random.below(4) === 0,
  });

function submitLegacy(world: World): SimulatedMessage {
  const { turn, random } = world;
  const about = { title: "a text", description: random.below(10) === 0 ? "" : "a description" };
  const changes = [{ subspace: "staking", key: "MaxValidators", value: "7" }];
  const content =
    random.below(2) === 0
      ? packed(TextProposalSchema, about)
      : packed(ParameterChangeProposalSchema, { ...about, changes: random.below(6) === 0 ? [] : changes });
  return signedBy(turn, LegacyMsgSubmitProposalSchema, {
    content,
    proposer: turn.address,
    initialDeposit: someDeposit(world),
  });
}

const VOTING = ProposalStatus.VOTING_PERIOD;

/** Often one of the first accounts, which have the most power. */
const someVoter = ({ random, turn, accounts }: World) =>
  random.below(2) === 0 ? turn : (accounts[random.below(5)] ?? turn);

function vote(world: World): SimulatedMessage | undefined {
  const voter = someVoter(world);
  const proposalId = someProposal(world, VOTING);
  if (proposalId === undefined) return undefined;
  const fields = { proposalId, voter: voter.address, option: world.random.pick(OPTIONS) };
  return world.random.below(4) === 0
    ? signedBy(voter, LegacyMsgVoteSchema, fields)
    : signedBy(voter, MsgVoteSchema, fields);
}

function voteWeighted(world: World): SimulatedMessage | undefined {
  const { random } = world;
  const voter = someVoter(world);
  const proposalId = someProposal(world, VOTING);
  if (proposalId === undefined) return undefined;
  const fields = { proposalId, voter: voter.address };
  if (random.below(3) === 0) {
    const options = [{ option: random.pick(OPTIONS), weight: random.below(5) === 0 ? "7" : ONE }];
    return signedBy(voter, LegacyMsgVoteWeightedSchema, { ...fields, options });
  }
  const yes = 1 + random.below(9);
  const other = random.below(8) === 0 ? VoteOption.YES : random.pick([VoteOption.NO, VoteOption.ABSTAIN]);
  const options = [
    { option: VoteOption.YES, weight: `0.${yes}` },
    { option: other, weight: `0.${10 - yes}` },
  ];
  return signedBy(voter, MsgVoteWeightedSchema, { ...fields, options });
}

function deposit(world: World): SimulatedMessage | undefined {
  const { turn, random } = world;
  const proposalId = someProposal(world, ProposalStatus.DEPOSIT_PERIOD);
  if (proposalId === undefined) return undefined;
  const fields = { proposalId, depositor: turn.address, amount: someDeposit(world) };
  return random.below(4) === 0
    ? signedBy(turn, LegacyMsgDepositSchema, fields)
    : signedBy(turn, MsgDepositSchema, fields);
}

function cancel(world: World): SimulatedMessage {
  const { random, turn, ctx, accounts } = world;
  const live = [...state.proposals.entries(ctx)].filter(
    ([, { status }]) => status === VOTING || status === ProposalStatus.DEPOSIT_PERIOD,
  );
  const [id, proposal] = live.length === 0 || random.below(4) === 0 ? [1n, undefined] : random.pick(live);
  const signer = accounts.find(({ address }) => address === proposal?.proposer) ?? turn;
  return signedBy(signer, MsgCancelProposalSchema, { proposalId: id, proposer: signer.address });
}

export const operations: readonly Operation[] = [
  { name: "submit", weight: 10, make: submit },
  { name: "submit-legacy", weight: 2, make: submitLegacy },
  { name: "deposit", weight: 8, make: deposit },
  { name: "vote", weight: 36, make: vote },
  { name: "vote-weighted", weight: 8, make: voteWeighted },
  { name: "cancel", weight: 1, make: cancel },
  {
    // Refused: the owner does not sign.
    name: "vote-for-another",
    weight: 1,
    make: (world) =>
      signedBy(world.turn, MsgVoteSchema, {
        proposalId: someProposal(world, VOTING) ?? 1n,
        voter: someAddress(world, [governance]),
        option: 1,
      }),
  },
  {
    // Refused: only governance may send them.
    name: "update-params",
    weight: 1,
    make({ turn, random }) {
      const authority = turn.address;
      if (random.below(2) === 0) return signedBy(turn, MsgUpdateParamsSchema, { authority, params: defaultParams() });
      const content = packed(TextProposalSchema, { title: "a text", description: "a description" });
      return signedBy(turn, MsgExecLegacyContentSchema, { authority, content });
    },
  },
];

export const governed: readonly GovernedOperation[] = [
  {
    name: "update-params",
    weight: 3,
    make({ random, ctx }) {
      const stored = state.params.get(ctx);
      // The cast: a clone may change.
      const params = stored === undefined ? defaultParams() : clone(ParamsSchema, stored as Params);
      const burnVoteVeto = random.below(2) === 0;
      const quorum = random.below(5) === 0 ? "2" : `0.${10 + random.below(10)}`;
      return packed(MsgUpdateParamsSchema, { authority: governance, params: { ...params, burnVoteVeto, quorum } });
    },
  },
  {
    name: "exec-legacy",
    weight: 2,
    make({ random }) {
      const content = packed(TextProposalSchema, { title: random.pick(["", "a text"]), description: "a description" });
      const authority = random.below(4) === 0 ? "" : governance;
      return packed(MsgExecLegacyContentSchema, { authority, content });
    },
  },
];
