// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { decode } from "@sotto/codec";
import { Service, SimulateRequestSchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { MsgExecuteContractSchema, Query, QuerySecretContractRequestSchema } from "@sotto/proto/secret.compute.v1beta1";
import { decodeTx } from "@sotto/tx";
import type { Cost } from "./lanes.ts";

// The cost of a query on a lane. Gas bounds queries, and allows seconds. Those that run a contract
// or a transaction are accounted to the contract, because an attacker who burns time needs their
// own contract; others to their path. A name that a client can spell in many ways is one name here.

/** A query first runs with the gas of a trial, as `first`; if that was not enough, as `whole`. */
export interface QueryCost {
  readonly first: Cost;
  readonly whole: Cost;
  /** SDK gas. */
  readonly trialGas: number;
}

/**
 * A SNIP-20 balance takes 25 thousand; the slowest gas (signatures that a contract verifies) makes
 * it 16 ms of a thread (two cores, Node 20).
 */
const CONTRACT_TRIAL_GAS = 100_000;

/** Gas of rows is faster: a page of small rows makes it 20 ms of a thread (two cores, Node 20). */
const ROWS_TRIAL_GAS = 1_000_000;

/** The path of a private query. */
export const SMART_QUERY = `/${Query.typeName}/${Query.method.querySecretContract.name}`;
/** It reads a whole code: some 100 ms, which gas does not count. */
const ANALYZE_CODE = `/${Query.typeName}/${Query.method.analyzeCode.name}`;
const SIMULATE = `/${Service.typeName}/${Service.method.simulate.name}`;
/**
 * ABCI paths that simulate a transaction, whatever follows them (baseapp/abci.go). Hazard: they are
 * many names for one thing.
 */
export const SIMULATES = /^\/?app\/simulate(\/|$)/;
const EXECUTE = `/${MsgExecuteContractSchema.typeName}`;

/** Longer than any path of a query. */
const MAX_NAME = 128;

const ofRows = (path: string): QueryCost => ({
  first: { weight: "cheap" },
  whole: { weight: "costly", by: path.slice(0, MAX_NAME) },
  trialGas: ROWS_TRIAL_GAS,
});
/** An unreadable request: it is refused as soon as it runs. */
const UNREADABLE = "";

/** `read` gives the name that a request is accounted to; it may throw. */
function ofContract(read: () => string): QueryCost {
  let by = UNREADABLE;
  try {
    by = read();
  } catch {
    // It is refused as soon as it runs.
  }
  const cost: Cost = { weight: "costly", by };
  return { first: cost, whole: cost, trialGas: CONTRACT_TRIAL_GAS };
}

/** The contract that the first message calls, or the type of that message. */
function nameOf(tx: Uint8Array): string {
  const [first] = decodeTx(tx).messages;
  if (first === undefined) return UNREADABLE;
  return first.typeUrl === EXECUTE
    ? formatAddress(decode(MsgExecuteContractSchema, first.value).contract)
    : first.typeUrl;
}

/** The cost of the simulation of a transaction. */
export const simulationCost = (tx: Uint8Array): QueryCost => ofContract(() => nameOf(tx));

/** The cost of a query, by its gRPC path. */
export function queryCost(path: string, request: Uint8Array): QueryCost {
  // An address in capitals is the same contract.
  if (path === SMART_QUERY)
    return ofContract(() => decode(QuerySecretContractRequestSchema, request).contractAddress.toLowerCase());
  if (SIMULATES.test(path)) return simulationCost(request);
  if (path === SIMULATE) return ofContract(() => nameOf(decode(SimulateRequestSchema, request).txBytes));
  if (path === ANALYZE_CODE) return ofContract(() => path);
  return ofRows(path);
}
