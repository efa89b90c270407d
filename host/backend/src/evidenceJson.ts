// SPDX-License-Identifier: Apache-2.0
import { goJson, type Json } from "@sotto/codec";
import type { DuplicateVote, LightClientAttack } from "@sotto/comet/evidence";
import {
  fieldsOf,
  int64,
  listOf,
  readCommit,
  readHeader,
  readValidator,
  readVote,
  safeInt,
  time,
  wrong,
} from "./cometJson.ts";

// Source: CometBFT v0.38.19, libs/json and the JSON names of types/evidence.go, types/light.go.

export { type Fields, fieldsOf, listOf, readBlockId, readCommit, readHeader, readValidator } from "./cometJson.ts";

/** Evidence as its JSON says it, from a client or in a block. */
export type EvidenceArgument =
  | { readonly kind: "duplicateVote"; readonly evidence: DuplicateVote }
  | { readonly kind: "lightClientAttack"; readonly evidence: LightClientAttack };

const DUPLICATE_VOTE = "tendermint/DuplicateVoteEvidence";
const LIGHT_CLIENT_ATTACK = "tendermint/LightClientAttackEvidence";
/** Other names of libs/json, which are not evidence. */
const OTHER_TYPES = /^tendermint\/(PubKey|PrivKey)(Ed25519|Secp256k1)$/;

function readDuplicateVote(value: Json): DuplicateVote {
  const fields = fieldsOf(value, "DuplicateVoteEvidence");
  return {
    voteA: readVote(fields.get("vote_a")),
    voteB: readVote(fields.get("vote_b")),
    totalVotingPower: int64(fields, "TotalVotingPower"),
    validatorPower: int64(fields, "ValidatorPower"),
    timestamp: time(fields, "Timestamp"),
  };
}

function readLightBlock(value: Json | undefined): LightClientAttack["block"] {
  if (value === undefined || value === null) return undefined;
  const block = fieldsOf(value, "LightBlock");
  const signed = fieldsOf(block.get("signed_header") ?? null, "SignedHeader");
  const set = block.get("validator_set") ?? null;
  const validators = fieldsOf(set, "ValidatorSet");
  return {
    header: readHeader(signed.get("header")),
    commit: readCommit(signed.get("commit")),
    set:
      set === null
        ? undefined
        : {
            validators: listOf(validators.get("validators"), readValidator),
            proposer: readValidator(validators.get("proposer")),
          },
  };
}

function readAttack(value: Json): LightClientAttack {
  const fields = fieldsOf(value, "LightClientAttackEvidence");
  return {
    block: readLightBlock(fields.get("ConflictingBlock")),
    commonHeight: safeInt(fields, "CommonHeight"),
    byzantine: listOf(fields.get("ByzantineValidators"), readValidator),
    totalVotingPower: int64(fields, "TotalVotingPower"),
    timestamp: time(fields, "Timestamp"),
  };
}

/**
 * Evidence from the name of its type and its JSON, undefined if there is none. Throws ArgumentError
 * with CometBFT's text.
 */
export function parseEvidence(type: string, inner: Json | undefined): EvidenceArgument {
  if (type === "") throw wrong("interface type cannot be empty");
  if (inner === undefined) throw wrong("interface value cannot be empty");
  if (type === LIGHT_CLIENT_ATTACK) return { kind: "lightClientAttack", evidence: readAttack(inner) };
  if (type !== DUPLICATE_VOTE) {
    if (OTHER_TYPES.test(type)) throw wrong(`invalid type "${type}" for this value`);
    throw wrong(`unknown type ${goJson(type)}`);
  }
  return { kind: "duplicateVote", evidence: readDuplicateVote(inner) };
}
