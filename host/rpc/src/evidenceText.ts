// SPDX-License-Identifier: Apache-2.0
import { upperHex } from "@sotto/backend";
import { type Commit, type Header, headerHash, type ValidatorSet } from "@sotto/comet";
import {
  attackHash,
  blockIdText,
  type ConflictingBlock,
  commitSigText,
  type DuplicateVote,
  goTimeText,
  type LightClientAttack,
  validatorText,
  voteText,
} from "@sotto/comet/evidence";

// The texts that CometBFT prints with %v (types/block.go, types/light.go, types/validator_set.go,
// types/evidence.go).

const NOTHING = new Uint8Array(0);

function headerText(header: Header, indent: string): string {
  const rows: readonly (readonly [string, string | number])[] = [
    ["Version:        ", `{${header.version.block} ${header.version.app}}`],
    ["ChainID:        ", header.chainId],
    ["Height:         ", header.height],
    ["Time:           ", goTimeText(header.time)],
    ["LastBlockID:    ", blockIdText(header.lastBlockId)],
    ["LastCommit:     ", upperHex(header.lastCommitHash)],
    ["Data:           ", upperHex(header.dataHash)],
    ["Validators:     ", upperHex(header.validatorsHash)],
    ["NextValidators: ", upperHex(header.nextValidatorsHash)],
    ["App:            ", upperHex(header.appHash)],
    ["Consensus:      ", upperHex(header.consensusHash)],
    ["Results:        ", upperHex(header.lastResultsHash)],
    ["Evidence:       ", upperHex(header.evidenceHash)],
    ["Proposer:       ", upperHex(header.proposerAddress)],
  ];
  const lines = rows.map(([name, value]) => `${indent}  ${name}${value}`);
  return `Header{\n${lines.join("\n")}\n${indent}}#${upperHex(headerHash(header) ?? NOTHING)}`;
}

function commitText({ height, round, blockId, signatures }: Commit, indent: string): string {
  const lines = [
    `Height:     ${height}`,
    `Round:      ${round}`,
    `BlockID:    ${blockIdText(blockId)}`,
    "Signatures:",
    ...signatures.map((sig) => `  ${commitSigText(sig)}`),
  ];
  // The reference adds the hash of the commit if it was computed before, which is never the case
  // here.
  return `Commit{\n${lines.map((line) => `${indent}  ${line}`).join("\n")}\n${indent}}#`;
}

function setText({ validators, proposer }: ValidatorSet, indent: string): string {
  const lines = [
    `Proposer: ${validatorText(proposer)}`,
    "Validators:",
    ...validators.map((v) => `  ${validatorText(v)}`),
  ];
  return `ValidatorSet{\n${lines.map((line) => `${indent}  ${line}`).join("\n")}\n${indent}}`;
}

function blockText({ header, commit, set }: ConflictingBlock): string {
  const signed = `SignedHeader{\n    ${headerText(header, "    ")}\n    ${commitText(commit, "    ")}\n  }`;
  return `LightBlock{\n  ${signed}\n  ${setText(set, "  ")}\n}`;
}

/** `DuplicateVoteEvidence{VoteA: Vote{...}, VoteB: Vote{...}}` */
export const duplicateVoteText = ({ voteA, voteB }: DuplicateVote): string =>
  `DuplicateVoteEvidence{VoteA: ${voteText(voteA)}, VoteB: ${voteText(voteB)}}`;

/** The text of a well-formed attack in an error. */
export function attackText(evidence: LightClientAttack, block: ConflictingBlock): string {
  const { commonHeight, byzantine, totalVotingPower, timestamp } = evidence;
  const rows = [
    `ConflictingBlock: ${blockText(block)}, `,
    `CommonHeight: ${commonHeight}, `,
    `ByzatineValidators: [${byzantine.map(validatorText).join(" ")}], `,
    `TotalVotingPower: ${totalVotingPower}, `,
    `Timestamp: ${goTimeText(timestamp)}}#${upperHex(attackHash(evidence, block))}`,
  ];
  return `LightClientAttackEvidence{\n${rows.map((row) => `\t\t${row}`).join("\n")}`;
}
