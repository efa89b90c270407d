// SPDX-License-Identifier: Apache-2.0
/**
 * Evidence that says of a validator what a script says. It is well formed, so CometBFT takes it
 * from a block that is stored; it would not pass a check of live evidence, because powers and times
 * are the script's.
 */
import { compare, fromUtf8, toHex } from "@sotto/bytes";
import {
  BLOCK_PROTOCOL,
  type BlockId,
  consensusAddress,
  createValidatorSet,
  dataHash,
  type Evidence,
  type Header,
  headerHash,
  NIL_BLOCK_ID,
  signCommit,
  type Validator,
  type Vote,
  VoteType,
  validatorSetHash,
  voteSignBytes,
} from "@sotto/comet";
import { encodeAttack, encodeDuplicateVote } from "@sotto/comet/evidence";
import { sha256 } from "@sotto/crypto";
import { Refusal } from "../../../../tools/setup.mjs";
import { hex, type ScriptMisbehavior, timeOf } from "../vector.ts";
import type { ConsensusKeys } from "./keys.ts";

const digest = (text: string): Uint8Array => sha256(fromUtf8(text));

/** A block that no chain has. */
const idOf = (name: string): BlockId => ({ hash: digest(name), parts: { total: 1, hash: digest(`parts of ${name}`) } });

function twoVotes(chainId: string, fault: ScriptMisbehavior, keys: ConsensusKeys): Evidence | undefined {
  const { height, power, total_power: total } = fault;
  const timestamp = timeOf(fault.time);
  const address = hex(fault.address);
  const key = keys.must(address);
  const ids = ["a block", "another block"].map((name) => idOf(`${name} of height ${height}`));
  const [voteA, voteB] = ids
    .sort((a, b) => compare(a.hash, b.hash))
    .map((blockId): Vote => {
      const vote = { type: VoteType.precommit, height, round: 0, blockId, timestamp };
      const nothing = new Uint8Array(0);
      return {
        ...vote,
        validatorAddress: address,
        validatorIndex: 0,
        signature: key.sign(voteSignBytes(chainId, vote)),
        extension: nothing,
        extensionSignature: nothing,
      };
    });
  return encodeDuplicateVote({
    voteA,
    voteB,
    totalVotingPower: BigInt(total),
    validatorPower: BigInt(power),
    timestamp,
  });
}

/** A second block of the height, which the validator alone has signed. */
function attack(chainId: string, fault: ScriptMisbehavior, keys: ConsensusKeys): Evidence | undefined {
  const { height } = fault;
  const timestamp = timeOf(fault.time);
  const address = hex(fault.address);
  const key = keys.must(address);
  const publicKey = { type: "ed25519", bytes: key.publicKey } as const;
  const set = createValidatorSet([{ address: consensusAddress(publicKey), publicKey, votingPower: 1n }]);
  const header: Header = {
    version: { block: BLOCK_PROTOCOL, app: 0 },
    chainId,
    height,
    time: timestamp,
    lastBlockId: idOf(`the block before height ${height}`),
    lastCommitHash: digest("a commit"),
    dataHash: dataHash([]),
    validatorsHash: validatorSetHash(set),
    nextValidatorsHash: validatorSetHash(set),
    consensusHash: digest("parameters"),
    appHash: digest("a state"),
    lastResultsHash: digest("results"),
    evidenceHash: digest("evidence"),
    proposerAddress: address,
  };
  const blockId = { ...NIL_BLOCK_ID, hash: headerHash(header) as Uint8Array, parts: idOf("an attack").parts };
  const vote = { height, round: 0, blockId, timestamp };
  const signature = signCommit(chainId, vote, address, (message) => key.sign(message));
  const byzantine: Validator = { address, publicKey, votingPower: BigInt(fault.power), proposerPriority: 0n };
  return encodeAttack({
    block: { header, commit: { height, round: 0, blockId, signatures: [signature] }, set },
    commonHeight: height,
    byzantine: [byzantine],
    totalVotingPower: BigInt(fault.total_power),
    timestamp,
  });
}

/**
 * Evidence with which a block reports a fault of a script. Throws Refusal for a fault that no
 * block can report.
 */
export function evidenceOf(chainId: string, block: number, fault: ScriptMisbehavior, keys: ConsensusKeys): Evidence {
  if (fault.height < 1) {
    throw new Refusal(
      `block ${block} reports a fault at height ${fault.height}, and CometBFT takes no block with such evidence; compare the blocks before it with --blocks ${block - 1}`,
    );
  }
  const make = fault.type === "duplicate_vote" ? twoVotes : attack;
  const evidence = make(chainId, fault, keys);
  if (evidence === undefined) throw new Error(`no evidence for ${toHex(hex(fault.address))}`);
  return evidence;
}
