// SPDX-License-Identifier: Apache-2.0
export { type Config, DEFAULT_PORTS, EXEC_MEMORY_MB } from "./config.ts";
export { createLogs, type Logger, type Logs } from "./log.ts";
export { type EnclaveEntries, type RunningNode, startNode } from "./node.ts";
