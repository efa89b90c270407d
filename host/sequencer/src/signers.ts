// SPDX-License-Identifier: Apache-2.0
import { toHex } from "@sotto/bytes";
import {
  ABSENT,
  type BlockId,
  type Commit,
  consensusAddress,
  nextRound,
  proposerOf,
  signCommit,
  type Time,
  type Validator,
  type ValidatorSet,
} from "@sotto/comet";
import { EnvironmentFault } from "@sotto/errors";

/** A key that signs blocks, in any place. */
export interface ValidatorKey {
  /** ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** Whether the key with this position in the list does not sign the block of a height. */
export type Misses = (key: number, height: number) => boolean;

/** Limit of Sotto: keys with two thirds of the power get their turn within these rounds. */
const MAX_ROUNDS = 100;
/** Absent validators that a message names. */
const NAMED = 5;

/** The validators that sign a height, in its set. */
export class Signers {
  readonly #set: ValidatorSet;
  readonly #height: number;
  /** By the hex of their addresses; undefined: the key is here and misses the block. */
  readonly #keys = new Map<string, ValidatorKey | undefined>();

  constructor(keys: readonly ValidatorKey[], misses: Misses, set: ValidatorSet, height: number) {
    this.#set = set;
    this.#height = height;
    keys.forEach((key, i) => {
      const address = toHex(consensusAddress({ type: "ed25519", bytes: key.publicKey }));
      this.#keys.set(address, misses(i, height) ? undefined : key);
    });
  }

  #keyOf({ address }: Validator): ValidatorKey | undefined {
    return this.#keys.get(toHex(address));
  }

  /** Throws unless the signers can decide a block: as in a network, it is not made then. */
  assertDecide(): void {
    const { validators, totalPower } = this.#set;
    const absent = validators.filter((each) => this.#keyOf(each) === undefined);
    let power = totalPower;
    for (const { votingPower } of absent) power -= votingPower;
    if (power * 3n > totalPower * 2n) return;
    const names = absent.slice(0, NAMED).map((each) => {
      const address = toHex(each.address);
      const why = this.#keys.has(address) ? "misses this block" : "has no key in this node";
      return `${address.toUpperCase()} of power ${each.votingPower} ${why}`;
    });
    if (absent.length > NAMED) names.push(`so do ${absent.length - NAMED} more`);
    throw new EnvironmentFault(
      `block ${this.#height} needs more than two thirds of the voting power ${totalPower}, but its signers have ${power}: ${names.join(", ")}`,
    );
  }

  /**
   * The first round whose proposer is a signer, and the proposer. As in a network, a round whose
   * proposer is absent ends without a block.
   */
  firstTurn(): { readonly round: number; readonly proposer: Uint8Array } {
    let turn = this.#set;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const proposer = proposerOf(turn);
      if (proposer !== undefined && this.#keyOf(proposer) !== undefined) return { round, proposer: proposer.address };
      turn = nextRound(turn);
    }
    throw new EnvironmentFault("no validator key gets its turn to propose a block");
  }

  /** The commit of a block, in the order of the set. Cost: a signature a signer. */
  commit(
    chainId: string,
    vote: { readonly round: number; readonly blockId: BlockId; readonly timestamp: Time },
  ): Commit {
    const { round, blockId } = vote;
    const height = this.#height;
    const signatures = this.#set.validators.map((each) => {
      const key = this.#keyOf(each);
      if (key === undefined) return ABSENT;
      return signCommit(chainId, { ...vote, height }, each.address, (message) => key.sign(message));
    });
    return { height, round, blockId, signatures };
  }
}
