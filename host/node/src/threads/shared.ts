// SPDX-License-Identifier: Apache-2.0
import type { ChainOptions } from "@sotto/app";
import { EnvironmentFault } from "@sotto/errors";
import type { NodeMetrics } from "@sotto/metrics";
import type { Channel, EnclaveClient, Peer } from "@sotto/protocol";
import { enclaveClient } from "@sotto/protocol";
import { openStore, type StateStore, type StoreMount } from "@sotto/store";
import { inlineChannel, workerChannel } from "@sotto/transport";
import type { Retention } from "../retention.ts";
import { observedChannel, observedClient } from "./observed.ts";

/**
 * The start data of every thread of the node. It contains no secret except the seed of a test
 * chain.
 */
export interface NodeData {
  readonly chainId: string;
  /** Folder of the state database. */
  readonly statePath: string;
  /** Folder of the block log. */
  readonly logPath: string;
  /** Entry modules of the enclave, as URLs: a peer for this thread, and a worker. */
  readonly enclave: { readonly inline: string; readonly worker: string };
  readonly transport: "inline" | "worker";
  /** The start request of every enclave of the node. */
  readonly driver: DriverChoice;
  /** In memory: writes are not durable. */
  readonly noSync: boolean;
  readonly minimumGasPrice: ChainOptions["minimumGasPrice"];
  /** As `Config`. */
  readonly execMemoryMb: number;
  readonly retention: Retention;
  /** As `Config`. */
  readonly believesRows: boolean;
  /** As `Config`. */
  readonly answersPast: boolean;
  /** Its first element becomes 1 before threads that do not end by themselves are terminated. */
  readonly cutOff: Int32Array;
  /** Whether the node may run before its enclave has the network's keys. */
  readonly mayLackKeys: boolean;
  /** Whether the thread counts what it does. */
  readonly isMeasured: boolean;
}

/** The platform driver: a name and options that the host does not interpret (ADR 72). */
export interface DriverChoice {
  readonly driver: string;
  readonly driverOptions: Uint8Array;
}

/** SDK gas of one smart query from outside (spec/services.md 1.3). */
const QUERY_GAS_LIMIT = 10_000_000;

/** The state for reading. A state with other stores than `stores` is refused. */
export const openReader = (data: NodeData, stores: readonly StoreMount[]): StateStore =>
  openStore({ path: data.statePath, stores, pruning: { keepVersions: undefined }, readOnly: true });

/** An enclave of this thread, over the configured transport. `metrics` count its work. */
export async function openEnclave(data: NodeData, metrics: NodeMetrics | undefined): Promise<EnclaveClient> {
  const channel = await openChannel(data);
  if (metrics === undefined) return enclaveClient(channel);
  return observedClient(enclaveClient(observedChannel(channel, metrics)), metrics);
}

async function openChannel(data: NodeData): Promise<Channel> {
  if (data.transport === "worker")
    return workerChannel(new URL(data.enclave.worker), { oldMb: data.execMemoryMb }, data.cutOff);
  const entry: { readonly createEnclavePeer: () => Peer } = await import(data.enclave.inline);
  return inlineChannel(entry.createEnclavePeer());
}

const refuse = (): never => {
  throw new EnvironmentFault("this thread has no enclave");
};

/** For threads that never run a contract. */
export const NO_ENCLAVE: EnclaveClient = {
  start: refuse,
  submitBlock: refuse,
  call: refuse,
  reply: refuse,
  query: refuse,
  commitBlock: refuse,
  trust: refuse,
  createNode: refuse,
  admit: refuse,
  receiveKeys: refuse,
  showState: refuse,
};

/** The options of a chain instance that all threads share. */
export const chainOptions = (
  data: NodeData,
  parts: Pick<ChainOptions, "store" | "enclave" | "keys" | "verified">,
): ChainOptions => ({
  ...parts,
  chainId: data.chainId,
  revealErrors: true,
  queryGasLimit: QUERY_GAS_LIMIT,
  minimumGasPrice: data.minimumGasPrice,
});
