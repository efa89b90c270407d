// SPDX-License-Identifier: Apache-2.0
import { createQueryApplication, STORES, TrialOver } from "@sotto/app";
import { NodeError } from "@sotto/backend/errors";
import { PieceWriter } from "@sotto/backend/pieces";
import { decode, gatewayJsonParts, OWN_BYTES } from "@sotto/codec";
import { parkBeforeAddons } from "@sotto/crypto";
import { type ChainError, EnvironmentFault } from "@sotto/errors";
import type { PendingRow, QueryRequest, QueryResult } from "@sotto/kernel";
import { chainTypes } from "@sotto/tx";
import { SMART_QUERY } from "../costs.ts";
import { GET_KEYS, laneEnclave } from "./laneEnclave.ts";
import { startMeter, storeReporter } from "./meter.ts";
import { giving, serveThread, threadData } from "./port.ts";
import { lowerPriority, Niceness } from "./priority.ts";
import { chainOptions, type NodeData, openEnclave, openReader } from "./shared.ts";

export interface QueryData extends NodeData {
  /** Steps by which the thread lowers its priority. */
  readonly niceness: number;
}

const data = await threadData<QueryData>();
parkBeforeAddons(data.cutOff);
const store = openReader(data, STORES);
// In the metrics, lanes of one kind are one thread: lanes come and go.
const kind = data.niceness === Niceness.query ? "query" : "long-query";
const metrics = startMeter(data.isMeasured, kind, storeReporter(store));
const lane = laneEnclave(data, await openEnclave(data, metrics), store);
if (!lane.begin() && !data.mayLackKeys) throw new EnvironmentFault("a query thread starts after the first block");
const keys = { ioPublicKey: new Uint8Array(0), seedExchangePublicKey: new Uint8Array(0) };
const app = createQueryApplication(chainOptions(data, { store, enclave: lane.client, keys, verified: new Set() }));

/** A copy with separate memory: a view that leaves a thread is cloned with its whole buffer. */
const own = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

const EMPTY = new Uint8Array(0);
const failed = ({ code, codespace, message: log }: ChainError): QueryResult => ({
  ...{ code, codespace, log },
  ...{ key: EMPTY, value: EMPTY, ops: [], height: 0 },
});

/** SDK gas limit of a trial (`trial.ts`). */
type Trial = number | undefined;

function tried<T>(run: () => T): T | null {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof TrialOver) return null;
    throw thrown;
  }
}

/**
 * The refusal of a private query by a node without keys; undefined: it is answered. Before the
 * query runs, because the state of such a node may lack the contract.
 */
function refusal(path: string): ChainError | undefined {
  return path === SMART_QUERY && !lane.begin() ? NodeError.noKeys(GET_KEYS) : undefined;
}

function run(trial: Trial, path: string, request: Uint8Array, height: number) {
  const refused = refusal(path);
  if (refused !== undefined) throw refused;
  const route = app.routes.get(path);
  if (route === undefined) throw new EnvironmentFault(`no query route ${path}`);
  return tried(() => ({ method: route.method, ...app.run(route, request, height, trial) }));
}

/** Reads over committed state; one request at a time, each over its own snapshot. */
export const queryHandlers = {
  query(trial: Trial, path: string, request: Uint8Array, height: number) {
    const answer = run(trial, path, request, height);
    return answer && { value: own(answer.value), height: answer.height };
  },
  /** The same as JSON of the REST gateway. */
  queryJson(trial: Trial, path: string, request: Uint8Array, height: number) {
    const answer = run(trial, path, request, height);
    if (answer === null) return null;
    const { method, value, height: seen } = answer;
    const out = new PieceWriter();
    for (const part of gatewayJsonParts(method.output, decode(method.output, value, "drop", OWN_BYTES), chainTypes)) {
      out.write(part);
    }
    const json = out.finish();
    return giving({ json, height: seen }, json);
  },
  abciQuery(trial: Trial, request: QueryRequest, pending: readonly PendingRow[]) {
    const refused = refusal(request.path);
    if (refused !== undefined) return failed(refused);
    const answer = tried(() => app.query(request, pending, trial));
    return answer && { ...answer, value: own(answer.value) };
  },
  simulate: (trial: Trial, tx: Uint8Array, pending: readonly PendingRow[]) =>
    tried(() => app.simulate(tx, pending, trial)),
  /** Closes the files, for a lane that ends before the node does. */
  close() {
    store.close();
  },
} as const;

export type QueryHandlers = typeof queryHandlers;

// Not before: while a thread loads, clients wait for it.
lowerPriority(data.niceness);
serveThread(queryHandlers);
