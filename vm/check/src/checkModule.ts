// SPDX-License-Identifier: Apache-2.0
import { BodyValidator } from "./bodyValidator.ts";
import { MODULE_LIMITS, type ModuleLimits } from "./limits.ts";
import { Reader } from "./reader.ts";
import { WasmRejected } from "./rejected.ts";
import {
  readData,
  readElements,
  readExports,
  readFunctions,
  readGlobals,
  readImports,
  readMemories,
  readTables,
  readTypes,
  type Sections,
} from "./sections.ts";
import type { CheckedModule, FunctionBody } from "./types.ts";

const SECTION_CUSTOM = 0;
const SECTION_CODE = 10;
const SECTION_LAST = 11;
const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/**
 * Decodes and fully validates a module: WebAssembly 1.0 plus sign-extension, all code, reachable or
 * not. Throws WasmRejected otherwise. A pure function of the bytes: its verdict is consensus.
 * Cost: linear in the bytes.
 */
export function checkModule(bytes: Uint8Array, limits: ModuleLimits = MODULE_LIMITS): CheckedModule {
  if (HEADER.some((byte, i) => bytes[i] !== byte)) throw new WasmRejected("notWasm", "not a WebAssembly 1.0 module");
  if (bytes.length > limits.moduleBytes)
    throw new WasmRejected("limit", `module larger than ${limits.moduleBytes} bytes`);
  const reader = new Reader(bytes, HEADER.length);
  const sections: Sections = {
    types: [],
    imports: [],
    functionTypes: [],
    table: undefined,
    memory: undefined,
    globals: [],
    exports: [],
    elements: [],
    data: [],
  };
  let functions: FunctionBody[] | undefined;
  const customRanges: number[] = [];
  let last = 0;
  while (reader.at < bytes.length) {
    const headerAt = reader.at;
    const id = reader.byte();
    const size = reader.u32();
    const end = reader.at + size;
    if (end > bytes.length) throw reader.fail("malformed", "length out of bounds");
    reader.end = end;
    if (id === SECTION_CUSTOM) {
      reader.name(limits.nameBytes);
      reader.at = end;
      customRanges.push(headerAt, end);
    } else {
      assertOrder(reader, id, last);
      last = id;
      if (id === SECTION_CODE) functions = readCode(reader, limits, sections);
      else READERS.get(id)?.(reader, limits, sections);
    }
    if (reader.at !== end) throw reader.fail("malformed", "section size mismatch");
    reader.end = bytes.length;
  }
  const { types, imports, functionTypes, table, memory, globals, exports, elements, data } = sections;
  functions ??= [];
  if (functions.length !== functionTypes.length - imports.length) throw inconsistent(reader);
  return { bytes, types, imports, functions, table, memory, globals, exports, elements, data, customRanges };
}

const inconsistent = (reader: Reader): WasmRejected =>
  reader.fail("malformed", "function and code section have inconsistent lengths");

function assertOrder(reader: Reader, id: number, last: number): void {
  if (id === 12) throw reader.fail("unsupported", "data count section");
  if (id === 13) throw reader.fail("unsupported", "tag section");
  if (id > SECTION_LAST) throw reader.fail("malformed", "unknown section");
  if (id === 8) throw reader.fail("start", "module has a start function");
  if (id <= last) throw reader.fail("malformed", "section out of order");
}

/**
 * Readers by section id; the start section is refused before, code and custom sections are read
 * separately.
 */
const READERS = new Map([
  [1, readTypes],
  [2, readImports],
  [3, readFunctions],
  [4, readTables],
  [5, readMemories],
  [6, readGlobals],
  [7, readExports],
  [9, readElements],
  [11, readData],
]);

function readCode(reader: Reader, limits: ModuleLimits, sections: Sections): FunctionBody[] {
  const { types, functionTypes, imports, globals, table, memory } = sections;
  const count = reader.count(limits.functions, "functions");
  if (count !== functionTypes.length - imports.length) throw inconsistent(reader);
  const validator = new BodyValidator(
    reader,
    {
      types,
      functionTypes,
      globalTypes: globals.map(({ type }) => type),
      globalMutable: globals.map(({ mutable }) => mutable),
      hasTable: table !== undefined,
      hasMemory: memory !== undefined,
    },
    limits,
  );
  const sectionEnd = reader.end;
  const out: FunctionBody[] = [];
  let merges = 0;
  for (let i = 0; i < count; i++) {
    const size = reader.u32();
    if (size > limits.bodyBytes) throw reader.fail("limit", `function body larger than ${limits.bodyBytes} bytes`);
    const end = reader.at + size;
    if (end > sectionEnd) throw reader.fail("malformed", "length out of bounds");
    reader.end = end;
    const body = validator.check(functionTypes[imports.length + i] as number, end);
    merges += body.flow.merges;
    if (merges > limits.moduleMerges) {
      throw reader.fail("limit", `functions with more than ${limits.moduleMerges} joins of locals together`);
    }
    out.push(body);
    reader.end = sectionEnd;
  }
  return out;
}
