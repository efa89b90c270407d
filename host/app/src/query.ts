// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { decode, encode } from "@sotto/codec";
import { ChainError, OutOfGas, recoveredPanic, SdkError } from "@sotto/errors";
import {
  abciError,
  assertQueryHeight,
  Branch,
  createCtx,
  GasMeter,
  isPanic,
  NO_LIMIT,
  type PendingRow,
  type QueryApplication,
  type QueryRequest,
  type QueryResult,
  type QueryRoute,
  type ReadCtx,
  runTx,
  storesOf,
  type TxResult,
} from "@sotto/kernel";
import { NumberFault } from "@sotto/math";
import { SimulateRequestSchema, SimulateResponseSchema, TxSchema } from "@sotto/proto/cosmos.tx.v1beta1";
import type { Snapshot } from "@sotto/store";
import { abciPaths, simulationOf } from "./abciPaths.ts";
import { timeOf } from "./application.ts";
import { type ChainDefinition, type ChainOptions, createChain } from "./chain.ts";
import { applyPending } from "./check.ts";
import { secretChain } from "./secretChain.ts";
import { VERSION } from "./version.ts";

const SIMULATE_PATH = "/cosmos.tx.v1beta1.Service/Simulate";
const EMPTY = new Uint8Array(0);

/**
 * Gas that must remain after a trial for its answer to be valid: a nested query gets the remaining
 * gas in whole units, so a nested query that runs out of gas leaves at most a unit for each level,
 * and there are at most ten levels.
 */
const TRIAL_REST = 100;

/**
 * Most SDK gas of a client's query, for what no page bounds: lists without pages, totals, offsets,
 * sums over rows. It is a million rows of the shortest kind. Limit of Sotto (ADR 103), as the SDK's
 * `query-gas-limit`. Hazard: the rows of a list without pages are in memory at once, up to 10 bytes
 * for each gas, and a query thread that fills its memory stops the node.
 */
const QUERY_GAS = 50_000_000;

/**
 * At an older height a row is found in the tree: a read takes about five times as long as in the
 * latest version (two cores, Node 20). A trial there has so much less gas.
 */
const OLDER = 5;

/** A trial has used its gas: its answer with more gas is not known. */
export class TrialOver extends Error {}

export interface ChainQueries extends QueryApplication {
  /** Every query of the chain, for the endpoints of the node. */
  readonly routes: ReadonlyMap<string, QueryRoute>;
  /**
   * Runs a route at a height (0: the latest). Throws ChainError, sdk/11 beyond the gas of a query.
   * `trial`: as in `query`.
   */
  run(
    route: QueryRoute,
    request: Uint8Array,
    height: number,
    trial?: number,
  ): { readonly value: Uint8Array; readonly height: number };
  /**
   * `trial`: SDK gas after which the query ends with TrialOver, at an older height a part of it;
   * with less gas the answer is the same as without a trial.
   */
  query(request: QueryRequest, pending?: readonly PendingRow[], trial?: number): QueryResult;
  /** `trial`: as in `query`. */
  simulate(tx: Uint8Array, pending?: readonly PendingRow[], trial?: number): TxResult;
  /** Descriptions of contradictions in the state; empty for a valid state. */
  brokenInvariants(): readonly string[];
  /**
   * The state after a height (0: the latest) as parts of a genesis file, one module after the
   * other: pieces of text, to be read before the next module is requested. Rows are read when the
   * pieces are read; they are not collected.
   */
  exportGenesis(height?: number): Iterable<readonly [name: string, json: Iterable<string>]>;
}

/** Reads over committed snapshots, for a query thread. */
export function createQueryApplication(options: ChainOptions, definition: ChainDefinition = secretChain): ChainQueries {
  const { store, chainId } = options;
  const chain = createChain(options, definition);

  /** The state that a query sees (baseapp CreateQueryContext). */
  function snapshotAt(height: number): Snapshot {
    store.refresh();
    if (height === 0) return store.snapshot();
    try {
      return store.snapshot(height);
    } catch (thrown) {
      if (!(thrown instanceof ChainError)) throw thrown;
      const { message } = thrown;
      throw SdkError.invalidRequest(
        `failed to load state at height ${height}; ${message} (latest height: ${store.version})`,
        thrown,
      );
    }
  }

  /** A context over a version, and the branch that it writes to. */
  function contextOver(snapshot: Snapshot, gas: GasMeter) {
    const branch = new Branch(snapshot);
    const block = { chainId, height: snapshot.version, time: timeOf(store, snapshot.version) };
    return { ctx: createCtx({ mode: "query", block, gas, branch }), branch };
  }

  /** Runs with a context over one version; its writes are dropped. */
  function at<T>(
    height: number,
    gas: GasMeter,
    read: (ctx: ReadCtx, branch: Branch) => T,
  ): { readonly result: T; readonly height: number } {
    const snapshot = snapshotAt(height);
    try {
      const { ctx, branch } = contextOver(snapshot, gas);
      return { result: read(ctx, branch), height: snapshot.version };
    } finally {
      snapshot.close();
    }
  }

  /** Reads at a height with the gas of a client's query. */
  function metered<T>(height: number, given: number | undefined, read: (gas: GasMeter) => T): T {
    const isOlder = height !== 0 && height < store.version;
    const trial = given === undefined ? NO_LIMIT : Math.floor(given / (isOlder ? OLDER : 1));
    const gas = new GasMeter(Math.min(trial, QUERY_GAS));
    try {
      const result = read(gas);
      assertFinished(gas.consumed, trial);
      return result;
    } catch (thrown) {
      assertFinished(gas.consumed, trial);
      throw failureOf(thrown) ?? thrown;
    }
  }

  function run(route: QueryRoute, request: Uint8Array, height: number, trial?: number) {
    const { result, height: seen } = metered(height, trial, (gas) =>
      at(height, gas, (ctx) => route.call(ctx, request)),
    );
    return { value: result, height: seen };
  }

  function simulate(tx: Uint8Array, pending: readonly PendingRow[] = [], trial = NO_LIMIT): TxResult {
    const blockMeter = new GasMeter(NO_LIMIT);
    const { result } = at(0, new GasMeter(NO_LIMIT), ({ block }, branch) => {
      applyPending(branch, pending);
      return runTx(chain.runner, { mode: "simulate", block, branch, index: -1, blockMeter, gasLimit: trial }, tx);
    });
    assertFinished(Number(result.gasUsed), trial);
    return result;
  }

  function simulateQuery(data: Uint8Array, pending: readonly PendingRow[], trial?: number): Uint8Array {
    const { txBytes, tx } = decode(SimulateRequestSchema, data);
    const result = simulate(txBytes.length > 0 || tx === undefined ? txBytes : encode(TxSchema, tx), pending, trial);
    if (result.code !== 0) throw SdkError.unknownRequest(`${result.log} with gas used: '${result.gasUsed}'`);
    const { gasInfo, result: parts } = simulationOf(result);
    return encode(
      SimulateResponseSchema,
      create(SimulateResponseSchema, { ...(gasInfo && { gasInfo }), ...(parts && { result: parts }) }),
    );
  }

  const paths = abciPaths({
    version: VERSION,
    stores: storesOf(definition.modules),
    store,
    read: (height, name, trial, read) =>
      metered(height, trial, (gas) => at(height, gas, (ctx) => read(ctx.store(name))).result),
    simulate,
  });

  /** A gRPC route; undefined for other paths. */
  function routed(
    { path, data, height, prove }: QueryRequest,
    pending: readonly PendingRow[],
    trial: number | undefined,
  ): QueryResult | undefined {
    const route = chain.router.queries.get(path);
    if (route === undefined && path !== SIMULATE_PATH) return undefined;
    store.refresh();
    assertQueryHeight(height, store.version, prove);
    try {
      const value = route === undefined ? simulateQuery(data, pending, trial) : run(route, data, height, trial).value;
      return { ...OK, value, height: height === 0 ? store.version : height };
    } catch (thrown) {
      // Compat: the answer to a panic has no height (SDK baseapp/abci.go Query).
      if (!(thrown instanceof ChainError) || isPanic(thrown)) throw thrown;
      return { ...failed(abciError(thrown)), height: height === 0 ? store.version : height };
    }
  }

  return {
    routes: chain.router.queries,
    run,
    simulate,
    *exportGenesis(height = 0) {
      const snapshot = snapshotAt(height);
      try {
        yield* chain.exportGenesis(contextOver(snapshot, new GasMeter(NO_LIMIT)).ctx);
      } finally {
        snapshot.close();
      }
    },
    brokenInvariants: () => at(0, new GasMeter(NO_LIMIT), (ctx) => chain.brokenInvariants(ctx)).result,
    query(request, pending = [], trial = undefined) {
      try {
        return routed(request, pending, trial) ?? paths(request, pending, trial);
      } catch (thrown) {
        if (!(thrown instanceof ChainError)) throw thrown;
        return failed(thrown);
      }
    },
  };
}

/**
 * The failure of the query that a thrown value means; undefined for other values. The SDK recovers
 * its panics (SDK baseapp/abci.go Query).
 */
function failureOf(thrown: unknown): ChainError | undefined {
  if (thrown instanceof OutOfGas) {
    const remedy = "ask for pages by key, with a limit and without a total, or with a narrower filter";
    return SdkError.outOfGas(`the query reads too many rows (${thrown.message}); ${remedy}`, thrown);
  }
  return thrown instanceof NumberFault ? recoveredPanic(thrown.message, thrown) : undefined;
}

const OK: QueryResult = { code: 0, codespace: "", log: "", key: EMPTY, value: EMPTY, ops: [], height: 0 };

/** Throws TrialOver when too little of a trial's gas remains. */
function assertFinished(used: number, trial: number): void {
  if (trial !== NO_LIMIT && used > trial - TRIAL_REST) throw new TrialOver();
}

const failed = ({ code, codespace, message }: ChainError): QueryResult => ({ ...OK, code, codespace, log: message });
