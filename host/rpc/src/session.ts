// SPDX-License-Identifier: Apache-2.0
import { firstValue, type JsonText, latin1 } from "@sotto/backend";
import { fromUtf8 } from "@sotto/bytes";
import { goJsonString } from "@sotto/codec";
import { type Condition, formatQuery, parseQuery } from "@sotto/comet";
import { ChainError } from "@sotto/errors";
import { ArgumentError } from "./arguments.ts";
import {
  Failure,
  failureJson,
  jsonArguments,
  parseRequest,
  type RequestId,
  type RpcRequest,
  readRequest,
  successHead,
  successJson,
} from "./call.ts";
import type { RpcEvent } from "./events.ts";
import type { RpcContext } from "./method.ts";
import { SOCKET_METHODS } from "./methods.ts";
import { answer } from "./rpc.ts";
import { RpcError } from "./rpcError.ts";

/** Limits: LocalSecret's values (spec/rpc.md 5.2). */
const MOST_CLIENTS = 100;
const MOST_SUBSCRIPTIONS = 50;
/** Limit: CometBFT rpc/core/events.go maxQueryLength. */
const MOST_QUERY = 512;

/** One WebSocket connection. */
export interface RpcSession {
  /** Takes one text message of the client; answers go to `send`. Never rejects. */
  receive(message: string): Promise<void>;
  /** Ends all subscriptions; to be called when the socket is closed. */
  close(): void;
}

/** The conditions of a query, or the reference's text for an invalid one. */
function conditionsOf(text: string): Condition[] {
  try {
    return parseQuery(text);
  } catch (thrown) {
    if (thrown instanceof ChainError) throw new RpcError(`failed to parse query: ${thrown.detail ?? thrown.summary}`);
    throw thrown;
  }
}

/** Sessions with subscriptions, by their shared context. */
const clients = new WeakMap<RpcContext, Set<Session>>();

const clientsOf = (context: RpcContext): Set<Session> => {
  const known = clients.get(context) ?? new Set<Session>();
  clients.set(context, known);
  return known;
};

// Around the parts of an event, which all subscribers share.
const EVENTS = fromUtf8(',"events":');
const END = fromUtf8("}}");

class Session implements RpcSession {
  readonly #context: RpcContext;
  readonly #send: (text: JsonText) => boolean;
  /** The function that ends each subscription, by the canonical text of its query. */
  readonly #subscriptions = new Map<string, () => void>();

  constructor(context: RpcContext, send: (text: JsonText) => boolean) {
    this.#context = context;
    this.#send = send;
  }

  async receive(message: string): Promise<void> {
    let request: RpcRequest;
    try {
      request = readRequest(parseRequest(latin1(fromUtf8(message)), firstValue));
    } catch (thrown) {
      if (!(thrown instanceof ArgumentError)) throw thrown;
      this.#send(failureJson(undefined, Failure.parse, thrown.message));
      return;
    }
    const { id } = request;
    if (id === undefined) return;
    const text = this.#own(id, request) ?? (await this.#other(request));
    if (text !== undefined) this.#send(text);
  }

  close(): void {
    for (const end of this.#subscriptions.values()) end();
    this.#subscriptions.clear();
    clientsOf(this.#context).delete(this);
  }

  async #other(request: RpcRequest): Promise<JsonText | undefined> {
    try {
      return await answer(this.#context, request, Failure.internal);
    } catch (thrown) {
      this.#context.backend.onFault(thrown);
      return failureJson(request.id, Failure.internal, "internal error");
    }
  }

  /** The answer to a method that only a session has. */
  #own(id: RequestId, { method, params }: RpcRequest): string | undefined {
    const known = SOCKET_METHODS.get(method);
    if (known === undefined) return undefined;
    try {
      const query = jsonArguments(known, params).get("query");
      const text = typeof query === "string" ? query : "";
      if (method === "subscribe") this.#subscribe(id, text);
      else if (method === "unsubscribe") this.#unsubscribe(text);
      else this.#unsubscribeAll();
      return successJson(id, "{}");
    } catch (thrown) {
      if (thrown instanceof RpcError) return failureJson(id, Failure.internal, thrown.message);
      if (!(thrown instanceof ArgumentError)) throw thrown;
      return failureJson(id, Failure.internal, `error converting json params to arguments: ${thrown.message}`);
    }
  }

  #subscribe(id: RequestId, query: string): void {
    const all = clientsOf(this.#context);
    if (!all.has(this) && all.size >= MOST_CLIENTS)
      throw new RpcError(`max_subscription_clients ${MOST_CLIENTS} reached`);
    if (this.#subscriptions.size >= MOST_SUBSCRIPTIONS) {
      throw new RpcError(`max_subscriptions_per_client ${MOST_SUBSCRIPTIONS} reached`);
    }
    if (fromUtf8(query).length > MOST_QUERY) throw new RpcError("maximum query length exceeded");
    const conditions = conditionsOf(query);
    const key = formatQuery(conditions);
    if (this.#subscriptions.has(key)) throw new RpcError("already subscribed");
    const onCancel = (reason: string): void => {
      this.#drop(key);
      this.#send(failureJson(id, Failure.server, `subscription was canceled (reason: ${reason})`));
    };
    const before = fromUtf8(`${successHead(id)}{"query":${goJsonString(query)},"data":`);
    const onEvent = (event: RpcEvent): void => {
      if (!this.#send([before, event.data(), EVENTS, event.events(), END])) onCancel("slow client");
    };
    const end = this.#context.hub.subscribe(conditions, this, { onEvent, onCancel });
    this.#subscriptions.set(key, end);
    all.add(this);
  }

  #drop(key: string): boolean {
    const end = this.#subscriptions.get(key);
    end?.();
    this.#subscriptions.delete(key);
    if (this.#subscriptions.size === 0) clientsOf(this.#context).delete(this);
    return end !== undefined;
  }

  #unsubscribe(query: string): void {
    if (!this.#drop(formatQuery(conditionsOf(query)))) throw new RpcError("subscription not found");
  }

  #unsubscribeAll(): void {
    if (this.#subscriptions.size === 0) throw new RpcError("subscription not found");
    this.close();
  }
}

/**
 * One client of the WebSocket at `/websocket`. `send` returns false when the client is too slow for
 * a message: the subscription that sent it ends.
 */
export const createRpcSession = (context: RpcContext, send: (text: JsonText) => boolean): RpcSession =>
  new Session(context, send);
