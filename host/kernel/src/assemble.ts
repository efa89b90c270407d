// SPDX-License-Identifier: Apache-2.0
import { create, type DescService } from "@bufbuild/protobuf";
import type { TypeRegistry } from "@sotto/codec";
import {
  type JsonSource,
  jsonSource,
  messageStreamJson,
  readMessageStream,
  type StreamedShape,
} from "@sotto/codec/stream";
import { assert, ChainError, InvariantBroken, recoveredPanic } from "@sotto/errors";
import { NumberFault } from "@sotto/math";
import type { StoreMount } from "@sotto/store";
import type { ValidatorUpdate } from "./application.ts";
import type { ChainEvent, HookCtx, ReadCtx, WriteCtx } from "./ctx.ts";
import type { AnyModule, KeeperOf, Permission } from "./module.ts";
import { createRouter, type Router, type RouterNeeds, type ServiceEntry } from "./router.ts";

/** The modules of a chain by their names. */
export type Modules = Readonly<Record<string, AnyModule>>;

/** The keeper of each module. */
export type KeepersOf<M extends Modules> = { readonly [N in keyof M]: KeeperOf<M[N]> };

/**
 * For each phase the names of its modules, in order. A module that has a part in a phase must be in
 * its order.
 */
export interface Orders {
  readonly preBlock: readonly string[];
  readonly beginBlock: readonly string[];
  readonly endBlock: readonly string[];
  readonly initGenesis: readonly string[];
}

const storeName = (mount: StoreMount): string => (typeof mount === "string" ? mount : mount.name);

/**
 * All stores, sorted by name: they are leaves of one tree. Throws InvariantBroken when two modules
 * own the same store.
 */
export function storesOf(modules: Modules): readonly StoreMount[] {
  const mounts = Object.values(modules).flatMap(({ stores = [] }) => stores);
  assert(new Set(mounts.map(storeName)).size === mounts.length, "two modules own one store");
  return mounts.sort((a, b) => (storeName(a) < storeName(b) ? -1 : 1));
}

/**
 * Height of the first block that has a module, the lowest of its stores; 0 for a module of the
 * genesis and for one without stores. A later store of a module is only mounted later.
 */
export const firstHeight = ({ stores = [] }: AnyModule): number =>
  stores.length === 0 ? 0 : Math.min(...stores.map((mount) => (typeof mount === "string" ? 0 : mount.from)));

/**
 * The migrations of the first block of a new program version; they run before all else in the
 * block.
 */
export interface Upgrade {
  readonly height: number;
  /**
   * Consensus versions of modules before the upgrade. The upgrade migrates each module to its
   * current version.
   */
  readonly from: Readonly<Record<string, number>>;
}

/** The accounts that modules own. Throws InvariantBroken when two modules own the same account. */
export function accountsOf(modules: Modules): ReadonlyMap<string, readonly Permission[]> {
  const all = new Map<string, readonly Permission[]>();
  for (const { name, accounts = {} } of Object.values(modules)) {
    for (const [account, permissions] of Object.entries(accounts)) {
      assert(!all.has(account), `module ${name} owns the account ${account} of another module`);
      all.set(account, permissions);
    }
  }
  return all;
}

/** The query services, for code that runs no module and derives routes from declarations. */
export const queryServicesOf = (modules: Modules): readonly DescService[] =>
  Object.values(modules).flatMap(({ services = [] }: AnyModule) =>
    services.filter(({ kind }) => kind === "queries").map(({ service }) => service),
  );

/** Consensus version of each module, by its name (SDK module.VersionMap). */
export type ModuleVersions = ReadonlyMap<string, number>;

/** Versions of the modules that the chain has at a height. */
export function versionsOf(
  modules: Modules,
  height = Number.MAX_SAFE_INTEGER,
  upgrades: readonly Upgrade[] = [],
): ModuleVersions {
  const versions = new Map<string, number>();
  for (const module of Object.values(modules)) {
    if (firstHeight(module) <= height) versions.set(module.name, module.version);
  }
  const later = upgrades.filter((upgrade) => upgrade.height > height).sort((a, b) => b.height - a.height);
  for (const { from } of later) {
    for (const [name, version] of Object.entries(from)) if (versions.has(name)) versions.set(name, version);
  }
  return versions;
}

/**
 * The versions that a block changes, by its height: of modules that begin in it, and of those that
 * an upgrade migrates in it.
 */
export function versionChanges(
  modules: Modules,
  upgrades: readonly Upgrade[] = [],
): ReadonlyMap<number, ModuleVersions> {
  const changes = new Map<number, ModuleVersions>();
  const heights = [...Object.values(modules).map(firstHeight), ...upgrades.map(({ height }) => height)];
  for (const height of heights) {
    const before = versionsOf(modules, height - 1, upgrades);
    const after = versionsOf(modules, height, upgrades);
    const changed = [...after].filter(([name, version]) => before.get(name) !== version);
    if (changed.length > 0) changes.set(height, new Map(changed));
  }
  return changes;
}

export interface GenesisOptions {
  /** Height of the first block: modules that begin later have no part. Default: 1. */
  readonly initialHeight?: number;
  /** Called before each element is passed to its module, while no iteration is open. */
  readonly onElement?: () => void;
}

/** The behaviour of a chain that follows from its modules. */
export interface Assembly {
  readonly router: Router;
  /** Modules that have a part in the genesis file, in the order in which they read it. */
  readonly genesisParts: readonly string[];
  /**
   * Reads a module's part, or its default when there is no text. Returns the validators; at most
   * one module may set them. The text of a failure names the module, the element and its position.
   */
  initGenesis(
    ctx: WriteCtx,
    part: (name: string) => string | JsonSource | undefined,
    options?: GenesisOptions,
  ): readonly ValidatorUpdate[];
  /**
   * One module's part at a time, in the order of `genesisParts`, as pieces of text that follow each
   * other.
   */
  exportGenesis(ctx: ReadCtx): Iterable<readonly [name: string, json: Iterable<string>]>;
  /** The part of a module in a file for a new chain. */
  defaultGenesis(name: string): string;
  /**
   * Runs before all else in a block: modules that begin at its height get their default genesis,
   * others are migrated to their consensus version, in the order of their names with auth last (SDK
   * module.DefaultMigrationsOrder). Does nothing at most heights.
   */
  upgrade(ctx: WriteCtx): void;
  preBlock(ctx: HookCtx): void;
  beginBlock(ctx: HookCtx): void;
  /** Returns the changes of the validator set; at most one module may make them. */
  endBlock(ctx: HookCtx): readonly ValidatorUpdate[];
  /**
   * Migrates the state of a module from an older consensus version to the current one. Throws
   * InvariantBroken when a step is missing.
   */
  migrate(ctx: WriteCtx, name: string, from: number): void;
  /**
   * The migrations of an upgrade that governance planned: each module from its version in `from`
   * to the current one; a module that is not in `from` gets its default genesis. In the order of
   * names, auth last (SDK module.Manager RunMigrations). Returns the current versions.
   */
  runMigrations(ctx: WriteCtx, from: ModuleVersions): ModuleVersions;
  /**
   * Returns descriptions of contradictions in the state; empty for a valid state. `except`: names
   * of modules that are not asked.
   */
  brokenInvariants(ctx: ReadCtx, except?: readonly string[]): readonly string[];
}

export interface AssembleOptions extends RouterNeeds {
  /** At most one for each height. */
  readonly upgrades?: readonly Upgrade[];
}

/** A module with its keeper, which has type `never` because only the module knows its type. */
interface BoundModule {
  readonly module: AnyModule;
  readonly keeper: never;
}

/**
 * The modules of an order. Throws InvariantBroken for an unknown name, a repeated name and a
 * missing module.
 */
function inOrder(
  bound: ReadonlyMap<string, BoundModule>,
  what: keyof Orders,
  order: readonly string[],
): readonly BoundModule[] {
  const property = what === "initGenesis" ? "genesis" : what;
  assert(new Set(order).size === order.length, `a module is twice in the order ${what}`);
  for (const { module } of bound.values()) {
    const isLeftOut = module[property] !== undefined && !order.includes(module.name);
    assert(!isLeftOut, `module ${module.name} has something to do in ${what} and is not in its order`);
  }
  return order.flatMap((name) => {
    const found = bound.get(name);
    assert(found !== undefined, `the order ${what} names ${name}, which is not a module of this chain`);
    return found.module[property] === undefined ? [] : [found];
  });
}

/** The updates of the one module that has some (SDK types/module: a second one is an error). */
function onlyUpdates(all: readonly (readonly [string, readonly ValidatorUpdate[] | undefined])[]) {
  const given = all.filter(([, updates]) => updates !== undefined && updates.length > 0);
  assert(given.length < 2, `modules ${given.map(([name]) => name).join(" and ")} both change the validators`);
  return given[0]?.[1] ?? [];
}

function routerOf(bound: readonly BoundModule[], needs: RouterNeeds): Router {
  const messages: ServiceEntry<WriteCtx>[] = [];
  const queries: ServiceEntry<ReadCtx>[] = [];
  for (const { module, keeper } of bound) {
    const from = firstHeight(module);
    for (const service of module.services ?? []) {
      if (service.kind === "messages") messages.push({ ...service.bind(keeper), from });
      else queries.push({ ...service.bind(keeper), from });
    }
  }
  return createRouter(needs, messages, queries);
}

/** Passes a module its part of the file. */
function initPart(
  { module, keeper }: BoundModule,
  ctx: WriteCtx,
  text: string | JsonSource | undefined,
  { types, onElement }: { readonly types: TypeRegistry; readonly onElement?: (() => void) | undefined },
): readonly ValidatorUpdate[] | undefined {
  const { schema, default: fallback, init } = genesisPart(module);
  let place: () => string | undefined = () => undefined;
  try {
    // An array is a stream: a message with arrays has the type with streams.
    if (text === undefined) return init(keeper, ctx, create(schema, fallback()) as StreamedShape<typeof schema>);
    const source = typeof text === "string" ? jsonSource(text) : text;
    const stream = readMessageStream(schema, source, types, { onElement });
    ({ place } = stream);
    const updates = init(keeper, ctx, stream.message);
    stream.finish();
    return updates;
  } catch (thrown) {
    const fault = thrown instanceof NumberFault ? recoveredPanic(thrown.message, thrown) : thrown;
    if (!(fault instanceof ChainError)) throw thrown;
    const at = text === undefined ? "its defaults" : place();
    throw fault.wrap(`genesis of ${module.name}${at === undefined ? "" : `, ${at}`}`);
  }
}

function genesisPart({ name, genesis }: AnyModule) {
  if (genesis === undefined) throw new InvariantBroken(`module ${name} has no part in the genesis file`);
  return genesis;
}

const modulesAt = (bound: readonly BoundModule[], height: number): readonly BoundModule[] =>
  bound.filter(({ module }) => firstHeight(module) <= height);

function migrate(found: BoundModule | undefined, ctx: WriteCtx, name: string, from: number): void {
  assert(found !== undefined, `there is no module ${name} to migrate`);
  for (let version = from; version < found.module.version; version++) {
    const step = found.module.migrations?.[version];
    assert(step !== undefined, `module ${name} has no migration from version ${version}`);
    step(found.keeper, ctx);
  }
}

/** SDK module.DefaultMigrationsOrder: auth comes last, because others may change its accounts. */
const inMigrationOrder = (all: Iterable<BoundModule>): readonly BoundModule[] =>
  [...all].sort(({ module: { name: a } }, { module: { name: b } }) =>
    a === "auth" ? 1 : b === "auth" ? -1 : a < b ? -1 : 1,
  );

/**
 * Runs the migrations of a block's height (SDK module.Manager RunMigrations). Modules that begin at
 * or before `initialHeight` have read their part of the genesis file.
 */
function upgradeAll(
  ordered: readonly BoundModule[],
  ctx: WriteCtx,
  upgrades: readonly Upgrade[],
  initialHeight: number,
): void {
  const { height } = ctx.block;
  const from = upgrades.find((each) => each.height === height)?.from ?? {};
  for (const each of ordered) {
    const { name } = each.module;
    if (firstHeight(each.module) !== height || height <= initialHeight) {
      if (from[name] !== undefined) migrate(each, ctx, name, from[name]);
      continue;
    }
    assert(from[name] === undefined, `module ${name} begins at height ${height} and has no older version`);
    beginModule(each, ctx);
  }
}

/** Gives a module its default genesis, after the chain's own. */
function beginModule({ module: { name, genesis }, keeper }: BoundModule, ctx: WriteCtx): void {
  // An array is a stream: a message with arrays has the type with streams.
  const state = genesis && (create(genesis.schema, genesis.default()) as StreamedShape<typeof genesis.schema>);
  const updates = state && genesis.init(keeper, ctx, state);
  const { height } = ctx.block;
  assert((updates ?? []).length === 0, `module ${name} begins at height ${height} and changes the validators`);
}

/**
 * Joins modules and keepers in the order of `orders`. Throws InvariantBroken when they contradict
 * each other.
 */
export function assemble<M extends Modules>(
  modules: M,
  keepers: KeepersOf<M>,
  orders: Orders,
  needs: AssembleOptions,
): Assembly {
  const { types, upgrades = [] } = needs;
  const bound = new Map<string, BoundModule>();
  for (const [key, module] of Object.entries(modules)) {
    assert(!bound.has(module.name), `two modules have the name ${module.name}`);
    bound.set(module.name, { module, keeper: keepers[key as keyof M] as never });
  }
  const migrationOrder = inMigrationOrder(bound.values());
  const parts = inOrder(bound, "initGenesis", orders.initGenesis);
  /**
   * Height of the first block, after InitChain. A process that runs the first block has run
   * InitChain, because both are one commit; in another process all heights are above it.
   */
  let firstBlock = 0;
  const [pre, begin, end] = [
    inOrder(bound, "preBlock", orders.preBlock),
    inOrder(bound, "beginBlock", orders.beginBlock),
    inOrder(bound, "endBlock", orders.endBlock),
  ] as const;
  return {
    router: routerOf([...bound.values()], needs),
    genesisParts: parts.map(({ module }) => module.name),
    initGenesis(ctx, part, { initialHeight = 1, onElement } = {}) {
      firstBlock = initialHeight;
      return onlyUpdates(
        modulesAt(parts, initialHeight).map((each) => [
          each.module.name,
          initPart(each, ctx, part(each.module.name), { types, onElement }),
        ]),
      );
    },
    *exportGenesis(ctx) {
      for (const { module, keeper } of modulesAt(parts, ctx.block.height)) {
        const { schema, export: exported } = genesisPart(module);
        yield [module.name, messageStreamJson(schema, exported(keeper, ctx), types)];
      }
    },
    defaultGenesis(name) {
      const found = bound.get(name);
      assert(found !== undefined, `there is no module ${name}`);
      const { schema, default: fallback } = genesisPart(found.module);
      return [...messageStreamJson(schema, fallback(), types)].join("");
    },
    preBlock(ctx) {
      for (const { module, keeper } of modulesAt(pre, ctx.block.height)) module.preBlock?.(keeper, ctx);
    },
    beginBlock(ctx) {
      for (const { module, keeper } of modulesAt(begin, ctx.block.height)) module.beginBlock?.(keeper, ctx);
    },
    endBlock: (ctx) =>
      onlyUpdates(
        modulesAt(end, ctx.block.height).map(({ module, keeper }) => [module.name, module.endBlock?.(keeper, ctx)]),
      ),
    upgrade: (ctx) => upgradeAll(migrationOrder, ctx, upgrades, firstBlock),
    migrate: (ctx, name, from) => migrate(bound.get(name), ctx, name, from),
    runMigrations(ctx, from) {
      for (const each of modulesAt(migrationOrder, ctx.block.height)) {
        const { name } = each.module;
        const old = from.get(name);
        if (old !== undefined) migrate(each, ctx, name, old);
        // A module of this height has begun before all else in the block (`upgrade`).
        else if (firstHeight(each.module) !== ctx.block.height) beginModule(each, ctx);
      }
      return versionsOf(modules, ctx.block.height);
    },
    brokenInvariants: (ctx, except = []) =>
      modulesAt([...bound.values()], ctx.block.height).flatMap(({ module, keeper }) =>
        Object.entries(except.includes(module.name) ? {} : (module.invariants ?? {})).flatMap(([name, invariant]) => {
          const broken = invariant(keeper, ctx);
          return broken === undefined ? [] : [`${module.name}/${name}: ${broken}`];
        }),
      ),
  };
}

/**
 * Adds the attribute `mode` to the events of a block's begin or end (SDK baseapp beginBlock,
 * endBlock).
 */
export const withMode = (events: readonly ChainEvent[], mode: "BeginBlock" | "EndBlock"): readonly ChainEvent[] =>
  events.map(({ type, attributes }) => ({ type, attributes: [...attributes, ["mode", mode]] }));
