// SPDX-License-Identifier: Apache-2.0
import { type Code, get, i32, type Local, type Locals, set, v128 } from "./assembler.ts";
import { AFFINE, SPLIT_AFFINE, TABLES } from "./field.ts";

// AES-128 (FIPS 197) as vector instructions: no branch and no address depends on a key or on a
// text.
//
// ShiftRows is never done. After r rounds the byte that belongs at i is at shiftRows^r(i), and
// MixColumns and the round keys are permuted to fit; four rounds later everything is in its place
// again.

export const BLOCK = 16;
const ROUNDS = 10;
/** Bytes of the round keys of one key. */
export const SCHEDULE = (ROUNDS + 1) * BLOCK;

const NOWHERE = i32.of(0);
const splat = (byte: number): Code => v128.of(Array<number>(BLOCK).fill(byte));
const places = Array.from({ length: BLOCK }, (_, i) => i);

/** The byte that ShiftRows brings to place i; column by column, as FIPS 197 counts. */
const shiftRows = (i: number): number => (i + 4 * (i & 3)) & 15;
/** The byte below in the same column. */
const below = (i: number): number => (i & ~3) | ((i + 1) & 3);

/** Where the byte that belongs at i is after so many rounds. */
function placed(i: number, rounds: number): number {
  let at = i;
  for (let round = 0; round < rounds % 4; round++) at = shiftRows(at);
  return at;
}

/** Brings to each place the byte that belongs `steps` rows below it, after so many rounds. */
function rowsBelow(rounds: number, steps: number): number[] {
  const out = [...places];
  for (const i of places) {
    let from = i;
    for (let step = 0; step < steps; step++) from = below(from);
    out[placed(i, rounds)] = placed(from, rounds);
  }
  return out;
}

/** Brings bytes of a round key to where the state's are after so many rounds. */
function placing(rounds: number): number[] {
  const out = [...places];
  for (const i of places) out[placed(i, rounds)] = i;
  return out;
}

/** RotWord of the last word, in all four. */
const ROTATED = places.map((i) => 12 + ((i + 1) & 3));

const names = Object.keys(TABLES) as (keyof typeof TABLES)[];
const ORDERS = [0, 1, 2, 3].flatMap((rounds) => [rowsBelow(rounds, 1), rowsBelow(rounds, 3)]);

/** The tables in memory, from address 0 on, and the orders that MixColumns needs. */
export const TABLE_BYTES: readonly number[] = [...Object.values(TABLES), ...ORDERS].flat();
const loadTable = (name: keyof typeof TABLES): Code => v128.load(names.indexOf(name) * BLOCK, NOWHERE);

/**
 * `rowsBelow`. Cost: an order in memory is one load; as a constant it takes four instructions to
 * make each time.
 */
function fromBelow(value: Local, rounds: number, steps: 1 | 3): Code {
  const order = names.length + 2 * (rounds % 4) + (steps === 1 ? 0 : 1);
  return v128.lookUp(get(value), v128.load(order * BLOCK, NOWHERE));
}

type Registers = { readonly [name in keyof typeof TABLES | "low"]: Local };

/** The state of one block, with intermediate values. */
interface AesBlock {
  readonly x: Local;
  readonly u: Local;
  readonly v: Local;
  readonly w: Local;
}

/** Writes encryptions into one function, of several independent blocks at once. */
export class AesWriter {
  readonly #locals: Locals;
  readonly #tables: Registers;
  /** Loads the tables: once, at the start. */
  readonly prologue: Code;

  constructor(locals: Locals) {
    this.#locals = locals;
    const low = locals.v128();
    const tables = Object.fromEntries(names.map((name) => [name, locals.v128()])) as Omit<Registers, "low">;
    this.#tables = { ...tables, low };
    this.prologue = [set(low, splat(15)), ...names.map((name) => set(tables[name], loadTable(name)))].flat();
  }

  block(x: Local): AesBlock {
    return { x, u: this.#locals.v128(), v: this.#locals.v128(), w: this.#locals.v128() };
  }

  #look(table: keyof Registers, index: Code): Code {
    return v128.lookUp(get(this.#tables[table]), index);
  }

  #low(value: Code): Code {
    return v128.and(value, get(this.#tables.low));
  }

  #high(value: Code): Code {
    return this.#low(v128.shiftWordsRight(value, 4));
  }

  /** x as split bytes. */
  #split({ x }: AesBlock): Code {
    const low = this.#look("splitLow", this.#low(get(x)));
    return set(x, v128.xor(low, this.#look("splitHigh", this.#high(get(x)))));
  }

  /** u and v, of which the S-box of the split x is a sum of tables. */
  #invert({ x, u, v, w }: AesBlock): Code {
    return [
      set(u, this.#high(get(x))), // i
      set(w, this.#low(get(x))), // k
      set(v, v128.xor(get(u), get(w))), // j
      set(w, this.#look("inverseNorm", get(w))),
      set(x, v128.xor(get(w), this.#look("inverse", get(u)))),
      set(w, v128.xor(get(w), this.#look("inverse", get(v)))),
      set(x, v128.xor(get(v), this.#look("inverse", get(x)))),
      set(v, v128.xor(get(u), this.#look("inverse", get(w)))),
      set(u, get(x)),
    ].flat();
  }

  #box(tableU: keyof Registers, tableV: keyof Registers, { u, v }: AesBlock): Code {
    return v128.xor(this.#look(tableU, get(u)), this.#look(tableV, get(v)));
  }

  /** SubBytes, MixColumns and the round key. */
  #round(block: AesBlock, round: number, key: Code): Code {
    const { x, u, v, w } = block;
    return [
      ...this.#invert(block),
      ...set(w, this.#box("boxU", "boxV", block)),
      ...set(x, v128.xor(this.#box("doubleU", "doubleV", block), fromBelow(w, round, 1))),
      ...set(u, v128.xor(key, fromBelow(w, round, 3))),
      ...set(v, fromBelow(x, round, 1)),
      ...set(x, v128.xor(v128.xor(get(x), get(u)), get(v))),
    ];
  }

  #lastRound(block: AesBlock, key: Code): Code {
    const { x } = block;
    return [
      ...this.#invert(block),
      ...set(x, v128.xor(key, this.#box("plainU", "plainV", block))),
      ...set(
        x,
        v128.permute(
          x,
          places.map((i) => placed(i, ROUNDS)),
        ),
      ),
    ];
  }

  /** Encrypts x of every block in place, with the round keys at an address and an offset. */
  encrypt(blocks: readonly AesBlock[], schedule: Code, offset: number): Code {
    const key = (round: number): Code => v128.load(offset + round * BLOCK, schedule);
    const out: Code[] = blocks.map((block) => [...this.#split(block), ...set(block.x, v128.xor(get(block.x), key(0)))]);
    for (let round = 1; round < ROUNDS; round++)
      for (const block of blocks) out.push(this.#round(block, round, key(round)));
    for (const block of blocks) out.push(this.#lastRound(block, key(ROUNDS)));
    return out.flat();
  }

  /**
   * Writes the round keys (FIPS 197, 5.2) of the key at one place to another, in the form that
   * `encrypt` reads.
   */
  expand(from: Code, to: Code, offset: number): Code {
    const key = this.#locals.v128();
    const block = this.block(this.#locals.v128());
    const { x, w } = block;
    const asSplit: Code = [...set(x, get(key)), ...this.#split(block)];
    const out: Code[] = [set(key, from), asSplit, v128.store(offset, to, get(x))];
    for (let round = 1, constant = 1; round <= ROUNDS; round++, constant = constant < 0x80 ? constant << 1 : 0x1b) {
      const added = places.map((i) => AFFINE ^ ((i & 3) === 0 ? constant : 0));
      out.push(this.#invert(block), set(w, this.#box("plainU", "plainV", block)), set(w, v128.permute(w, ROTATED)));
      out.push(this.#sumOfWords(key), set(key, v128.xor(get(key), v128.xor(get(w), v128.of(added)))), asSplit);
      // The last round ends in the form of AES.
      const isLast = round === ROUNDS;
      out.push(set(w, v128.xor(get(isLast ? key : x), splat(isLast ? AFFINE : SPLIT_AFFINE))));
      out.push(v128.store(offset + round * BLOCK, to, v128.permute(w, placing(round))));
    }
    return out.flat();
  }

  /** Each word becomes the sum of itself and those before it. */
  #sumOfWords(key: Local): Code {
    const later = (words: number): Code => {
      const bytes = places.map((i) => (i < 4 * words ? 16 : i - 4 * words));
      return v128.lookUp(get(key), v128.of(bytes));
    };
    return [1, 2].flatMap((words) => set(key, v128.xor(get(key), later(words))));
  }
}
