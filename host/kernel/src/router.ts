// SPDX-License-Identifier: Apache-2.0
import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  getOption,
  hasOption,
  type Message,
  type MessageInitShape,
} from "@bufbuild/protobuf";
import { decode, encode, type TypeRegistry } from "@sotto/codec";
import { InvariantBroken, recoveredPanic, SdkError } from "@sotto/errors";
import { type HttpRule, http } from "@sotto/proto/google.api";
import { chainTypes, type PackedAny } from "@sotto/tx";
import { type AccountMessage, type Execution, executeMessage, openMessage } from "./accountMessage.ts";
import type { ReadCtx, WriteCtx } from "./ctx.ts";
import type { Checks, Handlers, MsgRoute } from "./handlers.ts";

export interface RestBinding {
  readonly verb: "get" | "post" | "put" | "delete" | "patch";
  /** Template of google.api.http, e.g. `/cosmos/bank/v1beta1/balances/{address}`. */
  readonly template: string;
  /** `*` or a field name when the body carries (part of) the request; else empty. */
  readonly body: string;
}

/** One query, for every endpoint of the node: gRPC and ABCI by path, REST by template. */
export interface QueryRoute {
  /** `/cosmos.bank.v1beta1.Query/Balance` */
  readonly path: string;
  readonly method: DescMethod;
  readonly rest: readonly RestBinding[];
  /** Height of the first block that has the module. */
  readonly from: number;
  /**
   * Throws ChainError; `undefined/111222` at a version before the module: the SDK reads a store
   * that does not exist.
   */
  readonly call: (ctx: ReadCtx, request: Uint8Array) => Uint8Array;
}

export interface Router {
  readonly messages: ReadonlyMap<string, MsgRoute>;
  readonly queries: ReadonlyMap<string, QueryRoute>;
  /**
   * Throws sdk/6 for a type without a handler in blocks of that height; before its module, a type
   * that the network's registry does not have is unknown: sdk/2.
   */
  must(typeUrl: string, height: number): MsgRoute;
  /**
   * A message that does not come from a transaction's list, in a block of that height; without a
   * route before its module. Throws as `openMessage`, and sdk/2 as `must`.
   */
  open(packed: PackedAny, height: number): AccountMessage;
  /** Runs a message in the name of an account; see `executeMessage`. */
  execute(ctx: WriteCtx, message: AccountMessage, signer: Uint8Array): Execution;
}

/** A service with its handlers, without the types of its messages. */
export interface ServiceEntry<Ctx> {
  readonly service: DescService;
  readonly handlers: Readonly<Record<string, (ctx: Ctx, request: never) => MessageInitShape<DescMessage>>>;
  readonly checks: Readonly<Record<string, ((request: never) => void) | undefined>>;
  /** Height of the first block that has the service; 0 by default. */
  readonly from?: number;
}

/** Pairs a service with its handlers; the compiler checks that none is missing. */
export const serve = <S extends DescService, Ctx>(
  service: S,
  handlers: Handlers<S, Ctx>,
  checks: Checks<S> = {},
): ServiceEntry<Ctx> => ({
  service,
  // Both map methods of S; the router looks methods up by the names that S itself lists.
  handlers: handlers as unknown as ServiceEntry<Ctx>["handlers"],
  checks: checks as unknown as ServiceEntry<Ctx>["checks"],
});

/** Most bytes of the answer to a client's query, 32 MiB. Limit of Sotto (ADR 103). */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

const VERBS = ["get", "post", "put", "delete", "patch"] as const;

function bindingsOf(rule: HttpRule): RestBinding[] {
  const out: RestBinding[] = [];
  for (const each of [rule, ...rule.additionalBindings]) {
    const verb = VERBS.find((name) => name === each.pattern.case);
    if (verb !== undefined && typeof each.pattern.value === "string") {
      out.push({ verb, template: each.pattern.value, body: each.body });
    }
  }
  return out;
}

const handlerOf = <Ctx>(entry: ServiceEntry<Ctx>, method: DescMethod) => {
  const handler = entry.handlers[method.localName];
  if (handler === undefined) throw new InvariantBroken(`${entry.service.typeName}.${method.name} has no handler`);
  // The router passes a handler only messages of its method's input type.
  return handler as (ctx: Ctx, request: Message) => MessageInitShape<DescMessage>;
};

/**
 * Templates by method: reading an option takes 20 us, and a chain in a process makes many routers.
 */
const knownBindings = new WeakMap<DescMethod, readonly RestBinding[]>();

/** The REST templates of one method, from its google.api.http option. */
export function restBindings(method: DescMethod): readonly RestBinding[] {
  const known = knownBindings.get(method);
  if (known !== undefined) return known;
  const found = hasOption(method, http) ? bindingsOf(getOption(method, http)) : [];
  knownBindings.set(method, found);
  return found;
}

/**
 * Go's error text for a read of a store that a version does not have (rootmulti
 * CacheMultiStoreWithVersion returns no store).
 */
const NIL_STORE = "runtime error: invalid memory address or nil pointer dereference";

/**
 * Derives the routes of one query service: the path, the REST templates, bytes in and bytes out.
 */
export function queryRoutes(entry: ServiceEntry<ReadCtx>): QueryRoute[] {
  const { from = 0 } = entry;
  return entry.service.methods.map((method) => {
    const handle = handlerOf(entry, method);
    return {
      path: `/${entry.service.typeName}/${method.name}`,
      method,
      rest: restBindings(method),
      from,
      call(ctx, request) {
        if (from > ctx.block.height) throw recoveredPanic(NIL_STORE);
        const answer = encode(method.output, create(method.output, handle(ctx, decode(method.input, request))));
        if (ctx.mode === "query" && answer.length > MAX_ANSWER_BYTES) {
          const size = `the answer has ${answer.length} bytes, more than ${MAX_ANSWER_BYTES}`;
          throw SdkError.invalidRequest(`${size}: ask for less, with a smaller limit of the page if it has one`);
        }
        return answer;
      },
    };
  });
}

/** The parts of the chain that the router uses. */
export interface RouterNeeds {
  /**
   * Called before each message, of transactions and of modules. Throws for a disabled type.
   */
  readonly assertExecutable: (ctx: WriteCtx, typeUrl: string) => void;
  /** Types that an Any may contain. */
  readonly types: TypeRegistry;
}

/** Collects the services of all modules. */
export function createRouter(
  { assertExecutable, types }: RouterNeeds,
  messageServices: readonly ServiceEntry<WriteCtx>[],
  queryServices: readonly ServiceEntry<ReadCtx>[],
): Router {
  const messages = new Map<string, MsgRoute>();
  for (const entry of messageServices) {
    for (const method of entry.service.methods) {
      const typeUrl = `/${method.input.typeName}`;
      const handle = handlerOf(entry, method);
      messages.set(typeUrl, {
        typeUrl,
        input: method.input,
        output: method.output,
        from: entry.from ?? 0,
        handle(ctx, message) {
          assertExecutable(ctx, typeUrl);
          return handle(ctx, message);
        },
        // As for handlers: only messages of the method's input type come here.
        check: entry.checks[method.localName] as MsgRoute["check"],
      });
    }
  }
  const queries = new Map<string, QueryRoute>();
  for (const entry of queryServices) for (const route of queryRoutes(entry)) queries.set(route.path, route);
  /**
   * Blocks before a module must have the results of the program that made them. That program knew
   * the types of the network's registry, without a handler, and no others (ADR 77).
   */
  const routeAt = (typeUrl: string, height: number): MsgRoute | undefined => {
    const route = messages.get(typeUrl);
    if (route === undefined || route.from <= height) return route;
    if (chainTypes.getMessage(typeUrl.slice(1)) !== undefined) return undefined;
    throw SdkError.txDecode(`unable to resolve type URL ${typeUrl.slice(0, 128)}`);
  };
  return {
    messages,
    queries,
    must(typeUrl, height) {
      const route = routeAt(typeUrl, height);
      if (route === undefined) throw SdkError.unknownRequest(`no message handler found for ${typeUrl}`);
      return route;
    },
    open(packed, height) {
      return openMessage(packed, types, routeAt(packed.typeUrl, height));
    },
    execute: executeMessage,
  };
}
