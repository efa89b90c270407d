/**
 * What was made of the state keys of one contract, by key in latin1. It is forgotten when it was not used for long: see
 * `NamesOfAll`. Cost: one map operation a hit, two for the first one in a long time.
 */
export class NamesOfOne<Name> {
  readonly #all: NamesOfAll<Name>;
  /** Used since the generation began, and in the generation before. */
  #young = new Map<string, Name>();
  #old = new Map<string, Name>();

  constructor(all: NamesOfAll<Name>) {
    this.#all = all;
  }

  get(key: string): Name | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, name: Name): void {
    if (!this.#young.has(key)) this.#all.count(this);
    this.#young.set(key, name);
  }

  /** A generation ends. */
  age(): void {
    this.#old = this.#young;
    this.#young = new Map();
  }
}

/**
 * The bound over the names of all contracts: those used last are kept, half of `capacity` at least and all of it at most.
 * Each contract has a map of its own, so that a key of the contract finds its name as it is.
 */
export class NamesOfAll<Name> {
  readonly #half: number;
  #count = 0;
  #young = new Set<NamesOfOne<Name>>();
  #old = new Set<NamesOfOne<Name>>();

  constructor(capacity: number) {
    this.#half = Math.floor(capacity / 2);
  }

  /** A contract is about to use a name that it has not used in this generation. */
  count(names: NamesOfOne<Name>): void {
    if (this.#count >= this.#half) this.#age();
    this.#count++;
    this.#young.add(names);
  }

  #age(): void {
    for (const names of new Set([...this.#old, ...this.#young])) names.age();
    this.#old = this.#young;
    this.#young = new Set();
    this.#count = 0;
  }
}
