// SPDX-License-Identifier: Apache-2.0
interface Share<T> {
  readonly waiting: T[];
  /** Items that were taken and have not ended. */
  running: number;
  /** Milliseconds that its items took, counted from the queue's clock at its arrival. */
  used: number;
}

/** Idle shares that are stored. */
const MAX_IDLE = 1_024;

/**
 * Items that take turns by the time that items of the same name have used so far: the name with the
 * least is next. A name cannot save up time by waiting, and time without competition is not counted
 * (start-time fair queueing). Within a name, and between names with equal time, the first to arrive
 * is first.
 *
 * Cost: `first` and `oldest` visit every waiting name.
 */
export class FairQueue<T extends { readonly by: string; readonly since: number }> {
  readonly #shares = new Map<string, Share<T>>();
  /** The time used by the last served share, at that moment. */
  #clock = 0;
  #length = 0;

  /** The number of waiting items. */
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

  /** The next item, among names with fewer than `most` running items. It stays in the queue. */
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

  /** Takes an item of `first`. It runs from now on, until `end`. */
  take({ by }: T): void {
    const share = this.#shares.get(by) as Share<T>; // It waits in it.
    share.waiting.shift();
    share.running++;
    this.#length--;
    this.#clock = Math.max(this.#clock, share.used);
  }

  /** A taken item has ended, after a number of milliseconds. */
  end({ by }: T, ms: number): void {
    const share = this.#shares.get(by) as Share<T>; // It was running, so its share is still stored.
    share.running--;
    share.used += ms;
  }

  /** The arrival of the item that has waited longest. */
  oldest(): number | undefined {
    let oldest: number | undefined;
    for (const { waiting } of this.#shares.values()) {
      const since = waiting[0]?.since;
      if (since !== undefined && (oldest === undefined || since < oldest)) oldest = since;
    }
    return oldest;
  }

  /** Removes all waiting items, in no order, without a trace. */
  clear(): T[] {
    this.#length = 0;
    return [...this.#shares.values()].flatMap(({ waiting }) => waiting.splice(0));
  }
}

const isIdle = ({ waiting, running }: Share<unknown>): boolean => waiting.length === 0 && running === 0;
