// SPDX-License-Identifier: Apache-2.0
import { type CheckedModule, type FunctionType, I32, I64, OP } from "@sotto/check";
import { BodyRewriter } from "./bodyRewriter.ts";
import { ByteSink } from "./byteSink.ts";
import { writeGrow, writeLeft, writeReset, writeUse } from "./helpers.ts";
import {
  createPlan,
  ELEMENT,
  EXHAUSTED,
  FATAL,
  functionField,
  HOST_MODULE,
  hostField,
  LEFT_HIGH,
  LEFT_LOW,
  MEMORY_NAME,
  type Plan,
  RESET,
  STACK,
  USE,
} from "./plan.ts";
import { type MemoryRule, STACK_BYTES } from "./rules.ts";

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const FUNCTION_FORM = 0x60;
const FUNCREF = 0x70;
const KIND = { function: 0, memory: 2, global: 3 } as const;
const HELPER_TYPES: readonly FunctionType[] = [
  { params: [I32], results: [I32] },
  { params: [I32, I32], results: [] },
  { params: [], results: [I32] },
];

/**
 * The metered form of a module: same behaviour, plus gas, a stack limit, a logical memory size, and
 * no data segments (the owner of the memory places them). The memory is imported. Cost: linear in
 * the code, two passes.
 */
export function rewriteModule(module: CheckedModule, memory: MemoryRule | undefined): Uint8Array {
  const plan = createPlan(module, memory);
  const out = new ByteSink(Math.max(4096, module.bytes.length * 2));
  out.put(...HEADER);
  out.section(1, () => writeTypes(out, plan));
  out.section(2, () => writeImports(out, plan));
  out.section(3, () => writeFunctions(out, plan));
  if (module.table !== undefined) out.section(4, () => writeTable(out, plan));
  out.section(6, () => writeGlobals(out, plan));
  out.section(7, () => writeExports(out, plan));
  if (module.elements.length > 0) out.section(9, () => writeElements(out, plan));
  out.section(10, () => writeCode(out, plan));
  return out.taken();
}

function writeTypes(out: ByteSink, { module }: Plan): void {
  const types = [...module.types, ...HELPER_TYPES];
  out.unsigned(types.length);
  for (const { params, results } of types) {
    out.byte(FUNCTION_FORM);
    out.unsigned(params.length);
    for (const type of params) out.byte(type);
    out.unsigned(results.length);
    for (const type of results) out.byte(type);
  }
}

function writeImports(out: ByteSink, { module, memory }: Plan): void {
  out.unsigned(module.imports.length + (memory === undefined ? 0 : 1));
  for (const [i, { type }] of module.imports.entries()) {
    out.name(HOST_MODULE);
    out.name(hostField(i));
    out.byte(KIND.function);
    out.unsigned(type);
  }
  if (memory === undefined) return;
  out.name(HOST_MODULE);
  out.name(MEMORY_NAME);
  out.put(KIND.memory, 1);
  out.unsigned(memory.physicalPages);
  out.unsigned(memory.maxPages);
}

const helperTypes = ({ unary, pair, getter, memory }: Plan): number[] =>
  memory === undefined ? [pair, pair, getter, getter] : [pair, pair, getter, getter, unary];

function writeFunctions(out: ByteSink, plan: Plan): void {
  const helpers = helperTypes(plan);
  out.unsigned(plan.module.functions.length + helpers.length);
  for (const { type } of plan.module.functions) out.unsigned(type);
  for (const type of helpers) out.unsigned(type);
}

function writeTable(out: ByteSink, { module: { table } }: Plan): void {
  const size = table?.min ?? 0;
  out.put(1, FUNCREF, 1);
  out.unsigned(size);
  out.unsigned(size);
}

function writeConstant(out: ByteSink, type: number, value: number | bigint): void {
  out.byte(type === I32 ? OP.i32Const : OP.i64Const);
  if (typeof value === "bigint") out.signedBig(value);
  else out.signed(value);
  out.byte(OP.end);
}

function writeGlobals(out: ByteSink, { module, memory }: Plan): void {
  out.unsigned(module.globals.length + 6);
  for (const { type, mutable, init } of module.globals) {
    out.put(type, mutable ? 1 : 0);
    writeConstant(out, type, init);
  }
  const appended: readonly (readonly [number, number])[] = [
    [I64, 0], // gas
    [I64, 0], // exhausted
    [I32, STACK_BYTES],
    [I32, 0], // fatal
    [I32, memory?.initialPages ?? 0],
    [I32, 0], // element
  ];
  for (const [type, value] of appended) {
    out.put(type, 1);
    writeConstant(out, type, value);
  }
}

function writeExports(out: ByteSink, plan: Plan): void {
  const exported = new Set(plan.module.exports.filter(({ kind }) => kind === "function").map(({ index }) => index));
  const ours: readonly (readonly [string, number, number])[] = [
    [USE, KIND.function, plan.useFunction],
    [RESET, KIND.function, plan.resetFunction],
    [LEFT_LOW, KIND.function, plan.lowFunction],
    [LEFT_HIGH, KIND.function, plan.highFunction],
    [EXHAUSTED, KIND.global, plan.exhausted],
    [STACK, KIND.global, plan.stack],
    [FATAL, KIND.global, plan.fatal],
    [ELEMENT, KIND.global, plan.element],
  ];
  out.unsigned(exported.size + ours.length);
  for (const index of exported) {
    out.name(functionField(index));
    out.byte(KIND.function);
    out.unsigned(index);
  }
  for (const [name, kind, index] of ours) {
    out.name(name);
    out.byte(kind);
    out.unsigned(index);
  }
}

function writeElements(out: ByteSink, { module: { elements } }: Plan): void {
  out.unsigned(elements.length);
  for (const { offset, functions } of elements) {
    out.byte(0);
    writeConstant(out, I32, offset);
    out.unsigned(functions.length);
    for (const index of functions) out.unsigned(index);
  }
}

function writeCode(out: ByteSink, plan: Plan): void {
  const { module, memory } = plan;
  out.unsigned(module.functions.length + helperTypes(plan).length);
  const rewriter = new BodyRewriter(module.bytes, out, plan);
  for (const body of module.functions) rewriter.rewrite(body, module.types[body.type] as FunctionType);
  writeUse(out, plan);
  writeReset(out, plan);
  writeLeft(out, plan, 0);
  writeLeft(out, plan, 32);
  if (memory !== undefined) writeGrow(out, plan, memory);
}
