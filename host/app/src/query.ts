import { create } from "@bufbuild/protobuf";
import { fromUtf8 } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { ChainError, OutOfGas, SdkError } from "@sotto/errors";
import {
  Branch,
  createCtx,
  GasMeter,
  NO_LIMIT,
  type QueryApplication,
  type QueryRequest,
  type QueryResult,
  type QueryRoute,
  type ReadCtx,
  runTx,
  type TxResult,
} from "@sotto/kernel";
import { SimulateRequestSchema, SimulateResponseSchema, TxSchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { latestTime } from "./application.ts";
import { type ChainOptions, createChain, STORES } from "./chain.ts";

const SIMULATE_PATH = "/cosmos.tx.v1beta1.Service/Simulate";
const EMPTY = new Uint8Array(0);

export interface ChainQueries extends QueryApplication {
  /** Every query of the chain, for the doors of the node. */
  readonly routes: ReadonlyMap<string, QueryRoute>;
  /** Runs a route at a height (0: the latest). Throws ChainError. */
  run(route: QueryRoute, request: Uint8Array, height: number): { readonly value: Uint8Array; readonly height: number };
  /** Names state rows that contradict each other; empty when all is well. */
  brokenInvariants(): readonly string[];
}

/** Reads over committed snapshots: a query thread's. */
export function createQueryApplication(options: ChainOptions): ChainQueries {
  const { store, chainId } = options;
  const chain = createChain(options);

  /** Runs with a context over one version; nothing of it is kept. */
  function at<T>(
    height: number,
    read: (ctx: ReadCtx, branch: Branch) => T,
  ): { readonly result: T; readonly height: number } {
    store.refresh();
    const snapshot = height === 0 ? store.snapshot() : store.snapshot(height);
    try {
      const branch = new Branch(snapshot);
      const block = { chainId, height: snapshot.version, time: latestTime(options) };
      const ctx = createCtx({ mode: "query", block, gas: new GasMeter(NO_LIMIT), branch });
      return { result: read(ctx, branch), height: snapshot.version };
    } finally {
      snapshot.close();
    }
  }

  const run = (route: QueryRoute, request: Uint8Array, height: number) => {
    try {
      const { result, height: seen } = at(height, (ctx) => route.call(ctx, request));
      return { value: result, height: seen };
    } catch (thrown) {
      throw thrown instanceof OutOfGas ? SdkError.outOfGas(thrown.message, thrown) : thrown;
    }
  };

  function simulate(tx: Uint8Array): TxResult {
    const blockMeter = new GasMeter(NO_LIMIT);
    return at(0, ({ block }, branch) =>
      runTx(chain.runner, { mode: "simulate", block, branch, index: -1, blockMeter }, tx),
    ).result;
  }

  function simulateQuery(data: Uint8Array): Uint8Array {
    const { txBytes, tx } = decode(SimulateRequestSchema, data);
    const bytes = txBytes.length > 0 || tx === undefined ? txBytes : encode(TxSchema, tx);
    const result = simulate(bytes);
    if (result.code !== 0) {
      throw SdkError.unknownRequest(`${result.log} with gas used: '${result.gasUsed}'`);
    }
    const events = result.events.map(({ type, attributes }) => ({
      type,
      attributes: attributes.map(([key, value]) => ({ key, value, index: true })),
    }));
    return encode(
      SimulateResponseSchema,
      create(SimulateResponseSchema, {
        // The meter of a simulation has no limit.
        gasInfo: { gasUsed: result.gasUsed, gasWanted: BigInt.asUintN(64, result.gasWanted) },
        result: { data: result.data, log: result.log, events },
      }),
    );
  }

  function storeQuery(request: QueryRequest, name: string): QueryResult {
    store.refresh();
    const height = request.height === 0 ? Math.max(1, store.version - (request.prove ? 1 : 0)) : request.height;
    if (!STORES.some((each) => each === name)) throw SdkError.unknownRequest(`no such store: ${name.slice(0, 64)}`);
    if (!request.prove) {
      const { result } = at(height, (_ctx, branch) => branch.store(name).get(request.data));
      return { ...OK, key: request.data, value: result ?? EMPTY, height };
    }
    const { value, ops } = store.prove(name, request.data, height);
    return { ...OK, key: request.data, value: value ?? EMPTY, ops, height };
  }

  function answer(request: QueryRequest): QueryResult {
    const route = chain.router.queries.get(request.path);
    if (route !== undefined) return { ...OK, ...run(route, request.data, request.height) };
    if (request.path === SIMULATE_PATH) return { ...OK, value: simulateQuery(request.data), height: store.version };
    const [empty, area, name, kind] = request.path.split("/");
    if (empty === "" && area === "store" && name !== undefined && kind === "key") return storeQuery(request, name);
    if (request.path === "/app/version") return { ...OK, value: fromUtf8("sotto"), height: store.version };
    throw SdkError.unknownRequest(`unknown query path: ${request.path.slice(0, 128)}`);
  }

  return {
    routes: chain.router.queries,
    run,
    simulate,
    brokenInvariants: () => at(0, (ctx) => chain.invariants(ctx)).result,
    query(request) {
      try {
        return answer(request);
      } catch (thrown) {
        return failed(thrown, store.version);
      }
    },
  };
}

const OK: QueryResult = { code: 0, codespace: "", log: "", key: EMPTY, value: EMPTY, ops: [], height: 0 };

function failed(thrown: unknown, height: number): QueryResult {
  if (!(thrown instanceof ChainError)) throw thrown;
  const error = thrown;
  return { ...OK, code: error.code, codespace: error.codespace, log: error.message, height };
}
