// SPDX-License-Identifier: Apache-2.0
/** Headers and commits of a chain whose validators change, for tests of light clients. */
import { fromUtf8 } from "@sotto/bytes";
import {
  ABSENT,
  BLOCK_PROTOCOL,
  type BlockId,
  type Commit,
  consensusAddress,
  createValidatorSet,
  dataHash,
  encodeCommit,
  encodeHeader,
  encodeLightBlock,
  encodeValidatorSet,
  type Header,
  headerHash,
  type LightBlock,
  NIL_BLOCK_ID,
  signCommit,
  type ValidatorSet,
  validatorSetHash,
} from "@sotto/comet";
import { type Ed25519Key, sha256 } from "@sotto/crypto";
import type { SubmitBlockRequest, TrustStep } from "@sotto/protocol";
import { GENESIS_SECONDS, validatorKey } from "./blockMaker.ts";

/** Powers by the names of validators. */
export type Powers = Readonly<Record<string, bigint>>;

/** A set of validators with 10 of power each. */
export const equal = (...names: readonly string[]): Powers => Object.fromEntries(names.map((name) => [name, 10n]));

export interface LightParts {
  readonly chainId: string;
  readonly powersAt: (height: number) => Powers;
  /** Seconds of a header after the genesis. Default: 6 a block. */
  readonly secondsAt?: (height: number) => number;
  readonly initialHeight?: number;
  /** Chains with another mark have other blocks from this height on. */
  readonly fork?: { readonly mark: string; readonly from: number };
}

export interface LightForgery {
  readonly header?: Partial<Header>;
  /** The validators that sign; default: all of the set. */
  readonly signers?: readonly string[];
  /** The set that signs and is sent; the header keeps the hash of the right one. */
  readonly powers?: Powers;
  /** The set that is sent, as it is. */
  readonly validators?: ValidatorSet;
  readonly signedChainId?: string;
  readonly commit?: (commit: Commit) => Commit;
}

const digest = (text: string): Uint8Array => sha256(fromUtf8(text));

const keys = new Map<string, Ed25519Key>();
const keyOf = (name: string): Ed25519Key => {
  const key = keys.get(name) ?? validatorKey(name);
  keys.set(name, key);
  return key;
};

const memberOf = (name: string, votingPower: bigint) => {
  const publicKey = { type: "ed25519", bytes: keyOf(name).publicKey } as const;
  return { address: consensusAddress(publicKey), publicKey, votingPower };
};

export const setOf = (powers: Powers): ValidatorSet =>
  createValidatorSet(Object.entries(powers).map(([name, power]) => memberOf(name, power)));

/** Hazard: makes all blocks below the one that is asked for. */
export class LightChain {
  readonly chainId: string;
  readonly #parts: LightParts;
  readonly #ids = new Map<number, BlockId>();

  constructor(parts: LightParts) {
    this.#parts = parts;
    this.chainId = parts.chainId;
  }

  set(height: number): ValidatorSet {
    return setOf(this.#parts.powersAt(height));
  }

  id(height: number): BlockId {
    if (height < (this.#parts.initialHeight ?? 1)) return NIL_BLOCK_ID;
    const known = this.#ids.get(height);
    if (known !== undefined) return known;
    const made = idOf(this.#header(height));
    this.#ids.set(height, made);
    return made;
  }

  #header(height: number): Header {
    const { secondsAt = (at: number) => 6 * at, fork } = this.#parts;
    const mark = fork !== undefined && height >= fork.from ? fork.mark : "";
    const set = this.set(height);
    return {
      version: { block: BLOCK_PROTOCOL, app: 0 },
      chainId: this.chainId,
      height,
      time: { seconds: GENESIS_SECONDS + secondsAt(height), nanos: 5 },
      lastBlockId: this.id(height - 1),
      lastCommitHash: digest(`last commit ${height}`),
      dataHash: dataHash([]),
      validatorsHash: validatorSetHash(set),
      nextValidatorsHash: validatorSetHash(this.set(height + 1)),
      consensusHash: digest("params"),
      appHash: digest(`app ${height} ${mark}`),
      lastResultsHash: digest(`results ${height}`),
      evidenceHash: digest("evidence"),
      proposerAddress: (set.validators[0] as ValidatorSet["validators"][number]).address,
    };
  }

  light(height: number, forgery: LightForgery = {}): LightBlock {
    const header = { ...this.#header(height), ...forgery.header };
    const powers = forgery.powers ?? this.#parts.powersAt(height);
    const set = setOf(powers);
    const blockId = idOf(header);
    const signers = forgery.signers ?? Object.keys(powers);
    const timestamp = { seconds: header.time.seconds + 1, nanos: 0 };
    const vote = { height: header.height, round: 0, blockId, timestamp };
    const signing = signers.map(keyOf);
    const signatures = set.validators.map(({ address, publicKey }) => {
      const key = signing.find((each) => Buffer.compare(each.publicKey, publicKey.bytes) === 0);
      return key === undefined
        ? ABSENT
        : signCommit(forgery.signedChainId ?? this.chainId, vote, address, (message) => key.sign(message));
    });
    const commit = { height: header.height, round: 0, blockId, signatures };
    return { header, commit: forgery.commit?.(commit) ?? commit, validators: forgery.validators ?? set };
  }

  /** The request with which a host submits the block; it has no transactions. */
  block(height: number, forgery: LightForgery = {}): SubmitBlockRequest {
    const { header, commit, validators } = this.light(height, forgery);
    return {
      header: encodeHeader(header),
      commit: encodeCommit(commit),
      validators: encodeValidatorSet(validators),
      txs: [],
    };
  }

  /** A step of a light client from one height to another, with the set that the first one names. */
  step(from: number, to: number, forgery: LightForgery = {}): TrustStep {
    return { lightBlock: encodeLightBlock(this.light(to, forgery)), trusted: encodeValidatorSet(this.set(from + 1)) };
  }
}

const idOf = (header: Header): BlockId => {
  const hash = headerHash(header) as Uint8Array;
  return { hash, parts: { total: 1, hash: sha256(hash) } };
};
