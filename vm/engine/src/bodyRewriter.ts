// SPDX-License-Identifier: Apache-2.0
import { type FunctionBody, type FunctionType, IMMEDIATE, IMMEDIATES, MODULE_LIMITS, OP } from "@sotto/check";
import { ByteSink } from "./byteSink.ts";
import type { Plan } from "./plan.ts";
import { GAS_PER_INSTRUCTION, stackBytes } from "./rules.ts";

const EDIT = { charge: 0, return: 1, memorySize: 2, memoryGrow: 3, callIndirect: 4 } as const;

const I32_SUB = 0x6b;
const I32_ADD = 0x6a;
const I32_LT_S = 0x48;
const I64_LT_U = 0x54;
const I64_SUB = 0x7d;
const EMPTY = 0x40;

/**
 * Immediate kinds of the instructions that are copied unchanged and count one; OTHER for the rest.
 */
const OTHER = 255;
const COUNTED = IMMEDIATES.map((kind, op) => {
  const isPlain = kind === IMMEDIATE.none || kind === IMMEDIATE.leb || kind === IMMEDIATE.memarg;
  return isPlain && (op >= OP.drop || op === OP.brIf || op === OP.call) ? kind : OTHER;
});

/**
 * Two passes over one body. The first finds the changes and the price of each structured sequence;
 * the second copies the bytes in between. Function, local, global and label indices stay as they
 * are.
 */
export class BodyRewriter {
  readonly #source: Uint8Array;
  readonly #out: ByteSink;
  readonly #plan: Plan;
  #editAt = new Uint32Array(1024);
  #editKind = new Uint8Array(1024);
  #editArgument = new Uint32Array(1024);
  #edits = 0;
  /** The code of a charge by its amount: a module has few different ones. */
  readonly #charges = new Map<number, Uint8Array>();
  /** Per open sequence: its charge edit and whether its code is still alive. */
  readonly #sequenceEdit: Int32Array;
  readonly #sequenceDead: Uint8Array;
  #depth = 0;

  constructor(source: Uint8Array, out: ByteSink, plan: Plan) {
    this.#source = source;
    this.#out = out;
    this.#plan = plan;
    this.#sequenceEdit = new Int32Array(MODULE_LIMITS.branches + 2);
    this.#sequenceDead = new Uint8Array(MODULE_LIMITS.branches + 2);
  }

  rewrite(body: FunctionBody, type: FunctionType): void {
    this.#scan(body);
    const out = this.#out;
    const start = out.open();
    out.copy(this.#source, body.localsStart, body.codeStart);
    const bytes = stackBytes(type, body);
    this.#enter(bytes);
    out.put(OP.block, type.results[0] ?? EMPTY);
    this.#emit(body);
    this.#leave(bytes);
    out.byte(OP.end);
    out.close(start);
  }

  #edit(at: number, kind: number, argument: number): number {
    const index = this.#edits++;
    if (index === this.#editAt.length) {
      const at2 = new Uint32Array(index * 2);
      at2.set(this.#editAt);
      this.#editAt = at2;
      const kind2 = new Uint8Array(index * 2);
      kind2.set(this.#editKind);
      this.#editKind = kind2;
      const argument2 = new Uint32Array(index * 2);
      argument2.set(this.#editArgument);
      this.#editArgument = argument2;
    }
    this.#editAt[index] = at;
    this.#editKind[index] = kind;
    this.#editArgument[index] = argument;
    return index;
  }

  /** Opens a sequence whose code starts at `at`. Dead code is never charged. */
  #open(at: number, dead: boolean): void {
    this.#sequenceDead[this.#depth] = dead ? 1 : 0;
    this.#sequenceEdit[this.#depth] = dead ? -1 : this.#edit(at, EDIT.charge, 0);
  }

  /**
   * The loop over a body. Instructions that are only counted are skipped here without a call,
   * because a fresh process rewrites its first contract before its own code is optimised.
   */
  #scan(body: FunctionBody): void {
    const source = this.#source;
    const end = body.codeEnd;
    this.#edits = 0;
    this.#depth = 0;
    this.#open(body.codeStart, false);
    let at = body.codeStart;
    let count = 0;
    while (at < end) {
      const op = source[at] as number;
      const immediate = COUNTED[op];
      if (immediate === OTHER) {
        this.#count(count);
        count = 0;
        at = this.#special(op, at);
        continue;
      }
      count++;
      at++;
      if (immediate !== IMMEDIATE.none) {
        while ((source[at++] as number) >= 0x80);
        if (immediate === IMMEDIATE.memarg) while ((source[at++] as number) >= 0x80);
      }
    }
  }

  /** Adds instructions to the price of the innermost sequence. */
  #count(instructions: number): void {
    if (this.#sequenceDead[this.#depth] === 1) return;
    const edit = this.#sequenceEdit[this.#depth] as number;
    this.#editArgument[edit] = (this.#editArgument[edit] as number) + instructions * GAS_PER_INSTRUCTION;
  }

  /**
   * An instruction that opens, ends or leaves a sequence, or is rewritten. Returns where the next
   * one starts.
   */
  #special(op: number, at: number): number {
    const dead = this.#sequenceDead;
    const next = this.#skip(op, at);
    if (op === OP.end) {
      this.#depth--;
      return next;
    }
    if (op === OP.else) {
      this.#open(next, dead[this.#depth - 1] === 1);
      return next;
    }
    if (op !== OP.nop) this.#count(1);
    if (op >= OP.block && op <= OP.if) {
      const wasDead = dead[this.#depth] === 1;
      this.#depth++;
      this.#open(next, wasDead);
    } else if (op === OP.return) this.#edit(at, EDIT.return, this.#depth);
    else if (op === OP.memorySize) this.#edit(at, EDIT.memorySize, 0);
    else if (op === OP.memoryGrow) this.#edit(at, EDIT.memoryGrow, 0);
    else if (op === OP.callIndirect) this.#edit(at, EDIT.callIndirect, 0);
    if (op === OP.unreachable || op === OP.br || op === OP.brTable || op === OP.return) dead[this.#depth] = 1;
    return next;
  }

  /** Moves past an instruction that the validator has accepted. */
  #skip(op: number, from: number): number {
    const source = this.#source;
    let at = from + 1;
    switch (IMMEDIATES[op]) {
      case IMMEDIATE.none:
        return at;
      case IMMEDIATE.leb:
        while ((source[at++] as number) >= 0x80);
        return at;
      case IMMEDIATE.brTable:
        return this.#skipTargets(at);
      case IMMEDIATE.callIndirect:
        while ((source[at++] as number) >= 0x80);
        return at + 1;
      default:
        return at + 1;
    }
  }

  #skipTargets(from: number): number {
    const source = this.#source;
    let at = from;
    let count = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = source[at++] as number;
      count |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80);
    for (let i = 0; i <= count; i++) while ((source[at++] as number) >= 0x80);
    return at;
  }

  #emit(body: FunctionBody): void {
    const out = this.#out;
    const source = this.#source;
    const { pages, element, growFunction } = this.#plan;
    let copied = body.codeStart;
    for (let i = 0; i < this.#edits; i++) {
      const at = this.#editAt[i] as number;
      const argument = this.#editArgument[i] as number;
      out.copy(source, copied, at);
      copied = at;
      switch (this.#editKind[i]) {
        case EDIT.charge:
          if (argument !== 0) this.#charge(argument);
          break;
        case EDIT.return:
          out.byte(OP.br);
          out.unsigned(argument);
          copied = at + 1;
          break;
        case EDIT.memorySize:
          out.byte(OP.globalGet);
          out.unsigned(pages);
          copied = at + 2;
          break;
        case EDIT.memoryGrow:
          out.byte(OP.call);
          out.unsigned(growFunction);
          copied = at + 2;
          break;
        default:
          // V8 does not distinguish an empty table element from one of another type, so the index
          // is stored for the verdict.
          out.byte(OP.globalSet);
          out.unsigned(element);
          out.byte(OP.globalGet);
          out.unsigned(element);
      }
    }
    out.copy(source, copied, body.codeEnd);
  }

  #charge(cost: number): void {
    let code = this.#charges.get(cost);
    if (code === undefined) {
      code = chargeCode(cost, this.#plan);
      this.#charges.set(cost, code);
    }
    this.#out.append(code);
  }

  #enter(bytes: number): void {
    const out = this.#out;
    const { stack } = this.#plan;
    this.#moveStack(bytes, I32_SUB);
    out.byte(OP.globalGet);
    out.unsigned(stack);
    out.put(OP.i32Const, 0, I32_LT_S, OP.if, EMPTY, OP.unreachable, OP.end);
  }

  #leave(bytes: number): void {
    this.#moveStack(bytes, I32_ADD);
  }

  #moveStack(bytes: number, operation: number): void {
    const out = this.#out;
    const { stack } = this.#plan;
    out.byte(OP.globalGet);
    out.unsigned(stack);
    out.byte(OP.i32Const);
    out.signed(bytes);
    out.byte(operation);
    out.byte(OP.globalSet);
    out.unsigned(stack);
  }
}

/** The reference's form: test, record the charge that did not fit, trap; otherwise subtract. */
function chargeCode(cost: number, { gas, exhausted }: Plan): Uint8Array {
  const out = new ByteSink(48);
  out.byte(OP.globalGet);
  out.unsigned(gas);
  out.byte(OP.i64Const);
  out.signed(cost);
  out.byte(I64_LT_U);
  out.byte(OP.if);
  out.byte(EMPTY);
  out.byte(OP.i64Const);
  out.signed(cost);
  out.byte(OP.globalSet);
  out.unsigned(exhausted);
  out.byte(OP.unreachable);
  out.byte(OP.end);
  out.byte(OP.globalGet);
  out.unsigned(gas);
  out.byte(OP.i64Const);
  out.signed(cost);
  out.byte(I64_SUB);
  out.byte(OP.globalSet);
  out.unsigned(gas);
  return out.taken();
}
