import type { DescMessage, DescService, MessageInitShape } from "@bufbuild/protobuf";
import type { StreamedInit, StreamedShape } from "@sotto/codec/stream";
import type { StoreMount } from "@sotto/store";
import type { ValidatorUpdate } from "./application.ts";
import type { HookCtx, ReadCtx, WriteCtx } from "./ctx.ts";
import type { Frozen } from "./frozen.ts";
import type { Checks, Handlers } from "./handlers.ts";
import { type ServiceEntry, serve } from "./router.ts";
import type { Operation } from "./simulation.ts";

/** A service of a module: its declaration, and what answers it once the keeper is there. */
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
 * A module's part of a genesis file. Its repeated fields are streams: one element at a time is in
 * memory, however many there are. Each may be walked through as often as needed, and its elements
 * are in the order of the file.
 */
export interface Genesis<K, G extends DescMessage> {
  /** What a file without this part means. */
  default(): MessageInitShape<G>;
  init(keeper: K, ctx: WriteCtx, genesis: StreamedShape<G>): readonly ValidatorUpdate[] | undefined;
  /**
   * Rows are read while they are written to the file, so the context must stay readable until the
   * end.
   */
  export(keeper: K, ctx: ReadCtx): Frozen<StreamedInit<G>>;
}

/** The same with its schema, whose type is forgotten. */
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
  // What is made of it is written, never changed.
  export: (keeper, ctx) => genesis.export(keeper, ctx) as StreamedInit<DescMessage>,
});

/** What the account of a module may do with coins (x/auth types, Permission). */
export type Permission = "minter" | "burner" | "staking";

/**
 * A chain module says everything about itself here, once. Absent behaviour is an absent property.
 */
export interface Module<K, Needs> {
  readonly name: string;
  /** Consensus version: the last of `migrations` leads to it. */
  readonly version: number;
  /**
   * Stores that it owns. One with `from` is added by the block of that height: the module is no
   * part of the chain before, for messages, queries, hooks and invariants, and begins with its
   * default genesis (SDK x/upgrade, StoreUpgrades.Added).
   */
  readonly stores?: readonly StoreMount[];
  /** Accounts that it owns, by name, and what each may do with coins. */
  readonly accounts?: Readonly<Record<string, readonly Permission[]>>;
  /** `Needs`: all that it asks of the rest of the chain. */
  readonly keeper: (needs: Needs) => K;
  /** Any number: gov has four, vesting has no queries, params has no messages. */
  readonly services?: readonly ModuleService<K>[];
  readonly genesis?: GenesisPart<K>;
  /**
   * Runs first in a block, before anything is read of it. Its events have no mode (SDK baseapp
   * preBlock).
   */
  readonly preBlock?: (keeper: K, ctx: HookCtx) => void;
  readonly beginBlock?: (keeper: K, ctx: HookCtx) => void;
  readonly endBlock?: (keeper: K, ctx: HookCtx) => readonly ValidatorUpdate[] | undefined;
  /** By the consensus version that they start from: each leads to the next one. */
  readonly migrations?: Readonly<Record<number, (keeper: K, ctx: WriteCtx) => void>>;
  /** By name; each answers what contradicts itself in the state. */
  readonly invariants?: Readonly<Record<string, (keeper: K, ctx: ReadCtx) => string | undefined>>;
  /** Loads random messages for the simulation. A node never calls it (ADR 79). */
  readonly operations?: () => PromiseLike<{ readonly operations: readonly Operation[] }>;
}

/**
 * A module whose keeper has an unknown type. Hazard: its functions take only the keeper that the
 * module itself made.
 */
export type AnyModule = Omit<Module<never, never>, "keeper"> & { readonly keeper: (needs: never) => unknown };

export type KeeperOf<M> = M extends { readonly keeper: (needs: never) => infer K } ? K : never;

/** Gives a module literal its types. */
export const defineModule = <K, Needs>(module: Module<K, Needs>): Module<K, Needs> => module;
