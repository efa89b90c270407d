// SPDX-License-Identifier: Apache-2.0
import { I32, I64, OP } from "@sotto/check";
import type { ByteSink } from "./byteSink.ts";
import type { Plan } from "./plan.ts";
import { FREE_PAGES, GAS_PER_GROW, GAS_PER_LARGE_PAGE, GAS_PER_PAGE, type MemoryRule, STACK_BYTES } from "./rules.ts";

const EMPTY = 0x40;
const I32_EQ = 0x46;
const I32_LT_U = 0x49;
const I32_GT_U = 0x4b;
const I32_ADD = 0x6a;
const I32_SUB = 0x6b;
const I64_LT_U = 0x54;
const I64_SUB = 0x7d;
const I64_MUL = 0x7e;
const I64_OR = 0x84;
const I64_SHL = 0x86;
const I64_SHR_U = 0x88;
const I32_WRAP_I64 = 0xa7;
const I64_EXTEND_I32_U = 0xad;

/** Small assembler over a sink: one line per instruction in the helpers below. */
function assembler(out: ByteSink) {
  const indexed = (op: number) => (index: number) => {
    out.byte(op);
    out.unsigned(index);
  };
  const constant = (op: number) => (value: number) => {
    out.byte(op);
    out.signed(value);
  };
  return {
    op: (...ops: number[]) => out.put(...ops),
    get: indexed(OP.globalGet),
    set: indexed(OP.globalSet),
    local: indexed(OP.localGet),
    setLocal: indexed(OP.localSet),
    i32: constant(OP.i32Const),
    i64: constant(OP.i64Const),
  };
}
type Assembler = ReturnType<typeof assembler>;

function body(out: ByteSink, locals: readonly number[], write: (asm: Assembler) => void): void {
  const start = out.open();
  out.unsigned(locals.length);
  for (const type of locals) out.put(1, type);
  write(assembler(out));
  out.byte(OP.end);
  out.close(start);
}

/**
 * `value` pushes the i64 to charge. It is pushed up to three times, so it must be a local or a
 * constant.
 */
function charge(asm: Assembler, { gas, exhausted }: Plan, value: () => void): void {
  asm.get(gas);
  value();
  asm.op(I64_LT_U, OP.if, EMPTY);
  value();
  asm.set(exhausted);
  asm.op(OP.unreachable, OP.end);
  asm.get(gas);
  value();
  asm.op(I64_SUB);
  asm.set(gas);
}

/** Pushes low | high << 32 of the two i32 parameters. */
function pair(asm: Assembler): void {
  asm.local(0);
  asm.op(I64_EXTEND_I32_U);
  asm.local(1);
  asm.op(I64_EXTEND_I32_U);
  asm.i64(32);
  asm.op(I64_SHL, I64_OR);
}

/** use(low, high): takes gas, or traps where no code can catch it. */
export function writeUse(out: ByteSink, plan: Plan): void {
  body(out, [I64], (asm) => {
    pair(asm);
    asm.setLocal(2);
    charge(asm, plan, () => asm.local(2));
  });
}

/** reset(low, high): every mutable global gets its initial value, and the gas is set. */
export function writeReset(out: ByteSink, plan: Plan): void {
  body(out, [], (asm) => {
    for (const [i, { mutable, type, init }] of plan.module.globals.entries()) {
      if (!mutable) continue;
      if (type === I64) {
        asm.op(OP.i64Const);
        out.signedBig(BigInt(init));
      } else asm.i32(Number(init));
      asm.set(i);
    }
    pair(asm);
    asm.set(plan.gas);
    asm.i64(0);
    asm.set(plan.exhausted);
    asm.i32(STACK_BYTES);
    asm.set(plan.stack);
    asm.i32(0);
    asm.set(plan.fatal);
    asm.i32(plan.memory?.initialPages ?? 0);
    asm.set(plan.pages);
  });
}

/** Half of the gas counter as an i32, so that reading it makes no BigInt. */
export function writeLeft(out: ByteSink, { gas }: Plan, shift: number): void {
  body(out, [], (asm) => {
    asm.get(gas);
    if (shift > 0) {
      asm.i64(shift);
      asm.op(I64_SHR_U);
    }
    asm.op(I32_WRAP_I64);
  });
}

/**
 * grow(pages): memory.grow on the logical size. Pages are unsigned: as a signed number, -1 would
 * refund gas. The engine's rule alone decides whether growth succeeds; a host without memory is a
 * fault, never a result. Locals: requested pages; gas to charge; logical pages after it.
 */
export function writeGrow(out: ByteSink, plan: Plan, memory: MemoryRule): void {
  const { pages, fatal } = plan;
  const { maxPages, slackPages } = memory;
  body(out, [I64, I32], (asm) => {
    charge(asm, plan, () => asm.i64(GAS_PER_GROW));
    asm.local(0);
    asm.op(I64_EXTEND_I32_U);
    asm.i64(GAS_PER_PAGE);
    asm.op(I64_MUL);
    asm.setLocal(1);
    charge(asm, plan, () => asm.local(1));
    asm.local(0);
    asm.i32(maxPages);
    asm.get(pages);
    asm.op(I32_SUB, I32_GT_U, OP.if, EMPTY);
    asm.i32(-1);
    asm.op(OP.return, OP.end);
    asm.local(0);
    asm.get(pages);
    asm.op(I32_ADD);
    asm.setLocal(2);
    chargeLargePages(asm, plan);
    asm.local(2);
    asm.op(OP.memorySize, 0, I32_GT_U, OP.if, EMPTY);
    smaller(
      asm,
      () => {
        asm.local(2);
        asm.i32(slackPages);
        asm.op(I32_ADD);
      },
      maxPages,
    );
    asm.op(OP.memorySize, 0, I32_SUB, OP.memoryGrow, 0);
    asm.i32(-1);
    asm.op(I32_EQ, OP.if, EMPTY);
    asm.i32(1);
    asm.set(fatal);
    asm.op(OP.unreachable, OP.end, OP.end);
    asm.get(pages);
    asm.local(2);
    asm.set(pages);
  });
}

/** Pushes the smaller of a value, which is pushed twice, and a constant. */
function smaller(asm: Assembler, value: () => void, most: number): void {
  value();
  asm.i32(most);
  value();
  asm.i32(most);
  asm.op(I32_LT_U, OP.select);
}

/** For `writeGrow`: the price of the new pages above FREE_PAGES. */
function chargeLargePages(asm: Assembler, plan: Plan): void {
  asm.local(2);
  asm.i32(FREE_PAGES);
  asm.op(I32_GT_U, OP.if, EMPTY);
  asm.local(2);
  asm.get(plan.pages);
  asm.i32(FREE_PAGES);
  asm.get(plan.pages);
  asm.i32(FREE_PAGES);
  asm.op(I32_GT_U, OP.select, I32_SUB, I64_EXTEND_I32_U);
  asm.i64(GAS_PER_LARGE_PAGE);
  asm.op(I64_MUL);
  asm.setLocal(1);
  charge(asm, plan, () => asm.local(1));
  asm.op(OP.end);
}
