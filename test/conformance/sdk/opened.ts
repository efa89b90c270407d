// SPDX-License-Identifier: Apache-2.0
/** Sotto's application with the genesis of a vector, and with the rows that its blocks write. */
import { create } from "@bufbuild/protobuf";
import type { ChainDefinition, ChainQueries } from "@sotto/app";
import { toHex } from "@sotto/bytes";
import { encode } from "@sotto/codec";
import type { ValidatorSet } from "@sotto/comet";
import { listeningStore, openApplication } from "@sotto/contract-test/parts";
import {
  type AnyModule,
  type AppGenesis,
  type BlockResult,
  defineModule,
  type NetworkApplication,
  type ReadCtx,
  type TxResult,
  type ValidatorUpdate,
  type WriteCtx,
} from "@sotto/kernel";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import type { Changes, StateStore } from "@sotto/store";
import { migrateAll } from "@sotto/x-upgrade";
import { FIRST, isExcluded } from "./exclusions.ts";
import type { ReplayedChain } from "./program.ts";
import { hex, nanosOf, type Row, type Rows, type ScriptBlock, type SdkVector } from "./vector.ts";

/** Rows by store and key; undefined: removed. */
export type State = ReadonlyMap<string, ReadonlyMap<string, string | undefined>>;

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

/** The beginning of a vector's chain; its validators are those of the application's answer. */
export const genesisOf = ({ genesis, script }: SdkVector): AppGenesis => ({
  chainId: script.chain_id,
  time: nanosOf(genesis.genesis_time),
  initialHeight: Number(genesis.initial_height),
  appState: new Map(Object.entries(genesis.app_state).map(([name, part]) => [name, JSON.stringify(part)])),
  consensusParams: paramsOf(genesis),
  validators: [],
});

/** What one block did. */
export interface Ran {
  readonly results: readonly TxResult[];
  readonly events: TxResult["events"];
  readonly validatorUpdates: readonly ValidatorUpdate[];
  readonly consensusParams: Uint8Array | undefined;
  readonly appHash: Uint8Array;
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

export class VectorApp {
  readonly store: StateStore;
  readonly app: NetworkApplication;
  readonly queries: ChainQueries;
  readonly #handlers: ReplayedChain["handlers"];
  #genesis: Rows | undefined;
  #written: Rows = {};
  #corrected: State = new Map();

  /** Nothing runs before InitChain. `validators`: those that sign the first block. */
  constructor(
    { genesis, script }: SdkVector,
    { definition, stores, handlers }: ReplayedChain,
    { onTransaction, stateBefore }: Listeners,
    validators: ValidatorSet,
  ) {
    this.#handlers = handlers;
    handlers.clear();
    const wrapStore = (store: StateStore) =>
      listeningStore(store, (changes) => {
        this.#written = rowsOf(store, changes);
      });
    const watched = withFirst(definition, (ctx) => {
      this.#genesis ??= Object.fromEntries([...stores].map((name) => [name, shownRows(ctx.store(name))]));
      if (stateBefore !== undefined) this.#corrected = correct(ctx, stateBefore());
    });
    const opened = openApplication({
      chainId: script.chain_id,
      definition: watched,
      validators,
      initialHeight: Number(genesis.initial_height),
      wrapStore,
      onTransaction,
    });
    this.store = opened.store;
    this.app = opened.app;
    this.queries = opened.queries;
  }

  /** Rows after the genesis; before the first block there are none. */
  get genesisRows(): Rows {
    return this.#genesis ?? {};
  }

  /** Before a block: plans that the program knows from it on. */
  prepare(block: ScriptBlock): void {
    for (const name of block.upgrade_handlers ?? []) this.#handlers.set(name, migrateAll);
  }

  /** What the last committed block did. */
  ran(result: BlockResult): Ran {
    const { stores } = this.store.commitInfo(this.store.version);
    return {
      results: result.txResults,
      events: result.events,
      validatorUpdates: result.validatorUpdates,
      consensusParams: result.consensusParamUpdates,
      appHash: this.app.appHash,
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
