import type { DescMessage, DescMethod, DescService, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { ValidatorUpdate } from "./application.ts";
import type { ReadCtx, WriteCtx } from "./ctx.ts";

/** One handler per rpc of a generated service. Leave one out and it does not compile. */
export type Handlers<S extends DescService, Ctx> = {
  readonly [M in keyof S["method"]]: (
    ctx: Ctx,
    request: MessageShape<S["method"][M]["input"]>,
  ) => MessageInitShape<S["method"][M]["output"]>;
};

/**
 * Checks that need no state, by the name of the rpc. They run before anything else looks at the transaction, in the
 * mempool too, and before a contract's message is routed (SDK HasValidateBasic).
 */
export type Checks<S extends DescService> = {
  readonly [M in keyof S["method"]]?: (request: MessageShape<S["method"][M]["input"]>) => void;
};

export interface Genesis<K, G extends DescMessage> {
  init(keeper: K, ctx: WriteCtx, genesis: MessageShape<G>): readonly ValidatorUpdate[] | undefined;
  export(keeper: K, ctx: ReadCtx): MessageInitShape<G>;
}

/** A chain module: what the kernel needs to know of it. Absent behaviour is an absent property. */
export interface Module<K, Needs, M extends DescService, Q extends DescService, G extends DescMessage> {
  readonly name: string;
  /** Consensus version. */
  readonly version: number;
  readonly proto: { readonly msg: M; readonly query: Q; readonly genesis: G };
  readonly keeper: (needs: Needs) => K;
  readonly msg: (keeper: K) => Handlers<M, WriteCtx>;
  readonly query: (keeper: K) => Handlers<Q, ReadCtx>;
  readonly checks?: Checks<M>;
  readonly genesis: Genesis<K, G>;
  readonly preBlock?: (keeper: K, ctx: WriteCtx) => void;
  readonly beginBlock?: (keeper: K, ctx: WriteCtx) => void;
  readonly endBlock?: (keeper: K, ctx: WriteCtx) => readonly ValidatorUpdate[] | undefined;
  readonly invariants?: Readonly<Record<string, (keeper: K, ctx: ReadCtx) => string | undefined>>;
}

/** Gives a module literal its types. */
export const defineModule = <K, Needs, M extends DescService, Q extends DescService, G extends DescMessage>(
  module: Module<K, Needs, M, Q, G>,
): Module<K, Needs, M, Q, G> => module;

export type { DescMethod };
