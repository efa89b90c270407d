// SPDX-License-Identifier: Apache-2.0
import type { ApiBackend, BlockNews } from "@sotto/backend";
import { type Condition, exactValue, formatQuery, matchesCondition, typesOf } from "@sotto/comet";
import { eventsOf, type RpcEvent } from "./events.ts";

/** A client that subscribes: the cost of all its subscriptions is counted together. */
export interface Subscriber {
  readonly onEvent: (event: RpcEvent) => void;
  /** The subscription has ended, with the reason for the client. */
  readonly onCancel: (reason: string) => void;
}

/** CometBFT libs/pubsub ErrOutOfCapacity. */
export const TOO_SLOW = "client is not pulling messages fast enough";

/** One condition, shared by all subscriptions that have it: an event is compared with it once. */
interface SharedCondition {
  readonly condition: Condition;
  readonly text: string;
  subscriptions: number;
}

interface Subscription {
  readonly conditions: readonly SharedCondition[];
  readonly client: object;
  readonly subscriber: Subscriber;
  /** Block up to which it gets no events. */
  readonly after: number;
  /** A tag and the text that it must have; undefined: every event is compared. */
  readonly key: readonly [tag: string, text: string] | undefined;
}

// Work is counted in comparisons of a value with a condition, about 20 ns each; texts count by
// their length.
const TEXT_PER_UNIT = 64;
/** Sending a message costs 5 us beside its length. */
const UNITS_PER_MESSAGE = 250;

/**
 * Work that one client may cause with a block: a constant, and for each of its transactions the
 * work of two messages. A client that causes more is too slow, as a client of CometBFT with 200
 * waiting messages. Limit: not CometBFT's; 100 clients that use all of it take half a second of the
 * thread for a block of 200 transactions, in slices.
 */
const FREE_WORK = 100_000;
const WORK_PER_TX = 600;

/** Milliseconds of work before other tasks run. */
const SLICE_MS = 2;

/**
 * Most blocks that wait to be announced. With more, a client that has caused more than FREE_WORK
 * and at least the mean is too slow.
 */
const MOST_NEWS = 8;

/** An event with its computed values. */
class Trial {
  readonly event: RpcEvent;
  readonly #isType: (tag: string) => boolean;
  readonly #known = new Map<SharedCondition, boolean>();

  constructor(event: RpcEvent) {
    this.event = event;
    const types = typesOf(event.values);
    this.#isType = (tag) => types.has(tag);
  }

  /** Whether all conditions are met, and the work of the comparison. */
  meets(conditions: readonly SharedCondition[]): { readonly met: boolean; readonly work: number } {
    let work = 0;
    for (const shared of conditions) {
      work++;
      let met = this.#known.get(shared);
      if (met === undefined) {
        const { condition } = shared;
        for (const value of this.event.values.get(condition.tag) ?? []) work += 1 + value.length / TEXT_PER_UNIT;
        met = matchesCondition(condition, this.event.values, this.#isType);
        this.#known.set(shared, met);
      }
      if (!met) return { met, work };
    }
    return { met: true, work };
  }
}

/** Subscriptions by a tag and the text that it must have. */
class ByTag {
  readonly #tags = new Map<string, Map<string, Set<Subscription>>>();

  add(subscription: Subscription, [tag, text]: readonly [string, string]): void {
    const texts = this.#tags.get(tag) ?? new Map<string, Set<Subscription>>();
    this.#tags.set(tag, texts);
    const found = texts.get(text) ?? new Set();
    texts.set(text, found);
    found.add(subscription);
  }

  remove(subscription: Subscription, [tag, text]: readonly [string, string]): void {
    const texts = this.#tags.get(tag);
    const found = texts?.get(text);
    found?.delete(subscription);
    if (found?.size === 0) texts?.delete(text);
    if (texts?.size === 0) this.#tags.delete(tag);
  }

  /**
   * Subscriptions that an event may match. Cost: one look-up for each value of a subscribed tag.
   */
  *find({ values }: RpcEvent): Generator<Subscription> {
    for (const [tag, own] of values) {
      const texts = this.#tags.get(tag);
      if (texts === undefined) continue;
      for (const text of own.length === 1 ? own : new Set(own)) yield* texts.get(text) ?? [];
    }
  }
}

/** The key of a subscription: the rarest tag, so the kind of event only when there is no other. */
function keyOf(conditions: readonly Condition[]): readonly [string, string] | undefined {
  let found: readonly [string, string] | undefined;
  for (const condition of conditions) {
    const text = exactValue(condition);
    if (text === undefined) continue;
    if (condition.tag !== "tm.event") return [condition.tag, text];
    found ??= [condition.tag, text];
  }
  return found;
}

/** Whether a query may match a transaction's event. */
const wantsTxs = (conditions: readonly Condition[]): boolean =>
  !conditions.some((condition) => condition.tag === "tm.event" && (exactValue(condition) ?? "Tx") !== "Tx");

/**
 * Sends the events of each block to its subscribers, found by tag, in slices, within a bound of
 * work for each client. Without subscribers, blocks have no cost.
 */
export class EventHub {
  readonly #backend: Pick<ApiBackend, "subscribe">;
  readonly #byTag = new ByTag();
  /** Subscriptions without a tag. */
  readonly #others = new Set<Subscription>();
  readonly #all = new Set<Subscription>();
  readonly #conditions = new Map<string, SharedCondition>();
  /** The number of them that may match transactions. */
  #wantTxs = 0;
  #stop: (() => void) | undefined;
  readonly #news: { readonly number: number; readonly news: BlockNews }[] = [];
  #blocks = 0;
  #work: Generator<void, void, void> | undefined;
  /** Work by client since no block waited. */
  readonly #spent = new Map<object, number>();

  constructor(backend: Pick<ApiBackend, "subscribe">) {
    this.#backend = backend;
  }

  /** The work counts for `client`. Returns the function that ends the subscription. */
  subscribe(conditions: readonly Condition[], client: object, subscriber: Subscriber): () => void {
    const key = keyOf(conditions);
    const shared = conditions.map((condition) => this.#share(condition));
    const subscription = { conditions: shared, client, subscriber, after: this.#blocks, key };
    const withTxs = wantsTxs(conditions) ? 1 : 0;
    this.#all.add(subscription);
    this.#wantTxs += withTxs;
    if (key === undefined) this.#others.add(subscription);
    else this.#byTag.add(subscription, key);
    this.#stop ??= this.#backend.subscribe((news) => this.#receive(news));
    return () => {
      if (!this.#all.delete(subscription)) return;
      this.#wantTxs -= withTxs;
      if (key === undefined) this.#others.delete(subscription);
      else this.#byTag.remove(subscription, key);
      for (const one of shared) if (--one.subscriptions === 0) this.#conditions.delete(one.text);
      if (this.#all.size > 0) return;
      this.#stop?.();
      this.#stop = undefined;
    };
  }

  #share(condition: Condition): SharedCondition {
    const text = formatQuery([condition]);
    const shared = this.#conditions.get(text) ?? { condition, text, subscriptions: 0 };
    this.#conditions.set(text, shared);
    shared.subscriptions++;
    return shared;
  }

  #receive(news: BlockNews): void {
    this.#news.push({ number: ++this.#blocks, news });
    if (this.#news.length > MOST_NEWS) this.#shed();
    if (this.#work !== undefined) return;
    this.#work = this.#tellAll();
    this.#slice();
  }

  /** Disconnects the clients that delay blocks. */
  #shed(): void {
    let all = 0;
    for (const work of this.#spent.values()) all += work;
    const most = Math.max(FREE_WORK, all / this.#spent.size);
    for (const { client, subscriber } of [...this.#all]) {
      if ((this.#spent.get(client) ?? 0) >= most) subscriber.onCancel(TOO_SLOW);
    }
  }

  #slice(): void {
    const start = performance.now();
    while (performance.now() - start < SLICE_MS) {
      if (this.#work?.next().done !== true) continue;
      this.#work = undefined;
      return;
    }
    setImmediate(() => this.#slice());
  }

  /** Announces all waiting blocks, in small steps. */
  *#tellAll(): Generator<void, void, void> {
    for (let next = this.#news.shift(); next !== undefined; next = this.#news.shift()) {
      const { number, news } = next;
      const most = FREE_WORK + WORK_PER_TX * news.block.block.txs.length;
      const before = new Map(this.#spent);
      const isOver = (client: object): boolean => (this.#spent.get(client) ?? 0) - (before.get(client) ?? 0) > most;
      for (const event of eventsOf(news, this.#wantTxs > 0)) {
        const trial = new Trial(event);
        for (const found of [this.#byTag.find(event), this.#others]) {
          for (const subscription of found) {
            if (subscription.after < number && this.#all.has(subscription)) this.#try(subscription, trial, isOver);
            yield;
          }
        }
        yield;
      }
    }
    this.#spent.clear();
  }

  #try({ conditions, client, subscriber }: Subscription, trial: Trial, isOver: (client: object) => boolean): void {
    const { met, work } = trial.meets(conditions);
    const sent = met ? UNITS_PER_MESSAGE + sizeOf(trial.event) / TEXT_PER_UNIT : 0;
    this.#spent.set(client, (this.#spent.get(client) ?? 0) + work + sent);
    if (isOver(client)) subscriber.onCancel(TOO_SLOW);
    else if (met) subscriber.onEvent(trial.event);
  }
}

/** Length of the message for an event. */
const sizeOf = (event: RpcEvent): number => event.data().length + event.events().length;
