// SPDX-License-Identifier: Apache-2.0
/** A waiting transaction. */
export interface Entry {
  readonly tx: Uint8Array;
  readonly gasWanted: bigint;
  /** Sorts in the order of arrival. */
  readonly order: number;
  /**
   * Number of the check state on which it passed last; of no state: it was accepted after some that
   * were not rechecked.
   */
  round: number;
  group: Group;
}

/**
 * Transactions that depend on each other: of one signer, or of several signers with a common
 * transaction.
 */
export class Group {
  readonly signers = new Set<string>();
  readonly entries = new Set<Entry>();
  /** The number of them that passed on the state of `round`. */
  #fresh = 0;
  #round: number | undefined;

  /** The number of them that have not passed on a state. */
  stale(round: number): number {
    return this.entries.size - (round === this.#round ? this.#fresh : 0);
  }

  /** An entry of it passes on a state. */
  pass(entry: Entry, round: number): void {
    entry.round = round;
    if (round !== this.#round) {
      this.#round = round;
      this.#fresh = 0;
    }
    this.#fresh++;
  }

  remove(entry: Entry): void {
    this.entries.delete(entry);
    if (entry.round === this.#round) this.#fresh--;
  }

  /** Takes over all of another. */
  absorb(other: Group, round: number): void {
    for (const signer of other.signers) this.signers.add(signer);
    for (const entry of other.entries) {
      entry.group = this;
      this.entries.add(entry);
      if (entry.round === round) this.pass(entry, round);
    }
  }
}

/**
 * The order of checks: beside the committed state, a transaction's check depends on earlier ones
 * with a common signer, including fee payers. Cost: a map operation a signer; joining two groups
 * moves the smaller one.
 */
export class SignerGroups {
  readonly #groups = new Map<string, Group>();

  has(signer: string): boolean {
    return this.#groups.has(signer);
  }

  /** Groups of signers, each once. */
  of(signers: readonly string[]): Group[] {
    const found = new Set<Group>();
    for (const signer of signers) {
      const group = this.#groups.get(signer);
      if (group !== undefined) found.add(group);
    }
    return [...found];
  }

  /** The one group that signers have from now on. */
  join(signers: readonly string[], round: number): Group {
    const [largest = new Group(), ...others] = this.of(signers).sort((a, b) => b.entries.size - a.entries.size);
    for (const other of others) {
      largest.absorb(other, round);
      for (const signer of other.signers) this.#groups.set(signer, largest);
    }
    for (const signer of signers) {
      largest.signers.add(signer);
      this.#groups.set(signer, largest);
    }
    return largest;
  }

  leave(entry: Entry): void {
    const { group } = entry;
    group.remove(entry);
    if (group.entries.size > 0) return;
    for (const signer of group.signers) this.#groups.delete(signer);
  }

  clear(): void {
    this.#groups.clear();
  }
}
