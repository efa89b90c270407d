// SPDX-License-Identifier: Apache-2.0
/**
 * The blocks of a vector as CometBFT stores them: the script's times, proposers, votes, faults and
 * transactions, signed with the keys of the script's validators. Hashes of the application and of
 * results are those of a run in this process.
 */
import { changedParams, genesisSet, readParams, validatorChange } from "@sotto/blocks";
import { equals, toHex } from "@sotto/bytes";
import {
  ABSENT,
  addTime,
  BLOCK_PROTOCOL,
  type Block,
  blockId,
  type Commit,
  type CommitSig,
  changeValidators,
  commitHash,
  commitSignBytes,
  consensusParamsHash,
  dataHash,
  encodeBlock,
  evidenceHash,
  findValidator,
  type Header,
  NIL_BLOCK_ID,
  nextRound,
  resultsHash,
  type Time,
  type ValidatorSet,
  VoteFlag,
  validatorSetHash,
} from "@sotto/comet";
import type { ValidatorUpdate } from "@sotto/kernel";
import { Refusal } from "../../../../tools/setup.mjs";
import type { StoredBlock } from "../../../support/storedChain.ts";
import type { Ran } from "../opened.ts";
import { base64, hex, type ScriptBlock, type ScriptVote, timeOf } from "../vector.ts";
import { evidenceOf } from "./faults.ts";
import type { ConsensusKeys } from "./keys.ts";

const FLAGS: Readonly<Record<ScriptVote["flag"], number>> = VoteFlag;
const NO_COMMIT: Commit = { height: 0, round: 0, blockId: NIL_BLOCK_ID, signatures: [] };

/** What the first block begins with. */
export interface Beginning {
  readonly chainId: string;
  readonly initialHeight: number;
  readonly validators: readonly ValidatorUpdate[];
  readonly consensusParams: Uint8Array;
  readonly appHash: Uint8Array;
}

/** Makes the blocks of a script, one after the other. */
export class Recorder {
  readonly #chainId: string;
  readonly #keys: ConsensusKeys;
  readonly #blocks: StoredBlock[] = [];
  #last: StoredBlock | undefined;
  #validators: ValidatorSet;
  #next: ValidatorSet;
  #params: Uint8Array;
  #appHash: Uint8Array;
  #resultsHash = resultsHash([]);

  constructor({ chainId, validators, consensusParams, appHash }: Beginning, keys: ConsensusKeys) {
    this.#chainId = chainId;
    this.#keys = keys;
    this.#validators = genesisSet(validators);
    this.#next = nextRound(this.#validators);
    this.#params = consensusParams;
    this.#appHash = appHash;
  }

  get blocks(): readonly StoredBlock[] {
    return this.#blocks;
  }

  /**
   * Adds a block of the script and what its execution gave. Throws Refusal, as `#assertFollows`.
   */
  add(script: ScriptBlock, { results, validatorUpdates, consensusParams, appHash }: Ran): void {
    this.#assertFollows(script);
    const stored = this.#stored(script);
    this.#blocks.push(stored);
    this.#last = stored;
    const after = nextRound(changeValidators(this.#next, validatorUpdates.map(validatorChange)));
    [this.#validators, this.#next] = [this.#next, after];
    this.#params = changedParams(this.#params, consensusParams);
    this.#appHash = appHash;
    this.#resultsHash = resultsHash(results);
  }

  /** Votes, proposer and next validators of a script are those of the validators' updates. */
  #assertFollows({ height, votes, proposer, next_validators_hash: next }: ScriptBlock): void {
    const refuse = (what: string): never => {
      throw new Refusal(
        `the ${what} of block ${height} are not those that follow from the blocks before it, so CometBFT makes no such block; compare in process first, without --through`,
      );
    };
    const signers = this.#last?.validators.validators ?? [];
    const isVoter = ({ address, power }: ScriptVote, i: number): boolean =>
      toHex(signers[i]?.address ?? new Uint8Array(0)) === address && signers[i]?.votingPower === BigInt(power);
    if (votes.length !== signers.length || !votes.every(isVoter)) refuse("votes");
    if (findValidator(this.#validators, hex(proposer)) === undefined) refuse("validators, of which one proposed it,");
    if (!equals(hex(next), validatorSetHash(this.#next))) refuse("next validators");
  }

  /** The commit of a block by its set. */
  #commit({ block, id, validators }: Omit<StoredBlock, "seen">, flags: readonly number[], timestamp: Time): Commit {
    const unsigned: Commit = { height: block.header.height, round: 0, blockId: id, signatures: [] };
    const signatures = validators.validators.map(({ address }, i): CommitSig => {
      const flag = flags[i] ?? VoteFlag.absent;
      if (flag === VoteFlag.absent) return ABSENT;
      const sig: CommitSig = { flag, validatorAddress: address, timestamp, signature: new Uint8Array(0) };
      return { ...sig, signature: this.#keys.must(address).sign(commitSignBytes(this.#chainId, unsigned, sig)) };
    });
    return { ...unsigned, signatures };
  }

  #stored(script: ScriptBlock): StoredBlock {
    const time = timeOf(script.time);
    const txs = script.txs.map(({ tx }) => base64(tx));
    const evidence = (script.misbehavior ?? []).map((fault) =>
      evidenceOf(this.#chainId, script.height, fault, this.#keys),
    );
    const last = this.#last;
    // BFT time: the block's time is the median of the times of these votes.
    const lastCommit =
      last === undefined
        ? NO_COMMIT
        : this.#commit(
            last,
            script.votes.map(({ flag }) => FLAGS[flag]),
            time,
          );
    const { appVersion, ...hashed } = readParams(this.#params);
    const header: Header = {
      version: { block: BLOCK_PROTOCOL, app: appVersion },
      chainId: this.#chainId,
      height: script.height,
      time,
      lastBlockId: last?.id ?? NIL_BLOCK_ID,
      lastCommitHash: commitHash(lastCommit),
      dataHash: dataHash(txs),
      validatorsHash: validatorSetHash(this.#validators),
      nextValidatorsHash: validatorSetHash(this.#next),
      consensusHash: consensusParamsHash(hashed),
      appHash: this.#appHash,
      lastResultsHash: this.#resultsHash,
      evidenceHash: evidenceHash(evidence),
      proposerAddress: hex(script.proposer),
    };
    const block: Block = { header, txs, evidence, lastCommit };
    const id = blockId(header, encodeBlock(block));
    if (id === undefined) throw new Error(`block ${script.height} has no validators`);
    const { validators } = this.#validators;
    const unseen = {
      ...{ block, id, validators: this.#validators, nextValidators: this.#next, consensusParams: this.#params },
    };
    // The node saw every vote: a script may miss so many that two thirds are not in the next block.
    const flags = validators.map(() => VoteFlag.commit);
    return { ...unseen, seen: this.#commit(unseen, flags, addTime(time, 1)) };
  }
}
