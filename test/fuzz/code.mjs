// SPDX-License-Identifier: Apache-2.0
import { END, I32, I64, signed, unsigned } from "./encode.mjs";

/** @typedef {{ params: readonly number[], results: readonly number[] }} Type */
/**
 * @typedef {object} Scope what a body may refer to
 * @property {readonly Type[]} types
 * @property {readonly number[]} functionTypes
 * @property {readonly { type: number, mutable: boolean }[]} globals
 * @property {number} tableSize
 * @property {boolean} hasTable
 * @property {boolean} hasMemory
 * @property {number} memoryPages
 */

const range = (/** @type {number} */ from, /** @type {number} */ to) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
const I32_UNARY = [0x45, 0x67, 0x68, 0x69, 0xc0, 0xc1];
const I64_UNARY = [0x79, 0x7a, 0x7b, 0xc2, 0xc3, 0xc4];
const I32_BINARY = [...range(0x46, 0x4f), ...range(0x6a, 0x78)];
const I64_BINARY = range(0x7c, 0x8a);
const I64_COMPARE = range(0x51, 0x5a);
/** Opcode and log2 of the natural alignment. */
const I32_LOADS = [
  [0x28, 2],
  [0x2c, 0],
  [0x2d, 0],
  [0x2e, 1],
  [0x2f, 1],
];
const I64_LOADS = [
  [0x29, 3],
  [0x30, 0],
  [0x31, 0],
  [0x32, 1],
  [0x33, 1],
  [0x34, 2],
  [0x35, 2],
];
const I32_STORES = [
  [0x36, 2],
  [0x3a, 0],
  [0x3b, 1],
];
const I64_STORES = [
  [0x37, 3],
  [0x3c, 0],
  [0x3d, 1],
  [0x3e, 2],
];

/** Writes one well-typed body at random. */
export class CodeWriter {
  #random;
  #scope;
  #locals;
  #result;
  /** Result type of each open label, innermost last; loops carry no value. */
  #labels;
  /** Instructions still to spend, so that bodies end. */
  #fuel;

  /**
   * @param {import("./random.mjs").Random} random @param {Scope} scope
   * @param {readonly number[]} locals types of parameters and locals
   * @param {number} result 0 when there is none
   * @param {number} fuel
   */
  constructor(random, scope, locals, result, fuel) {
    this.#random = random;
    this.#scope = scope;
    this.#locals = locals;
    this.#result = result;
    this.#labels = [result];
    this.#fuel = fuel;
  }

  /** @returns {number[]} instructions with the final end */
  body() {
    return [...this.#sequence(this.#result, this.#random.between(1, 6)), END];
  }

  /**
   * Statements and then a value of the type, or statements of which the last never continues, and
   * dead code.
   */
  #sequence(/** @type {number} */ type, /** @type {number} */ count) {
    const out = [];
    for (let i = 0; i < count; i++) out.push(...this.#statement());
    if (this.#random.chance(12)) {
      out.push(...this.#leave());
      for (let i = this.#random.below(3); i > 0; i--) out.push(...this.#statement());
      // Dead code may leave the value out: its stack is polymorphic.
      if (this.#random.chance(50)) return out;
    }
    if (type !== 0) out.push(...this.#value(type, 4));
    return out;
  }

  /** An instruction that never continues, with its operands. */
  #leave() {
    const random = this.#random;
    const label = random.below(this.#labels.length);
    const type = this.#labels[this.#labels.length - 1 - label] ?? 0;
    const carried = type === 0 ? [] : this.#value(type, 2);
    switch (random.below(8)) {
      case 0:
        return [0x00];
      case 1:
      case 2:
        return [...(this.#result === 0 ? [] : this.#value(this.#result, 2)), 0x0f];
      case 3:
      case 4:
        return this.#brTable(type, carried);
      default:
        return [...carried, 0x0c, ...unsigned(label)];
    }
  }

  #brTable(/** @type {number} */ type, /** @type {number[]} */ carried) {
    const same = [...this.#labels.keys()].filter((label) => this.#labels[this.#labels.length - 1 - label] === type);
    const count = this.#random.below(5);
    const targets = Array.from({ length: count + 1 }, () => unsigned(this.#random.pick(same)));
    return [...carried, ...this.#value(I32, 2), 0x0e, ...unsigned(count), ...targets.flat()];
  }

  #inside(/** @type {number} */ label, /** @type {() => number[]} */ write) {
    this.#labels.push(label);
    const out = write();
    this.#labels.pop();
    return out;
  }

  /** @returns {number[]} code that leaves the stack as it was */
  #statement() {
    const random = this.#random;
    if (--this.#fuel < 0) return [0x01];
    const nested = this.#labels.length < 8;
    switch (random.below(16)) {
      case 0:
        return this.#call(0, 3) ?? [0x01];
      case 1:
      case 2:
        return this.#setLocal();
      case 3:
      case 4:
        return this.#setGlobal();
      case 5:
      case 6:
      case 7:
        return this.#store();
      case 8:
        return nested ? [0x02, 0x40, ...this.#inside(0, () => this.#sequence(0, random.between(1, 3))), END] : [0x01];
      case 9:
        return nested ? this.#if(0) : [0x01];
      case 10:
      case 11:
        return nested ? this.#loop() : [0x01];
      case 12: {
        const label = random.below(this.#labels.length);
        if (this.#labels[this.#labels.length - 1 - label] !== 0) return [0x01];
        return [...this.#value(I32, 3), 0x0d, ...unsigned(label)];
      }
      default:
        return [...this.#value(random.pick([I32, I64]), 3), 0x1a];
    }
  }

  /** A loop; mostly one that counts a local down, otherwise one that only gas or a branch ends. */
  #loop() {
    const random = this.#random;
    const counters = [...this.#locals.keys()].filter((index) => this.#locals[index] === I32);
    const body = this.#inside(0, () => this.#sequence(0, random.between(1, 3)));
    if (counters.length === 0 || random.chance(10)) {
      return [0x03, 0x40, ...body, ...this.#inside(0, () => this.#value(I32, 2)), 0x0d, 0, END];
    }
    const counter = unsigned(random.pick(counters));
    const start = [0x41, ...signed(random.between(1, 20)), 0x21, ...counter];
    const count = [0x20, ...counter, 0x41, 1, 0x6b, 0x22, ...counter, 0x41, 0, 0x4a, 0x0d, 0];
    return [...start, 0x03, 0x40, ...body, ...count, END];
  }

  #if(/** @type {number} */ type) {
    const arm = () => this.#inside(type, () => this.#sequence(type, this.#random.between(0, 2)));
    const condition = this.#value(I32, 3);
    const rest = type !== 0 || this.#random.chance(50) ? [0x05, ...arm()] : [];
    return [...condition, 0x04, type === 0 ? 0x40 : type, ...arm(), ...rest, END];
  }

  #setLocal() {
    if (this.#locals.length === 0) return [0x01];
    const index = this.#random.below(this.#locals.length);
    return [...this.#value(this.#locals[index] ?? I32, 4), 0x21, ...unsigned(index)];
  }

  #setGlobal() {
    const mutable = [...this.#scope.globals.keys()].filter((index) => this.#scope.globals[index]?.mutable);
    if (mutable.length === 0) return [0x01];
    const index = this.#random.pick(mutable);
    return [...this.#value(this.#scope.globals[index]?.type ?? I32, 4), 0x24, ...unsigned(index)];
  }

  #store() {
    if (!this.#scope.hasMemory) return [0x01];
    const [type, ops] = this.#random.chance(50) ? [I32, I32_STORES] : [I64, I64_STORES];
    const [op = 0x36, align = 0] = this.#random.pick(ops);
    return [...this.#address(), ...this.#value(type, 3), op, ...this.#memarg(align)];
  }

  #memarg(/** @type {number} */ align) {
    const random = this.#random;
    const offset = random.chance(90) ? random.below(64) : random.chance(80) ? random.below(200_000) : random.bits();
    return [random.between(0, align), ...unsigned(offset)];
  }

  /** Mostly an address that exists, sometimes one at the end of the memory, rarely any. */
  #address() {
    const random = this.#random;
    if (random.chance(15)) return this.#value(I32, 3);
    const end = random.pick([0, this.#scope.memoryPages, this.#scope.memoryPages + 8]) * 65_536;
    const value = random.chance(85) ? random.below(2_000) : Math.max(0, end - random.below(16));
    const base = [0x41, ...signed(value | 0)];
    return random.chance(70)
      ? base
      : [...this.#value(I32, 2), 0x41, ...signed(random.pick([7, 255, 4095])), 0x71, ...base, 0x6a];
  }

  /**
   * @returns {number[] | undefined} a call with its arguments that leaves `result`, 0 without a
   * result
   */
  #call(/** @type {number} */ result, /** @type {number} */ depth) {
    const random = this.#random;
    const { types, functionTypes, hasTable, tableSize } = this.#scope;
    const fits = (/** @type {number} */ type) => (types[type]?.results[0] ?? 0) === result;
    const args = (/** @type {number} */ type) =>
      (types[type]?.params ?? []).flatMap((param) => this.#value(param, depth - 1));
    if (hasTable && random.chance(30)) {
      const candidates = [...types.keys()].filter(fits);
      if (candidates.length === 0) return undefined;
      const type = random.pick(candidates);
      const index = random.chance(90) ? [0x41, ...signed(random.below(tableSize + 1))] : this.#value(I32, 1);
      return [...args(type), ...index, 0x11, ...unsigned(type), 0];
    }
    const candidates = [...functionTypes.keys()].filter((index) => fits(functionTypes[index] ?? 0));
    if (candidates.length === 0) return undefined;
    const index = random.pick(candidates);
    return [...args(functionTypes[index] ?? 0), 0x10, ...unsigned(index)];
  }

  /** @returns {number[]} code that leaves one value of the type */
  #value(/** @type {number} */ type, /** @type {number} */ depth) {
    if (depth <= 0 || --this.#fuel < 0) return this.#leaf(type);
    const random = this.#random;
    const again = (/** @type {number} */ t) => this.#value(t, depth - 1);
    switch (random.below(18)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return [...again(type), ...again(type), random.pick(type === I32 ? I32_BINARY : I64_BINARY)];
      case 4:
        return [...again(type), random.pick(type === I32 ? I32_UNARY : I64_UNARY)];
      case 5:
        if (type === I64) return [...again(I32), random.pick([0xac, 0xad])];
        return random.chance(30)
          ? [...again(I64), random.pick([0x50, 0xa7])]
          : [...again(I64), ...again(I64), random.pick(I64_COMPARE)];
      case 6:
      case 7:
      case 8:
        return this.#load(type);
      case 9:
        return [...again(type), ...again(type), ...again(I32), 0x1b];
      case 10:
        return this.#labels.length < 8 ? this.#if(type) : this.#leaf(type);
      case 11:
        return this.#block(type);
      case 12:
      case 13:
        return this.#call(type, depth) ?? this.#leaf(type);
      case 14:
        return this.#memorySize(type, depth);
      case 15: {
        const same = [...this.#locals.keys()].filter((index) => this.#locals[index] === type);
        return same.length === 0 ? this.#leaf(type) : [...again(type), 0x22, ...unsigned(random.pick(same))];
      }
      default:
        return this.#leaf(type);
    }
  }

  #load(/** @type {number} */ type) {
    if (!this.#scope.hasMemory) return this.#leaf(type);
    const [op = 0x28, align = 0] = this.#random.pick(type === I32 ? I32_LOADS : I64_LOADS);
    return [...this.#address(), op, ...this.#memarg(align)];
  }

  /** A block or loop with a result, sometimes left early with a value. */
  #block(/** @type {number} */ type) {
    const random = this.#random;
    if (this.#labels.length >= 8) return this.#leaf(type);
    if (random.chance(30)) return [0x03, type, ...this.#inside(0, () => this.#sequence(type, random.below(3))), END];
    const content = this.#inside(type, () => {
      const early = random.chance(50) ? [...this.#value(type, 2), ...this.#value(I32, 2), 0x0d, 0, 0x1a] : [];
      return [...early, ...this.#sequence(type, random.below(3))];
    });
    return [0x02, type, ...content, END];
  }

  #memorySize(/** @type {number} */ type, /** @type {number} */ depth) {
    if (!this.#scope.hasMemory || type !== I32) return this.#leaf(type);
    if (this.#random.chance(40)) return [0x3f, 0];
    const pages = this.#random.chance(85) ? [0x41, ...signed(this.#random.below(6))] : this.#value(I32, depth - 1);
    return [...pages, 0x40, 0];
  }

  #leaf(/** @type {number} */ type) {
    const random = this.#random;
    const locals = [...this.#locals.keys()].filter((index) => this.#locals[index] === type);
    const globals = [...this.#scope.globals.keys()].filter((index) => this.#scope.globals[index]?.type === type);
    if (locals.length > 0 && random.chance(50)) return [0x20, ...unsigned(random.pick(locals))];
    if (globals.length > 0 && random.chance(30)) return [0x23, ...unsigned(random.pick(globals))];
    return type === I32 ? [0x41, ...signed(random.i32())] : [0x42, ...signed(random.i64())];
  }
}
