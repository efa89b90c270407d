// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { fromUtf8, prefixEnd } from "@sotto/bytes";
import { encode, gatewayJson } from "@sotto/codec";
import { ChainError, codespace, SdkError } from "@sotto/errors";
import type { PendingRow, QueryRequest, QueryResult, TxResult } from "@sotto/kernel";
import { type SimulationResponse, SimulationResponseSchema } from "@sotto/proto/cosmos.base.abci.v1beta1";
import { type Pair, PairSchema, PairsSchema } from "@sotto/proto/cosmos.store.internal.kv.v1beta1";
import type { KvRead, StateStore, StoreMount } from "@sotto/store";
import { chainTypes } from "@sotto/tx";

// The queries that are not gRPC routes. Source: baseapp/abci.go (Query and its handlers),
// store/rootmulti and store/iavl (Query).

const EMPTY = new Uint8Array(0);
const OK: QueryResult = { code: 0, codespace: "", log: "", key: EMPTY, value: EMPTY, ops: [], height: 0 };

/** Errors of the store's own queries (cosmossdk.io/store types/errors.go). */
const StoreQueryError = codespace("store", {
  txDecode: [3, "tx parse error"],
  unknownRequest: [4, "unknown request"],
  invalidRequest: [7, "invalid request"],
});

/** Most bytes of keys and values in the answer to a subspace query. */
const MAX_SUBSPACE_BYTES = 4 * 1024 * 1024;
const MAX_TEXT = 128;
const NO_VERSION = "version does not exist";
const BROADCAST = "/cosmos.tx.v1beta1.Service/BroadcastTx";

export interface AbciPathNeeds {
  readonly version: string;
  readonly stores: readonly StoreMount[];
  readonly store: Pick<StateStore, "version" | "prove" | "refresh">;
  /**
   * Reads one store at a version that exists, for gas. `trial`: as in `ChainQueries.query`.
   */
  read<T>(height: number, name: string, trial: number | undefined, run: (rows: KvRead) => T): T;
  /** Throws ChainError for bytes that do not decode. */
  simulate(tx: Uint8Array, pending: readonly PendingRow[], trial: number | undefined): TxResult;
}

/**
 * More parts than any path has, and more than an error text shows. Cost: a path of megabytes must
 * not be split into millions of parts.
 */
const MAX_PARTS = 256;

const shown = (text: string): string => text.slice(0, MAX_TEXT);

/** Answers `/app`, `/store` and `/p2p` paths. Throws ChainError; the answer then has height 0. */
export function abciPaths(needs: AbciPathNeeds) {
  const { store } = needs;
  /** Stores, and their first versions. */
  const mounts = new Map(
    needs.stores.map((each) => (typeof each === "string" ? [each, 0] : [each.name, each.from]) as [string, number]),
  );

  /** `{Pairs}` of the rows under a prefix. */
  function subspace(rows: KvRead, prefix: Uint8Array): Uint8Array {
    const pairs: Pair[] = [];
    let bytes = 0;
    for (const [key, value] of rows.iterate(prefix, prefixEnd(prefix))) {
      bytes += key.length + value.length;
      if (bytes > MAX_SUBSPACE_BYTES) {
        throw StoreQueryError.invalidRequest(
          `more than ${MAX_SUBSPACE_BYTES} bytes of rows begin with these bytes; use a longer prefix`,
        );
      }
      pairs.push(create(PairSchema, { key: key.slice(), value: value.slice() }));
    }
    return encode(PairsSchema, create(PairsSchema, { pairs }));
  }

  function storeQuery(
    { data, height: asked, prove }: QueryRequest,
    path: readonly string[],
    trial: number | undefined,
  ): QueryResult {
    store.refresh();
    const height = asked === 0 ? store.version : asked;
    if (height <= 1 && prove)
      throw SdkError.invalidRequest("cannot query with proof when height <= 1; please provide a valid height");
    const [name = "", ...rest] = path;
    const from = mounts.get(name);
    if (from === undefined) throw StoreQueryError.unknownRequest(`no such store: ${shown(name)}`);
    const kind = rest.map((part) => `/${part}`).join("");
    const exists = height > 0 && height >= from && height <= store.version;
    if (kind === "/key" && prove) {
      if (data.length === 0 || !exists)
        throw StoreQueryError.invalidRequest("proof is unexpectedly empty; ensure height has not been pruned");
      const { value, ops } = store.prove(name, data, height);
      return { ...OK, key: data, value: value ?? EMPTY, ops, height };
    }
    if (data.length === 0) throw StoreQueryError.txDecode("query cannot be zero length");
    if (kind !== "/key" && kind !== "/subspace")
      throw StoreQueryError.unknownRequest(`unexpected query path: ${shown(kind)}`);
    // Compat: only the log says that a version does not exist. The reference answers a subspace
    // query at every height with the newest rows; here the answer has the rows of the requested
    // height.
    if (!exists) return { ...OK, key: data, log: NO_VERSION, height };
    const value = needs.read(height, name, trial, (rows) => (kind === "/key" ? rows.get(data) : subspace(rows, data)));
    return { ...OK, key: data, value: value ?? EMPTY, height };
  }

  function simulated(tx: Uint8Array, pending: readonly PendingRow[], trial: number | undefined): Uint8Array {
    const result = needs.simulate(tx, pending, trial);
    if (result.code !== 0) {
      throw new ChainError({ codespace: result.codespace, code: result.code, summary: result.log }).wrap(
        "failed to simulate tx",
      );
    }
    return fromUtf8(gatewayJson(SimulationResponseSchema, simulationOf(result), chainTypes));
  }

  function appQuery(
    { data, height }: QueryRequest,
    path: readonly string[],
    pending: readonly PendingRow[],
    trial: number | undefined,
  ): QueryResult {
    const base = { ...OK, codespace: "sdk", height: height === 0 ? store.version : height };
    const [kind] = path;
    if (kind === undefined)
      throw SdkError.unknownRequest(
        "expected second parameter to be either 'simulate' or 'version', neither was present",
      );
    if (kind === "simulate") return { ...base, value: simulated(data, pending, trial) };
    if (kind === "version") return { ...base, value: fromUtf8(needs.version) };
    throw SdkError.unknownRequest(`unknown query: [app ${shown(path.join(" "))}]`);
  }

  /** The consensus engine decides about peers, so this query refuses no peer. */
  function p2pQuery(path: readonly string[]): QueryResult {
    const [command, kind, argument] = path;
    if (argument === undefined) throw SdkError.unknownRequest("path should be p2p filter <addr|id> <parameter>");
    if (command !== "filter") throw SdkError.unknownRequest("expected second parameter to be 'filter'");
    // The reference returns nil here.
    if (kind !== "addr" && kind !== "id")
      throw SdkError.unknownRequest("path should be p2p filter <addr|id> <parameter>");
    return OK;
  }

  return (request: QueryRequest, pending: readonly PendingRow[], trial: number | undefined): QueryResult => {
    if (request.path === BROADCAST) throw SdkError.invalidRequest("can't route a broadcast tx message");
    if (request.path === "") throw SdkError.unknownRequest("no query path provided");
    const [area, ...path] = request.path.replace(/^\//, "").split("/", MAX_PARTS);
    if (area === "app") return appQuery(request, path, pending, trial);
    if (area === "store") return storeQuery(request, path, trial);
    if (area === "p2p") return p2pQuery(path);
    throw SdkError.unknownRequest("unknown query path");
  };
}

/** A simulation as the SDK's messages show it. */
export function simulationOf(result: TxResult): SimulationResponse {
  const events = result.events.map(({ type, attributes }) => ({
    type,
    attributes: attributes.map(([key, value]) => ({ key, value, index: true })),
  }));
  return create(SimulationResponseSchema, {
    // The meter of a simulation has no limit.
    gasInfo: { gasUsed: result.gasUsed, gasWanted: BigInt.asUintN(64, result.gasWanted) },
    result: { data: result.data, log: result.log, events },
  });
}
