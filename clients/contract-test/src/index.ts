// SPDX-License-Identifier: Apache-2.0
export type { DevAccount } from "./accounts.ts";
export type {
  Actor,
  Code,
  Contract,
  ContractRef,
  ExecuteOptions,
  InstantiateOptions,
  Message,
  RunOptions,
} from "./actor.ts";
export { type ChainTime, DevChain } from "./chain.ts";
export { DevChainError, ExecutionFailed, QueryFailed } from "./errors.ts";
export type { DecodedEvent, EventAttribute, Execution, MessageResult } from "./execution.ts";
export type { GasRow } from "./gas.ts";
export type { DevChainOptions } from "./options.ts";
export type { Coin } from "./parts/signing.ts";
export type { Permit, PermitOptions } from "./permit.ts";
export { connect, type SecretJs } from "./secretjs.ts";
