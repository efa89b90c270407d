// SPDX-License-Identifier: Apache-2.0
export type { DevAccount } from "./accounts.ts";
export type {
  Actor,
  ExecuteOptions,
  InstantiateOptions,
  Message,
  RunOptions,
} from "./actor.ts";
export type { Code, Contract, ContractRef } from "./arguments.ts";
export { type ChainSnapshot, type ChainTime, DevChain } from "./chain.ts";
export { DevChainError, ExecutionFailed, QueryFailed } from "./errors.ts";
export type { DecodedEvent, EventAttribute, Execution, MessageResult } from "./execution.ts";
export type { GasRow } from "./gas.ts";
export {
  type AskedRow,
  type ComputedAnswer,
  type ComputedRun,
  type Fork,
  type Hostile,
  hostile,
  type Mix,
  type OlderRows,
} from "./hostile/index.ts";
export {
  type Allowance,
  type AllowanceRule,
  assertRevealsNothing,
  assertRevealsOnly,
  type Difference,
  type LeakMatchers,
  LeaksError,
  type LeaksOptions,
  leakMatchers,
  leaks,
  type Observer,
  type Place,
  predefinedAllowances,
  type Report,
  type SearchOptions,
  type SearchReport,
  type Secrets,
  snip52,
  type UserObserver,
  type UserQuery,
  type Where,
  wheres,
} from "./leaks/index.ts";
export {
  AssertionFailed,
  assertCostsAtMost,
  assertEmits,
  assertFailsWith,
  type DevChainMatchers,
  matchers,
} from "./matchers.ts";
export type { DevChainOptions } from "./options.ts";
export type { Coin } from "./parts/signing.ts";
export type { Permit, PermitOptions } from "./permit.ts";
export { connect, type SecretJs } from "./secretjs.ts";
export type { ChainObserver, RowChange, SeenBlock, SeenTransaction } from "./watch.ts";
