// SPDX-License-Identifier: Apache-2.0
/**
 * Executes a module with the instructions of the cipher module, and marks secrets: each byte of
 * memory and each value has a mark, and a result has one if an operand has one. A marked branch
 * condition or address is a leak, because time or caches depend on it.
 *
 * This is a proof, not a sample: if no branch depends on a secret, all secrets take the same path.
 */

interface Value {
  /** An i32 in one element, a v128 as sixteen bytes. */
  readonly bits: Uint8Array | number;
  readonly isSecret: boolean;
}

interface Instruction {
  readonly op: number;
  /** Offset in the module. */
  readonly at: number;
  /** Index, offset of an access, or constant. */
  readonly a: number;
  readonly bytes: Uint8Array;
  /** Of `if`: where its else and its end are. Of `else` and a loop: its end. */
  otherwise: number;
  end: number;
}

interface Code {
  readonly name: string;
  readonly params: number;
  readonly hasResult: boolean;
  /** Types of the locals behind the parameters. */
  readonly locals: readonly number[];
  readonly instructions: readonly Instruction[];
}

const VECTOR = 0xfd00;
const OP = {
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  brIf: 0x0d,
  call: 0x10,
  get: 0x20,
  set: 0x21,
  load: 0x28,
  load8: 0x2d,
  store: 0x36,
  store8: 0x3a,
  const: 0x41,
  vLoad: VECTOR,
  vStore: VECTOR + 0x0b,
  vConst: VECTOR + 0x0c,
  shuffle: VECTOR + 0x0d,
  word: VECTOR + 0x1b,
} as const;

const V128 = 0x7b;
const NONE: Uint8Array = new Uint8Array(0);

const I32_UNARY = new Map<number, (a: number) => number>([[0x45, (a) => Number(a === 0)]]);

/** Instructions with constant time on every processor that V8 compiles for; division is not one. */
const I32_BINARY = new Map<number, (a: number, b: number) => number>([
  [0x47, (a, b) => Number(a !== b)],
  [0x49, (a, b) => Number(a >>> 0 < b >>> 0)],
  [0x6a, (a, b) => a + b],
  [0x6b, (a, b) => a - b],
  [0x71, (a, b) => a & b],
  [0x72, (a, b) => a | b],
  [0x73, (a, b) => a ^ b],
  [0x74, (a, b) => a << (b & 31)],
  [0x76, (a, b) => a >>> (b & 31)],
  [0x78, (a, b) => (a >>> (b & 31)) | (a << (-b & 31))],
]);

const bytewise = (combine: (a: number, b: number) => number) => (a: Uint8Array, b: Uint8Array) =>
  a.map((byte, i) => combine(byte, b[i] as number));

const wordsOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, 16);

const V128_BINARY = new Map<number, (a: Uint8Array, b: Uint8Array) => Uint8Array>([
  [VECTOR + 0x0e, (table, index) => index.map((i) => table[i] ?? 0)],
  [VECTOR + 0x4e, bytewise((a, b) => a & b)],
  [VECTOR + 0x51, bytewise((a, b) => a ^ b)],
  [
    VECTOR + 0xae,
    (a, b) => {
      const out = new Uint8Array(16);
      for (let i = 0; i < 16; i += 4)
        wordsOf(out).setInt32(i, wordsOf(a).getInt32(i, true) + wordsOf(b).getInt32(i, true), true);
      return out;
    },
  ],
]);

const V128_SHIFT = new Map<number, (a: Uint8Array, bits: number) => Uint8Array>([
  [VECTOR + 0x6b, (a, bits) => a.map((byte) => byte << (bits & 7))],
  [VECTOR + 0x6d, (a, bits) => a.map((byte) => byte >> (bits & 7))],
  [
    VECTOR + 0x8d,
    (a, bits) => {
      const out = new Uint8Array(16);
      for (let i = 0; i < 16; i += 2) wordsOf(out).setUint16(i, wordsOf(a).getUint16(i, true) >> (bits & 15), true);
      return out;
    },
  ],
]);

class Reader {
  at = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  byte(): number {
    return this.bytes[this.at++] as number;
  }

  take(length: number): Uint8Array {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  natural(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  }

  integer(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return byte & 64 && shift < 25 ? value | (-1 << (shift + 7)) : value;
    }
  }
}

function readInstruction(from: Reader): Instruction {
  const { at } = from;
  const first = from.byte();
  const op = first === 0xfd ? VECTOR + from.natural() : first;
  let a = 0;
  let bytes: Uint8Array = NONE;
  if (op === OP.loop || op === OP.if || op === OP.brIf || op === OP.word) a = from.byte();
  else if (op === OP.call || op === OP.get || op === OP.set) a = from.natural();
  else if (op === OP.const) a = from.integer();
  else if ((op >= OP.load && op <= OP.store8) || op === OP.vLoad || op === OP.vStore) {
    from.natural(); // Alignment.
    a = from.natural();
  } else if (op === OP.vConst || op === OP.shuffle) bytes = from.take(16);
  return { op, at, a, bytes, otherwise: -1, end: -1 };
}

/** The instructions of a body, each block with its ends. */
function readBody(from: Reader, end: number): Instruction[] {
  const out: Instruction[] = [];
  const open: Instruction[] = [];
  while (from.at < end) {
    const index = out.length;
    const instruction = readInstruction(from);
    out.push(instruction);
    if (instruction.op === OP.loop || instruction.op === OP.if) open.push(instruction);
    else if (instruction.op === OP.else) {
      (open.at(-1) as Instruction).otherwise = index;
      open.push(instruction);
    } else if (instruction.op === OP.end) {
      const block = open.pop();
      if (block?.op === OP.else) (open.pop() as Instruction).end = index;
      if (block !== undefined) block.end = index;
    }
  }
  return out;
}

interface Module {
  readonly functions: readonly Code[];
  readonly data: Uint8Array;
}

/** A module as `assemble` writes it. */
function readModule(bytes: Uint8Array): Module {
  const from = new Reader(bytes);
  from.take(8);
  const list = <T>(item: () => T): T[] => Array.from({ length: from.natural() }, item);
  let types: { params: number; hasResult: boolean }[] = [];
  let typeOf: number[] = [];
  const names: string[] = [];
  let bodies: { locals: number[]; instructions: Instruction[] }[] = [];
  let data: Uint8Array = NONE;
  while (from.at < bytes.length) {
    const id = from.byte();
    const end = from.natural() + from.at;
    if (id === 1)
      types = list(() => {
        from.byte();
        return { params: from.take(from.natural()).length, hasResult: from.take(from.natural()).length > 0 };
      });
    else if (id === 3) typeOf = list(() => from.natural());
    else if (id === 7)
      list(() => {
        const name = String.fromCharCode(...from.take(from.natural()));
        if (from.byte() === 0) names[from.natural()] = name;
        else from.natural();
      });
    else if (id === 10)
      bodies = list(() => {
        const bodyEnd = from.natural() + from.at;
        const locals = list(() => [from.natural(), from.byte()] as const).map(([, type]) => type);
        return { locals, instructions: readBody(from, bodyEnd) };
      });
    else if (id === 11) {
      from.take(5); // One segment at address 0.
      data = from.take(from.natural());
    }
    from.at = end;
  }
  const functions = bodies.map((body, i) => ({
    ...(types[typeOf[i] as number] as (typeof types)[number]),
    ...body,
    name: names[i] as string,
  }));
  return { functions, data };
}

/** One instance, with the leaks of its execution. */
export class SecretFlow {
  readonly memory = new Uint8Array(65_536);
  /** 1 for each byte of the memory that is secret. */
  readonly secret = new Uint8Array(65_536);
  /** The leaks: "branch" or "address", the function, and the offset in the module. Each once. */
  readonly leaks = new Set<string>();
  readonly #functions: readonly Code[];
  #stack: Value[] = [];

  constructor(module: Uint8Array) {
    const { functions, data } = readModule(module);
    this.#functions = functions;
    this.memory.set(data);
  }

  /** Puts secret bytes into the memory. */
  put(bytes: Uint8Array, at: number): void {
    this.memory.set(bytes, at);
    this.secret.fill(1, at, at + bytes.length);
  }

  /** Calls a function with public arguments. Its result is public too. */
  call(name: string, ...args: readonly number[]): number | undefined {
    const code = this.#functions.find((each) => each.name === name);
    if (code === undefined) throw new Error(`no function ${name}`);
    this.#stack = args.map((bits) => ({ bits, isSecret: false }));
    this.#run(code);
    return code.hasResult ? (this.#stack.pop()?.bits as number) : undefined;
  }

  #pop(): Value {
    const value = this.#stack.pop();
    if (value === undefined) throw new Error("the stack is empty");
    return value;
  }

  /** A number that decides something: where a branch goes, or an address. */
  #decide(kind: "branch" | "address", code: Code, { at }: Instruction): number {
    const { bits, isSecret } = this.#pop();
    if (isSecret) this.leaks.add(`${kind} in ${code.name} at ${at}`);
    return bits as number;
  }

  #push(bits: Uint8Array | number, isSecret: boolean): void {
    this.#stack.push({ bits: typeof bits === "number" ? bits | 0 : bits, isSecret });
  }

  #run(code: Code): void {
    const locals = this.#stack.splice(this.#stack.length - code.params);
    for (const type of code.locals) locals.push({ bits: type === V128 ? new Uint8Array(16) : 0, isSecret: false });
    const loops: number[] = [];
    for (let at = 0; at < code.instructions.length; at++) {
      const instruction = code.instructions[at] as Instruction;
      const { op, a } = instruction;
      if (op === OP.get) this.#stack.push(locals[a] as Value);
      else if (op === OP.set) locals[a] = this.#pop();
      else if (op === OP.call) this.#run(this.#functions[a] as Code);
      else if (op === OP.loop) loops.push(at);
      else if (op === OP.brIf) {
        if (a !== 0 || loops.length === 0) throw new Error("only a loop's end branches back");
        if (this.#decide("branch", code, instruction) !== 0) at = loops.at(-1) as number;
      } else if (op === OP.if) {
        const { otherwise, end } = instruction;
        if (this.#decide("branch", code, instruction) === 0) at = otherwise < 0 ? end : otherwise;
      } else if (op === OP.else) at = instruction.end;
      else if (op === OP.end) {
        if (code.instructions[loops.at(-1) ?? -1]?.end === at) loops.pop();
      } else this.#plain(code, instruction);
    }
  }

  #plain(code: Code, instruction: Instruction): void {
    const { op, a, bytes } = instruction;
    const unary = I32_UNARY.get(op);
    const binary = I32_BINARY.get(op);
    const vectors = V128_BINARY.get(op);
    const shift = V128_SHIFT.get(op);
    if (op === OP.const) this.#push(a, false);
    else if (op === OP.vConst) this.#push(bytes, false);
    else if (unary !== undefined) {
      const { bits, isSecret } = this.#pop();
      this.#push(unary(bits as number), isSecret);
    } else if (binary !== undefined || vectors !== undefined || shift !== undefined || op === OP.shuffle) {
      const right = this.#pop();
      const left = this.#pop();
      const isSecret = left.isSecret || right.isSecret;
      if (binary !== undefined) this.#push(binary(left.bits as number, right.bits as number), isSecret);
      else if (shift !== undefined) this.#push(shift(left.bits as Uint8Array, right.bits as number), isSecret);
      else if (vectors !== undefined) this.#push(vectors(left.bits as Uint8Array, right.bits as Uint8Array), isSecret);
      else this.#push(shuffle(left.bits as Uint8Array, right.bits as Uint8Array, bytes), isSecret);
    } else if (op === OP.store || op === OP.store8 || op === OP.vStore) this.#store(code, instruction);
    else if (op === OP.load || op === OP.load8 || op === OP.vLoad) this.#load(code, instruction);
    else this.#vectorUnary(instruction);
  }

  #vectorUnary({ op, a, at }: Instruction): void {
    const { bits, isSecret } = this.#pop();
    const vector = bits as Uint8Array;
    if (op === OP.word) this.#push(wordsOf(vector).getInt32(4 * a, true), isSecret);
    else if (op === VECTOR + 0x53) this.#push(Number(vector.some((byte) => byte !== 0)), isSecret);
    else if (op === VECTOR + 0x61)
      this.#push(
        vector.map((byte) => -byte),
        isSecret,
      );
    else throw new Error(`instruction ${op.toString(16)} at ${at}: not on the list of instructions with constant time`);
  }

  #load(code: Code, instruction: Instruction): void {
    const from = (this.#decide("address", code, instruction) >>> 0) + instruction.a;
    const length = instruction.op === OP.vLoad ? 16 : instruction.op === OP.load ? 4 : 1;
    const isSecret = this.secret.subarray(from, from + length).includes(1);
    if (length === 16) this.#push(this.memory.slice(from, from + 16), isSecret);
    else if (length === 4) this.#push(new DataView(this.memory.buffer).getInt32(from, true), isSecret);
    else this.#push(this.memory[from] as number, isSecret);
  }

  #store(code: Code, instruction: Instruction): void {
    const { bits, isSecret } = this.#pop();
    const to = (this.#decide("address", code, instruction) >>> 0) + instruction.a;
    if (typeof bits !== "number") this.memory.set(bits, to);
    else if (instruction.op === OP.store8) this.memory[to] = bits;
    else new DataView(this.memory.buffer).setInt32(to, bits, true);
    const length = instruction.op === OP.vStore ? 16 : instruction.op === OP.store ? 4 : 1;
    this.secret.fill(isSecret ? 1 : 0, to, to + length);
  }
}

const shuffle = (left: Uint8Array, right: Uint8Array, order: Uint8Array): Uint8Array =>
  order.map((from) => (from < 16 ? left[from] : right[from - 16]) as number);
