// SPDX-License-Identifier: Apache-2.0
import type { ModuleLimits } from "./limits.ts";
import { OP } from "./opcodes.ts";
import type { Reader } from "./reader.ts";
import {
  type DataSegment,
  type ElementSegment,
  type ExportKind,
  type FunctionImport,
  type FunctionType,
  type GlobalVariable,
  I32,
  type ModuleExport,
  type PageLimits,
  type ValueType,
} from "./types.ts";
import { readValueType } from "./valueTypes.ts";

/** The content of the sections before the code. */
export interface Sections {
  types: FunctionType[];
  imports: FunctionImport[];
  /** Type index per function, imported ones first. */
  functionTypes: number[];
  table: PageLimits | undefined;
  memory: PageLimits | undefined;
  globals: GlobalVariable[];
  exports: ModuleExport[];
  elements: ElementSegment[];
  data: DataSegment[];
}

const MAX_WASM_PAGES = 65_536;
const EXPORT_KINDS: readonly ExportKind[] = ["function", "table", "memory", "global"];

export function readTypes(reader: Reader, limits: ModuleLimits, into: Sections): void {
  const count = reader.count(limits.types, "types");
  for (let i = 0; i < count; i++) {
    const form = reader.byte();
    // Recursive groups, subtypes, arrays and structs of the GC proposal.
    if ((form >= 0x4e && form <= 0x50) || (form >= 0x5d && form <= 0x5f))
      throw reader.fail("unsupported", "type is not a function type");
    if (form !== 0x60) throw reader.fail("malformed", "type is not a function type");
    const params = readValueTypes(reader, limits.params, "parameters");
    const results = readValueTypes(reader, limits.params, "results");
    if (results.length > 1) throw reader.fail("unsupported", "function with several results");
    into.types.push({ params, results });
  }
}

function readValueTypes(reader: Reader, limit: number, what: string): ValueType[] {
  const out: ValueType[] = [];
  const count = reader.count(limit, what);
  for (let i = 0; i < count; i++) out.push(readValueType(reader));
  return out;
}

export function readImports(reader: Reader, limits: ModuleLimits, into: Sections): void {
  const count = reader.count(limits.imports, "imports");
  for (let i = 0; i < count; i++) {
    const module = reader.name(limits.nameBytes);
    const name = reader.name(limits.nameBytes);
    const kind = reader.byte();
    if (kind === 4) throw reader.fail("unsupported", "import of a tag");
    if (kind > 3) throw reader.fail("malformed", "unknown import kind");
    // The type is read first, so that a float global is a float and garbage is malformed.
    if (kind === 1) readTableType(reader);
    if (kind === 2) readMemoryType(reader);
    if (kind === 3) readGlobalType(reader);
    if (kind !== 0) throw reader.fail("import", `import of a ${EXPORT_KINDS[kind]}`);
    const type = readTypeIndex(reader, into);
    into.imports.push({ module, name, type });
    into.functionTypes.push(type);
  }
}

function readTypeIndex(reader: Reader, { types }: Sections): number {
  const index = reader.u32();
  if (index >= types.length) throw reader.fail("invalid", "unknown type");
  return index;
}

export function readFunctions(reader: Reader, limits: ModuleLimits, into: Sections): void {
  const count = reader.count(limits.functions, "functions");
  for (let i = 0; i < count; i++) into.functionTypes.push(readTypeIndex(reader, into));
}

function readLimits(reader: Reader): PageLimits {
  const flags = reader.byte();
  if (flags > 1 && flags <= 15) throw reader.fail("unsupported", "shared or 64-bit limits");
  if (flags > 15) throw reader.fail("malformed", "unknown limits flags");
  const min = reader.u32();
  const max = flags === 1 ? reader.u32() : undefined;
  if (max !== undefined && max < min) throw reader.fail("invalid", "size minimum above the maximum");
  return { min, max };
}

function readTableType(reader: Reader): PageLimits {
  const element = reader.byte();
  if (element !== 0x70)
    throw reader.fail(element === 0x6f || element < 0x6f ? "unsupported" : "malformed", "unsupported table type");
  return readLimits(reader);
}

function readMemoryType(reader: Reader): PageLimits {
  const memory = readLimits(reader);
  if (memory.min > MAX_WASM_PAGES || (memory.max ?? 0) > MAX_WASM_PAGES) {
    throw reader.fail("memory", `memory of more than ${MAX_WASM_PAGES} pages`);
  }
  return memory;
}

export function readTables(reader: Reader, limits: ModuleLimits, into: Sections): void {
  const count = reader.count(0xffffffff, "tables");
  for (let i = 0; i < count; i++) {
    const table = readTableType(reader);
    if (i > 0) throw reader.fail("unsupported", "more than one table");
    if (table.min > limits.tableEntries)
      throw reader.fail("limit", `table of more than ${limits.tableEntries} entries`);
    into.table = table;
  }
}

export function readMemories(reader: Reader, _limits: ModuleLimits, into: Sections): void {
  const count = reader.count(0xffffffff, "memories");
  for (let i = 0; i < count; i++) {
    const memory = readMemoryType(reader);
    if (i > 0) throw reader.fail("memory", "more than one memory");
    into.memory = memory;
  }
}

function readGlobalType(reader: Reader): { type: ValueType; mutable: boolean } {
  const type = readValueType(reader);
  const flag = reader.byte();
  if (flag > 1) throw reader.fail("malformed", "unknown mutability");
  return { type, mutable: flag === 1 };
}

/** A constant expression. There are no imported globals, so it is one constant. */
function readConstant(reader: Reader, type: ValueType): number | bigint {
  const op = reader.byte();
  if (op === 0x43 || op === 0x44) throw reader.fail("float", "floating point constant");
  if (op === OP.globalGet) throw reader.fail("invalid", "constant refers to a global that is not imported");
  if (op >= 0xd0 && op <= 0xd2) throw reader.fail("unsupported", "reference in a constant expression");
  if (op !== OP.i32Const && op !== OP.i64Const) throw reader.fail("invalid", "constant expression required");
  const value = op === OP.i32Const ? reader.s32() : reader.s64();
  if ((op === OP.i32Const) !== (type === I32)) throw reader.fail("invalid", "type mismatch");
  if (reader.byte() !== OP.end) throw reader.fail("invalid", "constant expression of more than one constant");
  return value;
}

export function readGlobals(reader: Reader, limits: ModuleLimits, into: Sections): void {
  const count = reader.count(limits.globals, "globals");
  for (let i = 0; i < count; i++) {
    const { type, mutable } = readGlobalType(reader);
    into.globals.push({ type, mutable, init: readConstant(reader, type) });
  }
}

export function readExports(reader: Reader, limits: ModuleLimits, into: Sections): void {
  const count = reader.count(limits.exports, "exports");
  const seen = new Set<string>();
  for (let i = 0; i < count; i++) {
    const name = reader.name(limits.nameBytes);
    const tag = reader.byte();
    if (tag === 4) throw reader.fail("unsupported", "export of a tag");
    const kind = EXPORT_KINDS[tag];
    if (kind === undefined) throw reader.fail("malformed", "unknown export kind");
    const index = reader.u32();
    if (index >= spaceSize(kind, into)) throw reader.fail("invalid", `export of an unknown ${kind}`);
    if (seen.has(name)) throw reader.fail("invalid", "duplicate export name");
    seen.add(name);
    into.exports.push({ name, kind, index });
  }
}

function spaceSize(kind: ExportKind, { functionTypes, table, memory, globals }: Sections): number {
  switch (kind) {
    case "function":
      return functionTypes.length;
    case "table":
      return table === undefined ? 0 : 1;
    case "memory":
      return memory === undefined ? 0 : 1;
    case "global":
      return globals.length;
  }
}

/**
 * The index that opens a segment. Later proposals put flags there: 1 to 7 are passive or
 * declarative segments.
 */
function readSegmentIndex(reader: Reader, what: string, exists: boolean): void {
  const index = reader.u32();
  if (index > 0 && index <= 7) throw reader.fail("unsupported", `${what} segment that is not active`);
  if (index !== 0 || !exists) throw reader.fail("invalid", `unknown ${what}`);
}

const readOffset = (reader: Reader): number => Number(readConstant(reader, I32)) >>> 0;

export function readElements(reader: Reader, limits: ModuleLimits, into: Sections): void {
  const count = reader.count(limits.segments, "element segments");
  for (let i = 0; i < count; i++) {
    readSegmentIndex(reader, "table", into.table !== undefined);
    const offset = readOffset(reader);
    const length = reader.count(limits.tableEntries, "table elements");
    const functions: number[] = [];
    for (let k = 0; k < length; k++) {
      const index = reader.u32();
      if (index >= into.functionTypes.length) throw reader.fail("invalid", "unknown function");
      functions.push(index);
    }
    if (offset + length > (into.table?.min ?? 0)) throw reader.fail("invalid", "elements outside the table");
    into.elements.push({ offset, functions });
  }
}

export function readData(reader: Reader, limits: ModuleLimits, into: Sections): void {
  const count = reader.count(limits.segments, "data segments");
  for (let i = 0; i < count; i++) {
    readSegmentIndex(reader, "memory", into.memory !== undefined);
    const offset = readOffset(reader);
    const length = reader.u32();
    const start = reader.at;
    reader.skip(length);
    if (offset + length > (into.memory?.min ?? 0) * 65_536) throw reader.fail("invalid", "data outside the memory");
    into.data.push({ offset, start, end: reader.at });
  }
}
