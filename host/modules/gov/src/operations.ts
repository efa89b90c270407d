// SPDX-License-Identifier: Apache-2.0
import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { formatAddress, moduleAddress } from "@sotto/address";
import { packAny } from "@sotto/codec";
import {
  type Operation,
  type SimulatedMessage,
  signedBy,
  someAddress,
  someCoins,
  type World,
} from "@sotto/kernel/simulation";
import { MsgSendSchema, MsgSetSendEnabledSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import {
  MsgCancelProposalSchema,
  MsgDepositSchema,
  MsgExecLegacyContentSchema,
  MsgSubmitProposalSchema,
  MsgUpdateParamsSchema,
  MsgVoteSchema,
  MsgVoteWeightedSchema,
  VoteOption,
} from "@sotto/proto/cosmos.gov.v1";
import {
  MsgSubmitProposalSchema as LegacyMsgSubmitProposalSchema,
  TextProposalSchema,
} from "@sotto/proto/cosmos.gov.v1beta1";
import { defaultParams } from "./params.ts";
import { state } from "./state.ts";

const OPTIONS = Object.values(VoteOption);

const GOV = formatAddress(moduleAddress("gov"));

const packed = <D extends DescMessage>(schema: D, init: MessageInitShape<D>) => packAny(schema, create(schema, init));

/** Mostly the number of a proposal that exists. */
function someProposal({ random, ctx }: World): bigint {
  const ids = [...state.proposals.keys(ctx)];
  return ids.length === 0 || random.below(12) === 0 ? BigInt(random.below(5)) : random.pick(ids);
}

/** A deposit in the form that the parameters ask for, or random coins. */
function someDeposit(world: World) {
  const { random, ctx } = world;
  const [coin] = state.params.get(ctx)?.minDeposit ?? [];
  if (coin === undefined || random.below(8) === 0) return someCoins(world);
  const amount = (BigInt(coin.amount) * BigInt(1 + random.below(12))) / 10n;
  return [{ denom: coin.denom, amount: String(amount) }];
}

/** Messages of governance, some of which fail when they run. */
function someMessages(world: World) {
  const { random, turn, denoms } = world;
  const [denom = "uscrt"] = denoms;
  const kinds = [
    () => [],
    () => [
      packed(MsgSetSendEnabledSchema, { authority: GOV, sendEnabled: [{ denom, enabled: random.below(2) === 0 }] }),
    ],
    () => [packed(MsgSendSchema, { fromAddress: GOV, toAddress: turn.address, amount: someCoins(world) })],
    () => [packed(MsgSendSchema, { fromAddress: turn.address, toAddress: GOV, amount: someCoins(world) })],
    () => [packed(MsgUpdateParamsSchema, { authority: GOV, params: defaultParams() })],
  ];
  return random.pick(kinds)();
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
  const description = random.below(10) === 0 ? "" : "a description";
  const content = packed(TextProposalSchema, { title: "a text", description });
  return signedBy(turn, LegacyMsgSubmitProposalSchema, {
    content,
    proposer: turn.address,
    initialDeposit: someDeposit(world),
  });
}

function voteWeighted(world: World): SimulatedMessage {
  const { turn, random } = world;
  const yes = random.below(11);
  const options = [
    { option: VoteOption.YES, weight: `0.${yes}` },
    { option: random.pick(OPTIONS), weight: `0.${10 - yes}` },
  ];
  return signedBy(turn, MsgVoteWeightedSchema, { proposalId: someProposal(world), voter: turn.address, options });
}

export const operations: readonly Operation[] = [
  { name: "submit", weight: 3, make: submit },
  { name: "submit-legacy", weight: 1, make: submitLegacy },
  {
    name: "deposit",
    weight: 4,
    make: (world) =>
      signedBy(world.turn, MsgDepositSchema, {
        proposalId: someProposal(world),
        depositor: world.turn.address,
        amount: someDeposit(world),
      }),
  },
  {
    name: "vote",
    weight: 6,
    make: (world) =>
      signedBy(world.turn, MsgVoteSchema, {
        proposalId: someProposal(world),
        voter: world.turn.address,
        option: world.random.pick(OPTIONS),
      }),
  },
  { name: "vote-weighted", weight: 2, make: voteWeighted },
  {
    name: "cancel",
    weight: 1,
    make(world) {
      const { random, turn, ctx } = world;
      const own = [...state.proposals.entries(ctx)].flatMap(([id, { proposer }]) =>
        proposer === turn.address ? [id] : [],
      );
      const proposalId = own.length === 0 || random.below(4) === 0 ? someProposal(world) : random.pick(own);
      return signedBy(turn, MsgCancelProposalSchema, { proposalId, proposer: turn.address });
    },
  },
  {
    // Refused: the owner does not sign.
    name: "vote-for-another",
    weight: 1,
    make: (world) =>
      signedBy(world.turn, MsgVoteSchema, {
        proposalId: someProposal(world),
        voter: someAddress(world, [GOV]),
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
