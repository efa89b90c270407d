// SPDX-License-Identifier: Apache-2.0
/** The transactions of contracts, from CometBFT's RPC over one WebSocket, without gaps. */
import type { TxPlace } from "./snip52.ts";

/** A transaction that called a contract. */
export interface TxEvent extends TxPlace {
  /** Values by `type.key`. */
  readonly events: Readonly<Record<string, readonly string[]>>;
}

/** The used part of a WebSocket of a browser, of Node 22, and of the package `ws`. */
export interface WebSocketLike {
  send(text: string): void;
  close(): void;
  addEventListener(type: "open" | "close" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
}
export type WebSocketClass = new (url: string) => WebSocketLike;

export interface FeedOptions {
  /** CometBFT's WebSocket, for instance ws://127.0.0.1:26657/websocket */
  readonly url: string;
  /** Needed in Node 20, which has none: the class of the package `ws`. */
  readonly WebSocket?: WebSocketClass;
  /** First pause before a new connection, in milliseconds, doubled up to 30 s; 500 by default. */
  readonly retryMs?: number;
}

type Listener = (event: TxEvent) => void;

interface Subscription {
  readonly listeners: Set<Listener>;
  /** Height up to which all transactions were seen. */
  height: number;
  /** Hashes seen at that height. */
  readonly seen: Set<string>;
  /** Events that came while a search brings the ones before them. */
  waiting: TxEvent[] | undefined;
}

const MOST_RETRY_MS = 30_000;
const PAGE = 100;
const queryOf = (contract: string): string => `wasm.contract_address='${contract}'`;

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message?: string; readonly data?: string };
}

interface FoundTxs {
  readonly total_count: string;
  readonly txs: readonly {
    readonly hash: string;
    readonly height: string;
    readonly tx_result: {
      readonly events: readonly {
        readonly type: string;
        readonly attributes: readonly { readonly key: string; readonly value: string }[];
      }[];
    };
  }[];
}

function eventsOf(tx: FoundTxs["txs"][number]): TxEvent["events"] {
  const events: Record<string, string[]> = {};
  for (const { type, attributes } of tx.tx_result.events) {
    for (const { key, value } of attributes) {
      const name = `${type}.${key}`;
      events[name] = [...(events[name] ?? []), value];
    }
  }
  return events;
}

/**
 * One WebSocket for any number of contracts. A lost connection is made again, and the transactions
 * between are searched: each reaches a listener once, in the order of blocks.
 */
export class ContractFeed {
  readonly #options: FeedOptions;
  readonly #WebSocket: WebSocketClass;
  readonly #contracts = new Map<string, Subscription>();
  readonly #answers = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  /** Subscriptions by the id of their request, which their events have. */
  readonly #live = new Map<number, Subscription>();
  #retry: ReturnType<typeof setTimeout> | undefined;
  #socket: Promise<WebSocketLike> | undefined;
  #nextId = 1;
  #failures = 0;
  #isClosed = false;

  /** Opens nothing yet. Throws TypeError where there is no WebSocket. */
  constructor(options: FeedOptions) {
    const global: unknown = Reflect.get(globalThis, "WebSocket");
    // Every platform's class has the used part.
    const found = options.WebSocket ?? (global as WebSocketClass | undefined);
    if (found === undefined)
      throw new TypeError("this Node has no WebSocket: install the package ws and give its class as WebSocket");
    this.#options = options;
    this.#WebSocket = found;
  }

  /**
   * Resolves when the node sends a contract's transactions; the answered function ends that.
   * Rejects when the node cannot be reached or refuses.
   */
  async follow(contract: string, listener: Listener): Promise<() => void> {
    let subscription = this.#contracts.get(contract);
    if (subscription === undefined) {
      subscription = { listeners: new Set(), height: 0, seen: new Set(), waiting: undefined };
      this.#contracts.set(contract, subscription);
      await this.#subscribe(contract, subscription).catch((thrown: unknown) => {
        this.#contracts.delete(contract);
        throw thrown;
      });
    }
    const { listeners } = subscription;
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      this.#contracts.delete(contract);
      if (this.#contracts.size === 0) this.#drop();
      else void this.#call("unsubscribe", { query: queryOf(contract) }).catch(() => {});
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#contracts.clear();
    this.#drop();
  }

  #drop(): void {
    clearTimeout(this.#retry);
    this.#live.clear();
    const socket = this.#socket;
    this.#socket = undefined;
    void socket?.then((open) => open.close()).catch(() => {});
  }

  async #subscribe(contract: string, subscription: Subscription): Promise<void> {
    const isFirst = subscription.height === 0;
    if (isFirst) {
      const status = (await this.#call("status", {})) as { sync_info: { latest_block_height: string } };
      subscription.height = Number(status.sync_info.latest_block_height);
    }
    const waiting: TxEvent[] = [];
    subscription.waiting = waiting;
    await this.#call("subscribe", { query: queryOf(contract) }, subscription);
    if (!isFirst) await this.#catchUp(contract, subscription);
    subscription.waiting = undefined;
    for (const event of waiting) tell(subscription, event);
  }

  async #catchUp(contract: string, subscription: Subscription): Promise<void> {
    const query = `${queryOf(contract)} AND tx.height>=${subscription.height}`;
    for (let page = 1; ; page++) {
      const params = { query, page: String(page), per_page: String(PAGE), order_by: "asc" };
      const { txs, total_count } = (await this.#call("tx_search", params)) as FoundTxs;
      for (const tx of txs) tell(subscription, { hash: tx.hash, height: Number(tx.height), events: eventsOf(tx) });
      if (page * PAGE >= Number(total_count)) return;
    }
  }

  /** A request; later answers under its id are events of the subscription. */
  async #call(method: string, params: object, subscription?: Subscription): Promise<unknown> {
    const socket = await this.#connected();
    const id = this.#nextId++;
    if (subscription !== undefined) this.#live.set(id, subscription);
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve, reject });
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    });
  }

  #connected(): Promise<WebSocketLike> {
    if (this.#isClosed) return Promise.reject(new Error("this feed is closed"));
    this.#socket ??= new Promise((resolve, reject) => {
      const socket = new this.#WebSocket(this.#options.url);
      const failed = () => {
        reject(new Error(`no WebSocket at ${this.#options.url}: check the address of the node's RPC`));
        if (this.#socket === opened) this.#lost();
      };
      socket.addEventListener("open", () => {
        this.#failures = 0;
        resolve(socket);
      });
      socket.addEventListener("error", failed);
      socket.addEventListener("close", failed);
      socket.addEventListener("message", ({ data }) => this.#receive(String(data)));
    });
    const opened = this.#socket;
    return opened;
  }

  #receive(text: string): void {
    const { id = 0, result, error } = JSON.parse(text) as Answer;
    const waiting = this.#answers.get(id);
    this.#answers.delete(id);
    if (error !== undefined) {
      waiting?.reject(new Error(`the node refuses: ${error.data ?? error.message}`));
      // The node ended a subscription, for instance because this client reads too slowly.
      if (waiting === undefined) this.#lost();
    } else if (waiting !== undefined) waiting.resolve(result);
    else this.#onEvent(id, result);
  }

  #onEvent(id: number, result: unknown): void {
    const subscription = this.#live.get(id);
    const { events } = result as { readonly events?: Record<string, string[]> };
    const [hash] = events?.["tx.hash"] ?? [];
    const [height] = events?.["tx.height"] ?? [];
    if (subscription === undefined || events === undefined || hash === undefined) return;
    const event = { hash, height: Number(height), events };
    if (subscription.waiting === undefined) tell(subscription, event);
    else subscription.waiting.push(event);
  }

  /** Connects again while there are listeners; what waits for an answer fails. */
  #lost(): void {
    this.#drop();
    const waiting = [...this.#answers.values()];
    this.#answers.clear();
    for (const { reject } of waiting) reject(new Error("the connection to the node ended"));
    if (this.#isClosed || this.#contracts.size === 0) return;
    const pause = Math.min(MOST_RETRY_MS, (this.#options.retryMs ?? 500) * 2 ** this.#failures++);
    this.#retry = setTimeout(() => void this.#again(), pause);
  }

  async #again(): Promise<void> {
    try {
      for (const [contract, subscription] of this.#contracts) await this.#subscribe(contract, subscription);
    } catch {
      // A lost connection has its own next attempt.
      if (this.#socket !== undefined) this.#lost();
    }
  }
}

/** Passes a transaction on once. */
function tell(subscription: Subscription, event: TxEvent): void {
  const { seen, listeners } = subscription;
  if (event.height < subscription.height || seen.has(event.hash)) return;
  if (event.height > subscription.height) seen.clear();
  subscription.height = event.height;
  seen.add(event.hash);
  for (const listener of listeners) listener(event);
}
