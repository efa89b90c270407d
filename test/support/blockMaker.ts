// SPDX-License-Identifier: Apache-2.0
/**
 * Real CometBFT blocks of one validator, for tests of their verification. Every part can be forged.
 */
import { equals, fromUtf8 } from "@sotto/bytes";
import {
  BLOCK_PROTOCOL,
  type BlockId,
  type Commit,
  commitHash,
  consensusAddress,
  consensusParamsHash,
  createValidatorSet,
  dataHash,
  encodeBlock,
  encodeCommit,
  encodeHeader,
  encodeValidatorSet,
  evidenceHash,
  type Header,
  headerHash,
  NIL_BLOCK_ID,
  partSet,
  resultsHash,
  signCommit,
  type Time,
  type Validator,
  type ValidatorSet,
  validatorSetHash,
} from "@sotto/comet";
import { Ed25519Key, sha256 } from "@sotto/crypto";
import type { DecidedBlock, TxResult, VoteInfo } from "@sotto/kernel";

export const GENESIS_SECONDS = 1_700_000_000;
export const GENESIS_TIME = BigInt(GENESIS_SECONDS) * 1_000_000_000n;
/** Nanoseconds that a rounded time would lose, for tests of `env`. */
const NANOS = 123_456_789;

export const validatorKey = (name = "validator"): Ed25519Key => new Ed25519Key(sha256(fromUtf8(`consensus ${name}`)));

export function validatorSet(...keys: readonly Ed25519Key[]): ValidatorSet {
  return createValidatorSet(
    keys.map(({ publicKey }) => {
      const key = { type: "ed25519", bytes: publicKey } as const;
      return { address: consensusAddress(key), publicKey: key, votingPower: 10n };
    }),
  );
}

const timeAt = (height: number): Time => ({ seconds: GENESIS_SECONDS + height, nanos: NANOS });
const toNs = ({ seconds, nanos }: Time): bigint => BigInt(seconds) * 1_000_000_000n + BigInt(nanos);

/** The parts of the next block that a forger may change. */
export interface Forgery {
  readonly header?: Partial<Header>;
  /** Signs in place of the validator. */
  readonly signer?: Ed25519Key;
  /** The chain id in the signed votes. */
  readonly signedChainId?: string;
  /** The set that is sent beside the commit. */
  readonly validators?: ValidatorSet;
  /** Transactions that are sent; the header has the hash of the real ones. */
  readonly handedTxs?: readonly Uint8Array[];
  /** Changes the commit after it was signed. */
  readonly commit?: (commit: Commit) => Commit;
}

const voteOf = ({ address, votingPower }: Validator): VoteInfo => ({ address, power: votingPower, flag: "commit" });

/** Makes blocks like a sequencer, also invalid ones. */
export class BlockMaker {
  readonly chainId: string;
  readonly #key = validatorKey();
  readonly validators = validatorSet(this.#key);
  height: number;
  #lastBlockId: BlockId = NIL_BLOCK_ID;
  #lastCommit: Commit = { height: 0, round: 0, blockId: NIL_BLOCK_ID, signatures: [] };
  #appHash: Uint8Array = new Uint8Array(0);
  #results: readonly TxResult[] = [];

  /** `firstHeight`: of the chain's first block. */
  constructor(chainId: string, firstHeight = 1) {
    this.chainId = chainId;
    this.height = firstHeight - 1;
  }

  start(appHash: Uint8Array): void {
    this.#appHash = appHash;
  }

  /** The next block, or a forgery of it. Only `accept` changes the maker's state. */
  make(
    txs: readonly Uint8Array[],
    forgery: Forgery = {},
  ): DecidedBlock & { readonly id: BlockId; readonly commit: Commit } {
    const height = this.height + 1;
    const setHash = validatorSetHash(this.validators);
    const proposer = (this.validators.validators[0] as ValidatorSet["validators"][number]).address;
    const header: Header = {
      version: { block: BLOCK_PROTOCOL, app: 0 },
      chainId: this.chainId,
      height,
      time: timeAt(height),
      lastBlockId: this.#lastBlockId,
      lastCommitHash: commitHash(this.#lastCommit),
      dataHash: dataHash(txs),
      validatorsHash: setHash,
      nextValidatorsHash: setHash,
      consensusHash: consensusParamsHash({ maxBytes: 22_020_096n, maxGas: -1n }),
      appHash: this.#appHash,
      lastResultsHash: resultsHash(this.#results),
      evidenceHash: evidenceHash([]),
      proposerAddress: proposer,
      ...forgery.header,
    };
    const hash = headerHash(header) as Uint8Array;
    const encoded = encodeBlock({ header, txs, evidence: [], lastCommit: this.#lastCommit });
    const id: BlockId = { hash, parts: partSet(encoded).header };
    const vote = { height: header.height, round: 0, blockId: id, timestamp: timeAt(height + 1) };
    const key = forgery.signer ?? this.#key;
    const signature = signCommit(forgery.signedChainId ?? this.chainId, vote, proposer, (message) => key.sign(message));
    const signed: Commit = { height: header.height, round: 0, blockId: id, signatures: [signature] };
    const commit = forgery.commit === undefined ? signed : forgery.commit(signed);
    return {
      id,
      commit,
      height: header.height,
      time: toNs(header.time),
      hash,
      proposer,
      nextValidatorsHash: header.nextValidatorsHash,
      lastCommit: { round: 0, votes: this.#lastCommit.height === 0 ? [] : this.validators.validators.map(voteOf) },
      misbehavior: [],
      proof: {
        header: encodeHeader(header),
        commit: encodeCommit(commit),
        validators: encodeValidatorSet(forgery.validators ?? this.validators),
        txs: forgery.handedTxs ?? txs,
      },
    };
  }

  /** Accepts an executed block, so the next block follows it. */
  accept(
    block: { readonly id: BlockId; readonly commit: Commit },
    results: readonly TxResult[],
    appHash: Uint8Array,
  ): void {
    this.height += 1;
    this.#lastBlockId = block.id;
    this.#lastCommit = block.commit;
    this.#results = results;
    this.#appHash = appHash;
  }
}

export const same = (a: Uint8Array, b: Uint8Array): boolean => equals(a, b);
