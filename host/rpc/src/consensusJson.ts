// SPDX-License-Identifier: Apache-2.0
import type { ConsensusState } from "@sotto/backend";
import { equals } from "@sotto/bytes";
import {
  addTime,
  type Commit,
  type CommitSig,
  medianTime,
  NIL_BLOCK_ID,
  proposerOf,
  type Time,
  type ValidatorSet,
  type Vote,
  VoteFlag,
  VoteType,
  ZERO_TIME,
} from "@sotto/comet";
import { voteText } from "@sotto/comet/evidence";
import { blockJson, hex, int, list, object, text, time, validatorJson } from "./json.ts";

// Source of the shapes: CometBFT v0.38.19, consensus/types and types/vote_set.go;
// test/consensusFacts.json.

/** RoundStepNewHeight, RoundStepCommit. */
const Step = { newHeight: 1, commit: 8 } as const;
const NOTHING = new Uint8Array(0);

/**
 * The precommits of a commit, in the order of the set; undefined for absent votes.
 */
function precommitsOf({ height, round, blockId, signatures }: Commit): (Vote | undefined)[] {
  const voteOf = (sig: CommitSig, validatorIndex: number): Vote | undefined =>
    sig.flag === VoteFlag.absent
      ? undefined
      : {
          type: VoteType.precommit,
          height,
          round,
          blockId: sig.flag === VoteFlag.commit ? blockId : NIL_BLOCK_ID,
          timestamp: sig.timestamp,
          validatorAddress: sig.validatorAddress,
          validatorIndex,
          signature: sig.signature,
          extension: NOTHING,
          extensionSignature: NOTHING,
        };
  return signatures.map(voteOf);
}

/** Go's %.2f, which rounds a tie to the even digit; of two decimals only odd eighths are ties. */
function twoPlaces(value: number): string {
  const isTieUp = Number.isInteger(value * 8) && (value * 8) % 4 === 1;
  return (isTieUp ? value - 0.005 : value).toFixed(2);
}

/** `BA{2:x_} 70/80 = 0.88`: the voters, and their share of the power. */
function bitsText(votes: readonly (Vote | undefined)[], set: ValidatorSet): string {
  let voted = 0n;
  set.validators.forEach(({ votingPower }, i) => {
    if (votes[i] !== undefined) voted += votingPower;
  });
  const bits = votes.map((vote) => (vote === undefined ? "_" : "x")).join("");
  return `BA{${votes.length}:${bits}} ${voted}/${set.totalPower} = ${twoPlaces(Number(voted) / Number(set.totalPower))}`;
}

const votesJson = (votes: readonly (Vote | undefined)[]): string => list(votes, (vote) => text(voteText(vote)));

/**
 * Every round up to the round of the decision; there are no prevotes, and only the round of the
 * decision has precommits.
 */
function heightVotesJson({ validators, decided }: ConsensusState): string {
  const none = validators.validators.map(() => undefined);
  const last = decided?.commit.round ?? 0;
  return list(
    Array.from({ length: last + 1 }, (_, round) => round),
    (round) => {
      const precommits = decided !== undefined && round === last ? precommitsOf(decided.commit) : none;
      return object([
        ["round", String(round)],
        ["prevotes", votesJson(none)],
        ["prevotes_bit_array", text(bitsText(none, validators))],
        ["precommits", votesJson(precommits)],
        ["precommits_bit_array", text(bitsText(precommits, validators))],
      ]);
    },
  );
}

const voteSetJson = (commit: Commit, set: ValidatorSet): string => {
  const votes = precommitsOf(commit);
  return object([
    ["votes", votesJson(votes)],
    ["votes_bit_array", text(bitsText(votes, set))],
    ["peer_maj_23s", "{}"],
  ]);
};

const setJson = (set: ValidatorSet | undefined): string =>
  set === undefined
    ? '{"validators":null,"proposer":null}'
    : object([
        ["validators", list(set.validators, validatorJson)],
        ["proposer", set.proposer === undefined ? "null" : validatorJson(set.proposer)],
      ]);

const stepOf = ({ decided }: ConsensusState): number => (decided === undefined ? Step.newHeight : Step.commit);

/** Time of the deciding vote. */
const decisionTime = (commit: Commit | undefined, set: ValidatorSet | undefined): Time | undefined =>
  commit === undefined || set === undefined ? undefined : medianTime(commit, set);

/** Start of the height: a pause after the last decision, or the genesis time. */
function startOf({ lastCommit, lastValidators, genesisTime, pauseMs }: ConsensusState): Time {
  const last = decisionTime(lastCommit, lastValidators);
  return last === undefined ? genesisTime : addTime(last, 0, pauseMs * 1_000_000);
}

/** The round state of `consensus_state`. */
export function simpleRoundStateJson(state: ConsensusState): string {
  const { height, validators, decided } = state;
  const proposer = proposerOf(validators);
  const index = validators.validators.findIndex(({ address }) => equals(address, proposer?.address ?? NOTHING));
  return object([
    ["height/round/step", text(`${height}/${decided?.commit.round ?? 0}/${stepOf(state)}`)],
    ["start_time", time(startOf(state))],
    ["proposal_block_hash", hex(decided?.block.blockId.hash ?? NOTHING)],
    ["locked_block_hash", '""'],
    ["valid_block_hash", '""'],
    ["height_vote_set", heightVotesJson(state)],
    [
      "proposer",
      object([
        ["address", hex(proposer?.address ?? NOTHING)],
        ["index", String(index)],
      ]),
    ],
  ]);
}

/**
 * The round state of `dump_consensus_state`. The sequencer signs no proposal and has no locked
 * block.
 */
export function roundStateJson(state: ConsensusState): string {
  const { height, validators, decided, lastCommit, lastValidators } = state;
  const parts = decided?.block.blockId.parts.total ?? 0;
  const committed =
    decided === undefined ? decisionTime(lastCommit, lastValidators) : decisionTime(decided.commit, validators);
  return object([
    ["height", int(height)],
    ["round", String(decided?.commit.round ?? 0)],
    ["step", String(stepOf(state))],
    ["start_time", time(startOf(state))],
    ["commit_time", time(committed ?? ZERO_TIME)],
    ["validators", setJson(validators)],
    ["proposal", "null"],
    ["proposal_block", decided === undefined ? "null" : blockJson(decided.block.block)],
    [
      "proposal_block_parts",
      decided === undefined ? "null" : `{"count/total":"${parts}/${parts}","parts_bit_array":"${"x".repeat(parts)}"}`,
    ],
    ["locked_round", "-1"],
    ["locked_block", "null"],
    ["locked_block_parts", "null"],
    ["valid_round", "-1"],
    ["valid_block", "null"],
    ["valid_block_parts", "null"],
    ["votes", heightVotesJson(state)],
    ["commit_round", String(decided?.commit.round ?? -1)],
    [
      "last_commit",
      lastCommit === undefined || lastValidators === undefined ? "null" : voteSetJson(lastCommit, lastValidators),
    ],
    ["last_validators", setJson(lastValidators)],
    ["triggered_timeout_precommit", "false"],
  ]);
}
