// SPDX-License-Identifier: Apache-2.0
/** Validators of a genesis file, and the votes of consensus for them. */
import { fromHex, fromUtf8, toHex } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import type { ValidatorUpdate, VoteInfo } from "@sotto/kernel";
import { genesisValidator } from "./genesisStaking.ts";

export const consensusKey = (name: string): Uint8Array => sha256(fromUtf8(`consensus key ${name}`));

/** One validator of a genesis file. */
export const namedValidator = (name: string, operator: string, tokens: bigint) =>
  genesisValidator({ moniker: name, operator, pubKey: consensusKey(name), tokens });

/** The sets of consensus: it takes over updates two heights later, as CometBFT. */
export class ConsensusSets {
  /** Powers by key in hex, by height. */
  readonly #sets = new Map<number, ReadonlyMap<string, bigint>>();

  /** `initial`: of the genesis, at the chain's first height. */
  constructor(firstHeight: number, initial: readonly ValidatorUpdate[]) {
    const first = after(new Map(), initial);
    this.#sets.set(firstHeight, first).set(firstHeight + 1, first);
  }

  /** Takes over the updates of a block. */
  update(height: number, updates: readonly ValidatorUpdate[]): void {
    this.#sets.set(height + 2, after(this.#sets.get(height + 1) ?? new Map(), updates));
  }

  /**
   * The votes for the block of a height; none before the first block. `absent`: consensus addresses
   * in hex.
   */
  votes(height: number, absent: ReadonlySet<string>): VoteInfo[] {
    return Array.from(this.#sets.get(height) ?? [], ([key, power]) => {
      const address = sha256(fromHex(key) ?? new Uint8Array(0)).slice(0, 20);
      return { address, power, flag: absent.has(toHex(address)) ? "absent" : "commit" };
    });
  }
}

function after(set: ReadonlyMap<string, bigint>, updates: readonly ValidatorUpdate[]): Map<string, bigint> {
  const next = new Map(set);
  for (const { pubKey, power } of updates) {
    if (power === 0n) next.delete(toHex(pubKey));
    else next.set(toHex(pubKey), power);
  }
  return next;
}
