// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { decode } from "@sotto/codec";
import { Service, SimulateRequestSchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { MsgExecuteContractSchema, Query, QuerySecretContractRequestSchema } from "@sotto/proto/secret.compute.v1beta1";
import { decodeTx } from "@sotto/tx";
import type { Cost } from "./lanes.ts";

// The cost of a query on a lane. Only gas bounds queries that run a contract or a transaction, and
// gas allows seconds; they are accounted to the contract, because an attacker who burns time needs
// their own contract.

const SMART_QUERY = `/${Query.typeName}/${Query.method.querySecretContract.name}`;
const SIMULATE = `/${Service.typeName}/${Service.method.simulate.name}`;
const EXECUTE = `/${MsgExecuteContractSchema.typeName}`;

const CHEAP: Cost = { weight: "cheap" };
/** An unreadable request: it is refused as soon as it runs. */
const UNREADABLE = "";

/** The name that a request is accounted to; `read` may throw. */
function costly(read: () => string): Cost {
  try {
    return { weight: "costly", by: read() };
  } catch {
    return { weight: "costly", by: UNREADABLE };
  }
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
export const simulationCost = (tx: Uint8Array): Cost => costly(() => nameOf(tx));

/** The cost of a query, by its gRPC path. */
export function queryCost(path: string, request: Uint8Array): Cost {
  if (path === SMART_QUERY) return costly(() => decode(QuerySecretContractRequestSchema, request).contractAddress);
  if (path === SIMULATE) return costly(() => nameOf(decode(SimulateRequestSchema, request).txBytes));
  return CHEAP;
}
