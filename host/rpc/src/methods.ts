// SPDX-License-Identifier: Apache-2.0
import type { ArgumentValue } from "./arguments.ts";
import { blockMethods } from "./blockMethods.ts";
import { consensusMethods } from "./consensusMethods.ts";
import { infoMethods } from "./infoMethods.ts";
import type { Method } from "./method.ts";
import { searchMethods } from "./searchMethods.ts";
import { txMethods } from "./txMethods.ts";

/** Every method that answers over HTTP and WebSocket alike; subscriptions are the session's. */
export const methods: ReadonlyMap<string, Method> = new Map(
  Object.entries({ ...infoMethods, ...blockMethods, ...consensusMethods, ...txMethods, ...searchMethods }),
);

const ALWAYS: readonly string[] = [];
const AT_A_HEIGHT: readonly string[] = ["height"];
/**
 * Methods whose answers may be cached, and the arguments that must be present for it (CometBFT
 * rpc/core/routes.go).
 */
const CACHED: Readonly<Record<string, readonly string[]>> = {
  blockchain: ALWAYS,
  genesis: ALWAYS,
  genesis_chunked: ALWAYS,
  block: AT_A_HEIGHT,
  block_by_hash: ALWAYS,
  block_results: AT_A_HEIGHT,
  commit: AT_A_HEIGHT,
  header: AT_A_HEIGHT,
  header_by_hash: ALWAYS,
  tx: ALWAYS,
  validators: AT_A_HEIGHT,
  consensus_params: AT_A_HEIGHT,
  abci_info: ALWAYS,
};

/** Whether a client may cache the answer of a call. */
export const isCached = (name: string, given: ReadonlyMap<string, ArgumentValue>): boolean =>
  CACHED[name]?.every((needed) => given.get(needed) !== undefined) ?? false;

/** Methods that need a WebSocket, with their arguments. */
export const SOCKET_METHODS: ReadonlyMap<string, Pick<Method, "parameters">> = new Map(
  Object.entries({
    subscribe: { parameters: [["query", "string"]] },
    unsubscribe: { parameters: [["query", "string"]] },
    unsubscribe_all: { parameters: [] },
  } as const),
);
