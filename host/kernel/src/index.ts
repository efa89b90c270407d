// SPDX-License-Identifier: Apache-2.0
export { type AccountMessage, type Execution, isSignedOnlyBy } from "./accountMessage.ts";
export { addressArgument, addressField, addressFieldOr, addressOrStatus } from "./addressArgument.ts";
export type {
  AppGenesis,
  Application,
  BlockResult,
  CheckApplication,
  DecidedBlock,
  FinalizedResult,
  NetworkApplication,
  OwnTxs,
  PendingRow,
  QueryApplication,
  QueryRequest,
  QueryResult,
  TxResult,
  ValidatorUpdate,
} from "./application.ts";
export {
  type Assembly,
  accountsOf,
  assemble,
  firstHeight,
  type GenesisOptions,
  type KeepersOf,
  type Modules,
  type ModuleVersions,
  type Orders,
  queryServicesOf,
  storesOf,
  type Upgrade,
  versionChanges,
  versionsOf,
  withMode,
} from "./assemble.ts";
export { assertGovAuthority } from "./authority.ts";
export { BLOCK_MEMORY, BlockMemory } from "./blockMemory.ts";
export type { CometInfo, CommitInfo, Misbehavior, VoteInfo } from "./comet.ts";
export type {
  BlockInfo,
  BlockProof,
  ChainAttribute,
  ChainEvent,
  EarlierTxs,
  ExecMode,
  HookCtx,
  ReadCtx,
  SignerHint,
  TxInfo,
  WriteCtx,
} from "./ctx.ts";
export { each } from "./each.ts";
export { type Frozen, freezeRows } from "./frozen.ts";
export { GasMeter, KV_PRICES, type KvPrices, NO_LIMIT } from "./gas.ts";
export { GasKv } from "./gasKv.ts";
export type { Checks, Handlers, MsgRoute } from "./handlers.ts";
export { type Hooks, hooks } from "./hooks.ts";
export { indexed, multiIndex, type RowIndex, reverseIndex, uniqueIndex } from "./indexed.ts";
export {
  addressKey,
  boolKey,
  fixedKey,
  framedTimeKey,
  i32Key,
  i64Key,
  invertedAddressKey,
  type KeyCodec,
  type Leading,
  leU64Key,
  pair,
  prefixedAddressKey,
  textKey,
  timeKey,
  triple,
  tuple,
  u16Key,
  u32Key,
  u64Key,
} from "./keyCodecs.ts";
export { missingRow } from "./missingRow.ts";
export {
  type AnyModule,
  defineModule,
  type Genesis,
  type GenesisPart,
  genesisOf,
  type KeeperOf,
  type Module,
  type ModuleService,
  type Permission,
  serveMessages,
  serveQueries,
} from "./module.ts";
export { type Page, paginate } from "./pagination.ts";
export { takePosition } from "./position.ts";
export { abciError, asInternal, assertQueryHeight, isPanic, withStatus } from "./queryError.ts";
export {
  createRouter,
  type QueryRoute,
  queryRoutes,
  type RestBinding,
  type Router,
  type RouterNeeds,
  restBindings,
  type ServiceEntry,
  serve,
} from "./router.ts";
export {
  type AnteStep,
  LAST_MESSAGE,
  type RunBase,
  type RunnableTx,
  runTx,
  type TxMessage,
  type TxRunner,
} from "./runTx.ts";
export { atHeight, branchOf, type CtxParts, createCtx, type RuntimeCtx } from "./runtimeCtx.ts";
export {
  type ByteRange,
  clear,
  type Item,
  type KeySet,
  type Prefix,
  type Range,
  type Sequence,
  type StateOf,
  stateOf,
  type Table,
} from "./state.ts";
export { Branch, type ReadStores } from "./stores.ts";
export { nanosOf, SECOND, timestampOf, ZERO_TIME } from "./times.ts";
export {
  asValue,
  boolValue,
  decimalValue,
  emptyValue,
  intValue,
  protoBoolValue,
  protoBytesValue,
  protoInt64Value,
  protoValue,
  rawValue,
  textValue,
  timeValue,
  u64Value,
  type ValueCodec,
} from "./valueCodecs.ts";
