// SPDX-License-Identifier: Apache-2.0
// Writes the WebAssembly binary format: the part that the cipher module needs.

/**
 * Instructions, encoded: bytes, and lists of them, in their order. An expression leaves one value,
 * a statement leaves no value. Cost: lists are copied once, at the end.
 */
export type Code = readonly (number | Code)[];

/** Index of a local variable of the function that is being written. */
export type Local = number;

const I32 = 0x7f;
const V128 = 0x7b;

/** LEB128 of a natural number below 2^31. */
function leb(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) out.push((rest & 0x7f) | 0x80);
  out.push(rest);
  return out;
}

/** Signed LEB128 of a 32-bit integer. */
function signedLeb(value: number): number[] {
  const out: number[] = [];
  let rest = value | 0;
  for (; rest < -64 || rest > 63; rest >>= 7) out.push((rest & 0x7f) | 0x80);
  out.push(rest & 0x7f);
  return out;
}

/** An instruction of one opcode after its operands. */
const plain =
  (opcode: number) =>
  (...operands: readonly Code[]): Code => [operands, opcode];

/** The same for the vector instructions, whose opcodes have a prefix. */
const vector =
  (opcode: number) =>
  (...operands: readonly Code[]): Code => [operands, 0xfd, leb(opcode)];

/** Access to memory at an address and a constant offset; without an alignment hint. */
const access =
  (opcode: Code) =>
  (offset: number, ...operands: readonly Code[]): Code => [operands, opcode, 0, leb(offset)];

/** A vector instruction with a constant count of bits. */
const shift =
  (opcode: number) =>
  (value: Code, bits: number): Code => [value, i32.of(bits), 0xfd, leb(opcode)];

/** Reads a local. */
export const get = (local: Local): Code => [0x20, leb(local)];
export const set = (local: Local, value: Code): Code => [value, 0x21, leb(local)];
export const call = (func: number, ...operands: readonly Code[]): Code => [operands, 0x10, leb(func)];

export const i32 = {
  of: (value: number): Code => [0x41, signedLeb(value)],
  load: access([0x28]),
  store: access([0x36]),
  store8: access([0x3a]),
  isZero: plain(0x45),
  lessThan: plain(0x49), // unsigned
  add: plain(0x6a),
  subtract: plain(0x6b),
  and: plain(0x71),
  or: plain(0x72),
  xor: plain(0x73),
  shiftLeft: plain(0x74),
  shiftRight: plain(0x76), // unsigned
  rotateRight: plain(0x78),
};

export const v128 = {
  of: (bytes: readonly number[]): Code => [0xfd, 0x0c, bytes],
  /** Of four 32-bit words. */
  words: (words: readonly number[]): Code =>
    v128.of(words.flatMap((word) => [0, 8, 16, 24].map((bit) => (word >>> bit) & 255))),
  /** One of the four words. */
  word: (value: Code, index: number): Code => [value, 0xfd, 0x1b, index],
  load: access([0xfd, 0]),
  store: access([0xfd, 0x0b]),
  /** Bytes of a value in a constant order. */
  permute: (value: Local, order: readonly number[]): Code => [get(value), get(value), 0xfd, 0x0d, order],
  /**
   * Bytes of `table` by the bytes of `index`; zero for 16 and above. In registers: takes the same
   * time for every index.
   */
  lookUp: (table: Code, index: Code): Code => [table, index, 0xfd, 0x0e],
  and: vector(0x4e),
  xor: vector(0x51),
  anyTrue: vector(0x53),
  negateBytes: vector(0x61),
  shiftBytesLeft: shift(0x6b),
  shiftBytesRight: shift(0x6d),
  shiftWordsRight: shift(0x8d), // of 16 bits
  addInts: vector(0xae), // of 32 bits
};

/** Runs `body` if `condition` is not zero, otherwise `other`. */
export const when = (condition: Code, body: Code, other: Code = []): Code => [
  condition,
  [0x04, 0x40],
  body,
  other.length === 0 ? [] : [0x05, other],
  0x0b,
];

/** Runs `body`, and again for as long as `condition` is not zero then. */
export const repeat = (body: Code, condition: Code): Code => [[0x03, 0x40], body, condition, [0x0d, 0, 0x0b]];

/**
 * A function under construction: its parameters are i32, its other locals have the requested types.
 */
export class Locals {
  readonly #types: number[] = [];
  readonly #params: number;

  constructor(params: number) {
    this.#params = params;
  }

  i32(): Local {
    return this.#params + this.#types.push(I32) - 1;
  }

  v128(): Local {
    return this.#params + this.#types.push(V128) - 1;
  }

  encode(): Code {
    return [leb(this.#types.length), ...this.#types.map((type) => [1, type])];
  }
}

/** A function of the module. Parameters and the result, if it has one, are i32. */
export interface Func {
  /** The name that it is exported under. */
  readonly name: string;
  readonly params: number;
  readonly hasResult: boolean;
  readonly locals: Locals;
  readonly body: Code;
}

/** The bytes of code, behind those that are there. */
function write(code: Code, out: number[]): number[] {
  for (const part of code) {
    if (typeof part === "number") out.push(part);
    else write(part, out);
  }
  return out;
}

function sized(code: Code): Code {
  const bytes = write(code, []);
  return [leb(bytes.length), bytes];
}
const list = (items: readonly Code[]): Code => [leb(items.length), items];
const section = (id: number, content: Code): Code => [id, sized(content)];
const text = (name: string): Code => sized(Array.from(name, (char) => char.charCodeAt(0)));

/**
 * A module of these functions, numbered in their order, and one page of memory that begins with
 * `data`. All are exported.
 */
export function assemble(functions: readonly Func[], data: readonly number[]): Uint8Array {
  const types = functions.map(({ params, hasResult }) => [
    0x60,
    list(Array<Code>(params).fill([I32])),
    list(hasResult ? [[I32]] : []),
  ]);
  const bodies = functions.map(({ locals, body }) => sized([locals.encode(), body, 0x0b]));
  const exported = functions.map(({ name }, index) => [text(name), 0, leb(index)]);
  const code: Code = [
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, list(types)),
    section(3, list(functions.map((_, index) => leb(index)))),
    section(5, list([[1, 1, 1]])),
    section(7, list([...exported, [text("memory"), 2, 0]])),
    section(10, list(bodies)),
    section(11, list([[0, i32.of(0), 0x0b, sized(data)]])),
  ];
  return Uint8Array.from(write(code, []));
}
