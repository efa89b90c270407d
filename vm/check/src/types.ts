// SPDX-License-Identifier: Apache-2.0
import type { FlowCost } from "./controlFlow.ts";

/** Value types by their byte in the binary format. Floats do not exist here. */
export const I32 = 0x7f;
export const I64 = 0x7e;
export type ValueType = typeof I32 | typeof I64;

export interface FunctionType {
  readonly params: readonly ValueType[];
  /** At most one: multi-value is not accepted. */
  readonly results: readonly ValueType[];
}

/** Only functions can be imported. */
export interface FunctionImport {
  readonly module: string;
  readonly name: string;
  /** Index into `types`. */
  readonly type: number;
}

export interface PageLimits {
  readonly min: number;
  readonly max: number | undefined;
}

export interface GlobalVariable {
  readonly type: ValueType;
  readonly mutable: boolean;
  /** Signed: a number for i32, a bigint for i64. */
  readonly init: number | bigint;
}

export type ExportKind = "function" | "table" | "memory" | "global";

export interface ModuleExport {
  readonly name: string;
  readonly kind: ExportKind;
  /** Index in the space of its kind; functions count the imported ones first. */
  readonly index: number;
}

export interface LocalGroup {
  readonly count: number;
  readonly type: ValueType;
}

export interface FunctionBody {
  /** Index into `types`. */
  readonly type: number;
  readonly locals: readonly LocalGroup[];
  /** Declared locals, without parameters. */
  readonly localCount: number;
  /** Byte range of the local declarations: [localsStart, codeStart). */
  readonly localsStart: number;
  /** Byte range of the instructions, the final `end` included: [codeStart, codeEnd). */
  readonly codeStart: number;
  readonly codeEnd: number;
  /**
   * Most operands that validation ever held, dead code included. Part of the stack rule, so
   * consensus.
   */
  readonly maxHeight: number;
  readonly flow: FlowCost;
  /** Whether it calls anything, dead code included. */
  readonly hasCalls: boolean;
}

export interface ElementSegment {
  readonly offset: number;
  readonly functions: readonly number[];
}

export interface DataSegment {
  readonly offset: number;
  /** Byte range in `bytes`. */
  readonly start: number;
  readonly end: number;
}

/**
 * A module that the validator accepted: WebAssembly 1.0 plus sign-extension, without floats, start
 * function, or imports other than functions. Made only by `checkModule`, so its user may trust
 * every index in it.
 */
export interface CheckedModule {
  readonly bytes: Uint8Array;
  readonly types: readonly FunctionType[];
  readonly imports: readonly FunctionImport[];
  /**
   * Defined functions; the function of index i in the function space is
   * `functions[i - imports.length]`.
   */
  readonly functions: readonly FunctionBody[];
  readonly table: PageLimits | undefined;
  readonly memory: PageLimits | undefined;
  readonly globals: readonly GlobalVariable[];
  readonly exports: readonly ModuleExport[];
  readonly elements: readonly ElementSegment[];
  readonly data: readonly DataSegment[];
  /** Byte ranges [start, end) of the custom sections, headers included, in pairs. */
  readonly customRanges: readonly number[];
}

/** The type of the function of this index, imported or defined. */
export function functionType(module: CheckedModule, index: number): FunctionType {
  const imported = module.imports.length;
  const type = index < imported ? module.imports[index]?.type : module.functions[index - imported]?.type;
  // Indices in a CheckedModule are in range by validation.
  return module.types[type as number] as FunctionType;
}
