interface Share<T> {
  readonly waiting: T[];
  /** Items that were taken and have not ended. */
  running: number;
  /** Milliseconds that its items took, counted from where the queue's clock stood when it came. */
  used: number;
}

/** Shares that are remembered while they have nothing to do. */
const MAX_IDLE = 1_024;

/**
 * Items that take turns by the time that those of the same name have taken so far: the name with the least is next. Nobody saves up
 * time by waiting, and nobody pays for what was used while nobody else wanted it (start-time fair queueing). Within a name, and
 * between names that have used the same, what came first is first.
 *
 * Cost: `first` and `oldest` look at every name that waits.
 */
export class FairQueue<T extends { readonly by: string; readonly since: number }> {
  readonly #shares = new Map<string, Share<T>>();
  /** What the share that was served last had used when it was. */
  #clock = 0;
  #length = 0;

  /** How many wait. */
  get length(): number {
    return this.#length;
  }

  add(item: T): void {
    const share = this.#shares.get(item.by) ?? this.#join(item.by);
    if (isIdle(share)) share.used = Math.max(share.used, this.#clock);
    share.waiting.push(item);
    this.#length++;
  }

  #join(name: string): Share<T> {
    const share: Share<T> = { waiting: [], running: 0, used: 0 };
    if (this.#shares.size >= MAX_IDLE) this.#forget();
    this.#shares.set(name, share);
    return share;
  }

  #forget(): void {
    for (const [name, share] of this.#shares) if (isIdle(share)) this.#shares.delete(name);
  }

  /** Whose turn it is, of those of whom fewer than `most` run. Stays in the queue. */
  first(most: number): T | undefined {
    let found: T | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const { waiting, running, used } of this.#shares.values()) {
      const [item] = waiting;
      if (item === undefined || running >= most || used > least) continue;
      if (found !== undefined && used === least && item.since >= found.since) continue;
      found = item;
      least = used;
    }
    return found;
  }

  /** Takes an item that `first` gave. It runs from now on, until `end`. */
  take({ by }: T): void {
    const share = this.#shares.get(by) as Share<T>; // It waits in it.
    share.waiting.shift();
    share.running++;
    this.#length--;
    this.#clock = Math.max(this.#clock, share.used);
  }

  /** What was taken has ended, after so many milliseconds. */
  end({ by }: T, ms: number): void {
    const share = this.#shares.get(by) as Share<T>; // It was running, so it is not forgotten.
    share.running--;
    share.used += ms;
  }

  /** Since when the item that has waited longest waits. */
  oldest(): number | undefined {
    let oldest: number | undefined;
    for (const { waiting } of this.#shares.values()) {
      const since = waiting[0]?.since;
      if (since !== undefined && (oldest === undefined || since < oldest)) oldest = since;
    }
    return oldest;
  }

  /** Takes all that waits, in no order, as if it had never come. */
  clear(): T[] {
    this.#length = 0;
    return [...this.#shares.values()].flatMap(({ waiting }) => waiting.splice(0));
  }
}

const isIdle = ({ waiting, running }: Share<unknown>): boolean => waiting.length === 0 && running === 0;
