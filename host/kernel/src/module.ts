// SPDX-License-Identifier: Apache-2.0
import type { DescMessage, DescService, MessageInitShape } from "@bufbuild/protobuf";
import type { StreamedInit, StreamedShape } from "@sotto/codec/stream";
import type { StoreMount } from "@sotto/store";
import type { ValidatorUpdate } from "./application.ts";
import type { HookCtx, ReadCtx, WriteCtx } from "./ctx.ts";
import type { Frozen } from "./frozen.ts";
import type { Checks, Handlers } from "./handlers.ts";
import { type ServiceEntry, serve } from "./router.ts";
import type { GovernedOperation, Operation } from "./simulation.ts";

/** A service of a module: its declaration, and a function from the keeper to its handlers. */
export type ModuleService<K> =
  | {
      readonly kind: "messages";
      readonly service: DescService;
      readonly bind: (keeper: K) => ServiceEntry<WriteCtx>;
    }
  | {
      readonly kind: "queries";
      readonly service: DescService;
      readonly bind: (keeper: K) => ServiceEntry<ReadCtx>;
    };

/** A service whose rpcs are messages of transactions. */
export const serveMessages = <S extends DescService, K>(
  service: S,
  handlers: (keeper: K) => Handlers<S, WriteCtx>,
  checks: Checks<S> = {},
): ModuleService<K> => ({
  kind: "messages",
  service,
  bind: (keeper) => serve(service, handlers(keeper), checks),
});

/** A service whose rpcs are queries: its handlers cannot write. */
export const serveQueries = <S extends DescService, K>(
  service: S,
  handlers: (keeper: K) => Handlers<S, ReadCtx>,
): ModuleService<K> => ({ kind: "queries", service, bind: (keeper) => serve(service, handlers(keeper)) });

/**
 * A module's part of a genesis file. Its repeated fields are streams: only one element at a time is
 * in memory. A stream may be read several times, and its elements are in the order of the file.
 */
export interface Genesis<K, G extends DescMessage> {
  /** The value for a file without this part. */
  default(): MessageInitShape<G>;
  init(keeper: K, ctx: WriteCtx, genesis: StreamedShape<G>): readonly ValidatorUpdate[] | undefined;
  /**
   * Rows are read while they are written to the file, so the context must stay readable until the
   * end.
   */
  export(keeper: K, ctx: ReadCtx): Frozen<StreamedInit<G>>;
}

/** The same with its schema, without the schema's type. */
export interface GenesisPart<K> {
  readonly schema: DescMessage;
  default(): StreamedInit<DescMessage>;
  init(keeper: K, ctx: WriteCtx, genesis: StreamedShape<DescMessage>): readonly ValidatorUpdate[] | undefined;
  export(keeper: K, ctx: ReadCtx): StreamedInit<DescMessage>;
}

export const genesisOf = <K, G extends DescMessage>(schema: G, genesis: Genesis<K, G>): GenesisPart<K> => ({
  schema,
  // An array is a stream.
  default: () => genesis.default() as StreamedInit<DescMessage>,
  // The caller has read the message with this schema.
  init: (keeper, ctx, part) => genesis.init(keeper, ctx, part as StreamedShape<G>),
  // The caller writes the result to a file and never changes it.
  export: (keeper, ctx) => genesis.export(keeper, ctx) as StreamedInit<DescMessage>,
});

/** A permission for coins of a module's account (x/auth types, Permission). */
export type Permission = "minter" | "burner" | "staking";

/**
 * The whole declaration of a chain module. Absent behaviour is an absent property.
 */
export interface Module<K, Needs> {
  readonly name: string;
  /** Consensus version, to which the last of `migrations` leads. */
  readonly version: number;
  /**
   * Stores that it owns. A store with `from` is added by the block of that height: before, the
   * chain does not have the module (messages, queries, hooks, invariants); it begins with its
   * default genesis (SDK x/upgrade, StoreUpgrades.Added).
   */
  readonly stores?: readonly StoreMount[];
  /** Accounts that it owns, by name, with their permissions for coins. */
  readonly accounts?: Readonly<Record<string, readonly Permission[]>>;
  /** `Needs`: the parts of the chain that the module uses. */
  readonly keeper: (needs: Needs) => K;
  /** Any number: gov has four, vesting has no queries, params has no messages. */
  readonly services?: readonly ModuleService<K>[];
  readonly genesis?: GenesisPart<K>;
  /**
   * Runs first in a block, before any other code of the block. Its events have no mode (SDK baseapp
   * preBlock).
   */
  readonly preBlock?: (keeper: K, ctx: HookCtx) => void;
  readonly beginBlock?: (keeper: K, ctx: HookCtx) => void;
  readonly endBlock?: (keeper: K, ctx: HookCtx) => readonly ValidatorUpdate[] | undefined;
  /** By the consensus version from which a migration starts; each leads to the next version. */
  readonly migrations?: Readonly<Record<number, (keeper: K, ctx: WriteCtx) => void>>;
  /** By name; each returns a description of a contradiction in the state, or undefined. */
  readonly invariants?: Readonly<Record<string, (keeper: K, ctx: ReadCtx) => string | undefined>>;
  /** Loads random messages for the simulation. A node never calls it (ADR 79). */
  readonly operations?: () => PromiseLike<{
    readonly operations: readonly Operation[];
    readonly governed?: readonly GovernedOperation[];
  }>;
}

/**
 * A module whose keeper has an unknown type. Hazard: its functions take only the keeper that the
 * module itself made.
 */
export type AnyModule = Omit<Module<never, never>, "keeper"> & { readonly keeper: (needs: never) => unknown };

export type KeeperOf<M> = M extends { readonly keeper: (needs: never) => infer K } ? K : never;

/** Infers the types of a module literal. */
export const defineModule = <K, Needs>(module: Module<K, Needs>): Module<K, Needs> => module;
