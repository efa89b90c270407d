// SPDX-License-Identifier: Apache-2.0
export {
  type Dialect,
  type EntryPoint,
  EXPORTS,
  type ExportRules,
  FEATURES,
  IBC_ENTRY_POINTS,
  IMPORT_MODULE,
  IMPORTS,
  type ImportRule,
  MARKERS,
  type Signature,
} from "./abi.ts";
export { type ContractCode, type ContractRules, checkContract, UPLOAD_RULES } from "./checkContract.ts";
export { checkModule } from "./checkModule.ts";
export { MAX_PAGES, MODULE_LIMITS, type ModuleLimits, UPLOAD_MAX_INITIAL_PAGES } from "./limits.ts";
export { IMMEDIATE, IMMEDIATES, OP } from "./opcodes.ts";
export { type RejectCode, WasmRejected } from "./rejected.ts";
export {
  type CheckedModule,
  type DataSegment,
  type ElementSegment,
  type ExportKind,
  type FunctionBody,
  type FunctionImport,
  type FunctionType,
  functionType,
  type GlobalVariable,
  I32,
  I64,
  type LocalGroup,
  type ModuleExport,
  type PageLimits,
  type ValueType,
} from "./types.ts";
