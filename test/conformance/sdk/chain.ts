// SPDX-License-Identifier: Apache-2.0
/**
 * Sotto's application over the genesis and the blocks of a vector of tools/sdkapp, with its written
 * rows.
 */
import { create } from "@bufbuild/protobuf";
import { type ChainDefinition, type ChainQueries, secretChain } from "@sotto/app";
import { toHex } from "@sotto/bytes";
import { encode } from "@sotto/codec";
import { listeningStore, openApplication } from "@sotto/contract-test/parts";
import {
  type AnyModule,
  type Application,
  defineModule,
  type Misbehavior,
  type Orders,
  type ReadCtx,
  storesOf,
  type TxResult,
  type ValidatorUpdate,
  type VoteInfo,
  type WriteCtx,
} from "@sotto/kernel";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import type { Changes, StateStore } from "@sotto/store";
import { migrateAll, type UpgradeHandler } from "@sotto/x-upgrade";
import { BlockMaker } from "../../support/blockMaker.ts";
import { FIRST, isExcluded, NOT_REPLAYED } from "./exclusions.ts";
import {
  base64,
  hex,
  nanosOf,
  type Row,
  type Rows,
  type ScriptBlock,
  type ScriptMisbehavior,
  type ScriptVote,
  type SdkVector,
  timeOf,
} from "./vector.ts";

/** The modules that live in a chain of the set `bank`, and those that the ante steps use. */
const BANK_SET: ReadonlySet<string> = new Set([
  ...["auth", "bank", "consensus", "circuit", "feegrant", "params", "compute", "register"],
]);

/** Rows by store and key; undefined: removed. */
export type State = ReadonlyMap<string, ReadonlyMap<string, string | undefined>>;

/** The program of the vectors: which modules live, and what it knows beside them. */
export interface ReplayedChain {
  readonly definition: ChainDefinition;
  /** Names of the modules of the definition. */
  readonly modules: ReadonlySet<string>;
  readonly stores: ReadonlySet<string>;
  /** Plans that the program knows; blocks of a script add to them. */
  readonly handlers: Map<string, UpgradeHandler>;
}

const inSet = (orders: Orders, names: ReadonlySet<string>): Orders => ({
  preBlock: orders.preBlock.filter((name) => names.has(name)),
  beginBlock: orders.beginBlock.filter((name) => names.has(name)),
  endBlock: orders.endBlock.filter((name) => names.has(name)),
  initGenesis: orders.initGenesis.filter((name) => names.has(name)),
});

/**
 * The chain that replays a vector. The keepers are those of all modules; hooks, messages, queries
 * and the genesis are those of the vector's set.
 */
export function chainOf(
  set: "bank" | undefined,
  without: ReadonlySet<string> = new Set(),
  base: ChainDefinition = secretChain,
): ReplayedChain {
  const all = Object.entries(base.modules);
  const living = all.filter(
    ([, { name }]) => !without.has(name) && (set === undefined ? !NOT_REPLAYED.has(name) : BANK_SET.has(name)),
  );
  const modules = new Set(living.map(([, { name }]) => name));
  const handlers = new Map<string, UpgradeHandler>();
  const definition: ChainDefinition = {
    ...base,
    upgradeHandlers: handlers,
    modules: Object.fromEntries(living),
    orders: inSet(base.orders, modules),
    keepers: (options, _modules, ...parts) => base.keepers(options, base.modules, ...parts),
  };
  const stores = storesOf(definition.modules).map((mount) => (typeof mount === "string" ? mount : mount.name));
  return { definition, modules, stores: new Set(stores), handlers };
}

function paramsOf({ consensus_params: params }: SdkVector["genesis"]): Uint8Array {
  const { block, evidence, validator, version, abci } = params;
  const age = BigInt(evidence.max_age_duration);
  const second = 1_000_000_000n;
  const message = create(ConsensusParamsSchema, {
    block: { maxBytes: BigInt(block.max_bytes), maxGas: BigInt(block.max_gas) },
    evidence: {
      maxAgeNumBlocks: BigInt(evidence.max_age_num_blocks),
      maxAgeDuration: { seconds: age / second, nanos: Number(age % second) },
      maxBytes: BigInt(evidence.max_bytes),
    },
    validator: { pubKeyTypes: [...validator.pub_key_types] },
    version: { app: BigInt(version.app) },
    abci: { voteExtensionsEnableHeight: BigInt(abci.vote_extensions_enable_height) },
  });
  return encode(ConsensusParamsSchema, message);
}

const voteOf = ({ address, power, flag }: ScriptVote): VoteInfo => ({
  address: hex(address),
  power: BigInt(power),
  flag,
});

const misbehaviorOf = (each: ScriptMisbehavior): Misbehavior => ({
  type: each.type === "duplicate_vote" ? "duplicateVote" : "lightClientAttack",
  address: hex(each.address),
  power: BigInt(each.power),
  height: each.height,
  time: nanosOf(each.time),
  totalVotingPower: BigInt(each.total_power),
});

/** What one block did. */
export interface Ran {
  readonly results: readonly TxResult[];
  readonly events: TxResult["events"];
  readonly validatorUpdates: readonly ValidatorUpdate[];
  readonly consensusParams: Uint8Array | undefined;
  readonly written: Rows;
  /** Rows that were made equal to the SDK's before the block; they are in `written`, too. */
  readonly corrected: State;
  /** Hashes by store. */
  readonly roots: ReadonlyMap<string, string>;
}

export interface Listeners {
  /** Called before each transaction of a block. */
  readonly onTransaction: (index: number) => void;
  /** The rows that each block must find, whatever the blocks before it wrote. */
  readonly stateBefore?: (() => State) | undefined;
}

export class SdkChain {
  readonly store: StateStore;
  readonly queries: ChainQueries;
  readonly #app: Application;
  readonly #maker: BlockMaker;
  readonly #vector: SdkVector;
  readonly #handlers: Map<string, UpgradeHandler>;
  #genesis: Rows | undefined;
  #written: Rows = {};
  #corrected: State = new Map();

  /** Nothing runs before `start`. */
  constructor(
    vector: SdkVector,
    { definition, stores, handlers }: ReplayedChain,
    { onTransaction, stateBefore }: Listeners,
  ) {
    const { chain_id: chainId } = vector.script;
    this.#vector = vector;
    this.#handlers = handlers;
    const initialHeight = Number(vector.genesis.initial_height);
    this.#maker = new BlockMaker(chainId, initialHeight);
    const wrapStore = (store: StateStore) =>
      listeningStore(store, (changes) => {
        this.#written = rowsOf(store, changes);
      });
    const watched = withFirst(definition, (ctx) => {
      this.#genesis ??= Object.fromEntries([...stores].map((name) => [name, shownRows(ctx.store(name))]));
      if (stateBefore !== undefined) this.#corrected = correct(ctx, stateBefore());
    });
    const { validators } = this.#maker;
    const opened = openApplication({
      chainId,
      definition: watched,
      validators,
      initialHeight,
      wrapStore,
      onTransaction,
    });
    this.store = opened.store;
    this.#app = opened.app;
    this.queries = opened.queries;
  }

  /** Reads the genesis. Returns its validators. */
  start(): readonly ValidatorUpdate[] {
    const { genesis, script } = this.#vector;
    const { appHash, validators } = this.#app.initChain({
      chainId: script.chain_id,
      time: nanosOf(genesis.genesis_time),
      initialHeight: Number(genesis.initial_height),
      appState: new Map(Object.entries(genesis.app_state).map(([name, part]) => [name, JSON.stringify(part)])),
      consensusParams: paramsOf(genesis),
      validators: [],
    });
    this.#maker.start(appHash);
    return validators;
  }

  /** Rows after the genesis, before the first block. */
  get genesisRows(): Rows {
    return this.#genesis ?? {};
  }

  /**
   * Executes and commits the next block of the script. The enclave gets a proof of this chain's own
   * validator; the modules see the votes and faults of the script.
   */
  run(block: ScriptBlock): Ran {
    for (const name of block.upgrade_handlers ?? []) this.#handlers.set(name, migrateAll);
    const header = { time: timeOf(block.time) };
    const decided = this.#maker.make(
      block.txs.map(({ tx }) => base64(tx)),
      { header },
    );
    const result = this.#app.finalizeBlock({
      ...decided,
      hash: hex(block.hash),
      proposer: hex(block.proposer),
      nextValidatorsHash: hex(block.next_validators_hash),
      lastCommit: { round: 0, votes: block.votes.map(voteOf) },
      misbehavior: (block.misbehavior ?? []).map(misbehaviorOf),
    });
    const appHash = this.#app.commit();
    this.#maker.accept(decided, result.txResults, appHash);
    const { stores } = this.store.commitInfo(this.store.version);
    return {
      results: result.txResults,
      events: result.events,
      validatorUpdates: result.validatorUpdates,
      consensusParams: result.consensusParamUpdates,
      written: this.#written,
      corrected: this.#corrected,
      roots: new Map(stores.map(({ name, hash }) => [name, toHex(hash)])),
    };
  }

  rows(name: string): readonly Row[] {
    const snapshot = this.store.snapshot();
    try {
      return shownRows(snapshot.store(name));
    } finally {
      snapshot.close();
    }
  }

  close(): void {
    this.store.close();
  }
}

const shownRows = (store: ReturnType<ReadCtx["store"]>) =>
  Array.from(store.iterate(undefined, undefined), ([key, value]) => [toHex(key), toHex(value)] as const);

/** The definition with a module that runs before all other code of a block. */
function withFirst(definition: ChainDefinition, run: (ctx: WriteCtx) => void): ChainDefinition {
  const first: AnyModule = defineModule({
    name: FIRST,
    version: 1,
    keeper: () => undefined,
    preBlock: (_keeper, ctx) => run(ctx),
  });
  return {
    ...definition,
    modules: { ...definition.modules, [FIRST]: first },
    orders: { ...definition.orders, preBlock: [FIRST, ...definition.orders.preBlock] },
    keepers: (...args) => ({ ...definition.keepers(...args), [FIRST]: undefined }),
  };
}

/** Makes the rows of the wanted stores equal to the wanted ones. Returns what it changed. */
function correct(ctx: WriteCtx, wanted: State): State {
  const changed = new Map<string, Map<string, string | undefined>>();
  for (const [name, rows] of wanted) {
    const store = ctx.store(name);
    const before = new Map(shownRows(store));
    const changes = new Map<string, string | undefined>();
    for (const key of new Set([...before.keys(), ...rows.keys()])) {
      if (!isExcluded(name, key, rows.get(key)) && before.get(key) !== rows.get(key)) changes.set(key, rows.get(key));
    }
    for (const [key, value] of changes) {
      if (value === undefined) store.delete(hex(key));
      else store.set(hex(key), hex(value));
    }
    changed.set(name, changes);
  }
  return changed;
}

/**
 * Written rows, including rewrites of an equal value, without removals of absent rows, which have
 * no effect.
 */
function rowsOf(store: StateStore, changes: Changes): Rows {
  const before = store.snapshot();
  try {
    return Object.fromEntries(
      Array.from(changes, ([name, list]) => {
        const rows: Row[] = [];
        for (const [key, value] of list) {
          if (value !== undefined) rows.push([toHex(key), toHex(value)]);
          else if (before.store(name).has(key)) rows.push([toHex(key)]);
        }
        return [name, rows];
      }),
    );
  } finally {
    before.close();
  }
}
