// SPDX-License-Identifier: Apache-2.0
export { Abort, type AbortCode } from "./abort.ts";
export type { Backend, CallResult } from "./backend.ts";
export type { Contract } from "./contract.ts";
export { type Contracts, createContracts, DEFAULT_CAPACITY } from "./contracts.ts";
export type { CallInput, Entry } from "./entry.ts";
export { type BlockEnv, type Coin, type EnvInput, formatCoins, formatEnv } from "./env.ts";
export { GAS_MULTIPLIER, Gas, MAX_CALL_GAS } from "./gas.ts";
export { imports } from "./imports/table.ts";
export type { ReplyOn, SubMessage, WasmMessage } from "./message.ts";
export {
  type Attribute,
  type ContractEvent,
  type ContractResponse,
  type ContractResult,
  parseResult,
} from "./result.ts";
