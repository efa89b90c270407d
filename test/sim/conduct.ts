// SPDX-License-Identifier: Apache-2.0
/** What consensus decides beside the transactions: random times, votes and faults. */
import { toHex } from "@sotto/bytes";
import type { Misbehavior, VoteInfo } from "@sotto/kernel";
import type { Random } from "@sotto/kernel/simulation";
import { GENESIS_SECONDS } from "../support/blockMaker.ts";

/** Of one block. */
export interface Decision {
  /** Of the block, since the genesis. */
  readonly seconds: number;
  readonly votes: readonly VoteInfo[];
  readonly proposer: Uint8Array | undefined;
  readonly misbehavior: readonly Misbehavior[];
}

/** Fewer validators are not reported and miss no votes: a chain without any cannot decide. */
const FEWEST = 3;
const SECOND = 1_000_000_000n;

export class Conduct {
  readonly #random: Random;
  #seconds = 0;
  /** Validators that miss votes, in hex, until a height. */
  readonly #down = new Map<string, number>();
  /** Those of earlier blocks: a fault may be reported after its validator left the set. */
  readonly #seen = new Map<string, bigint>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** `set`: the votes of the block, as if all validators voted. */
  decide(height: number, set: readonly VoteInfo[]): Decision {
    const random = this.#random;
    // Mostly a few seconds; sometimes long enough to end periods of queues at once.
    this.#seconds += random.below(40) === 0 ? 30 + random.below(60) : 1 + random.below(7);
    for (const { address, power } of set) this.#seen.set(toHex(address), power);
    const misbehavior = set.length >= FEWEST && random.below(60) === 0 ? [this.#fault(height)] : [];
    const votes = set.map((vote) =>
      this.#misses(height, vote, set.length) ? { ...vote, flag: "absent" as const } : vote,
    );
    const proposer = set.length === 0 ? undefined : random.pick(set).address;
    return { seconds: this.#seconds, votes, proposer, misbehavior };
  }

  /** Single votes, and stretches that are long enough for jail. */
  #misses(height: number, { address }: VoteInfo, count: number): boolean {
    const random = this.#random;
    const name = toHex(address);
    if (random.below(120) === 0 && count >= FEWEST && this.#down.size < count - 2) {
      this.#down.set(name, height + 2 + random.below(16));
    }
    const until = this.#down.get(name);
    if (until !== undefined && until <= height) this.#down.delete(name);
    return until !== undefined ? until > height : random.below(30) === 0;
  }

  /**
   * A vote of a validator that is in the set, was in it, or never was; sometimes a very old one.
   */
  #fault(height: number): Misbehavior {
    const random = this.#random;
    const [name, power] = random.pick([...this.#seen]);
    const isOld = random.below(4) === 0;
    const age = Math.min(height - 1, isOld ? 40 + random.below(40) : random.below(8));
    const seconds = Math.max(0, this.#seconds - (isOld ? 200 : 5) * age);
    const address = random.below(6) === 0 ? new Uint8Array(20).fill(random.below(256)) : Buffer.from(name, "hex");
    return {
      type: random.below(2) === 0 ? "duplicateVote" : "lightClientAttack",
      address: Uint8Array.from(address),
      power,
      height: height - age,
      time: BigInt(GENESIS_SECONDS + seconds) * SECOND,
      totalVotingPower: [...this.#seen.values()].reduce((sum, each) => sum + each, 0n),
    };
  }
}
