// SPDX-License-Identifier: Apache-2.0
import { type Code, call, type Func, get, i32, type Local, Locals, repeat, set, v128 } from "./assembler.ts";
import { At } from "./memory.ts";

// HMAC (RFC 2104) of SHA-256 (FIPS 180-4) for short texts. No branch and no address depends on a
// key or on a text.

const WORDS = 8;
const BLOCK = 64;
const ROUNDS = 64;
const HALF = 16;
const NOWHERE = i32.of(0);
const ZERO = v128.of(Array<number>(HALF).fill(0));
const splat = (byte: number): Code => v128.of(Array<number>(HALF).fill(byte));

const primes = (count: number): number[] => {
  const out: number[] = [];
  for (let i = 2; out.length < count; i++) if (out.every((prime) => i % prime !== 0)) out.push(i);
  return out;
};

/** The first 32 bits of the fraction of a root, square or cube. */
function rootBits(of: number, degree: 2 | 3): number {
  const target = BigInt(of) << BigInt(32 * degree);
  let root = 0n;
  for (let bit = 1n << 40n; bit > 0n; bit >>= 1n) if ((root + bit) ** BigInt(degree) <= target) root += bit;
  return Number(root & 0xffff_ffffn);
}

/** The constants of the rounds (FIPS 180-4, 4.2.2). */
const ROUND_CONSTANTS = primes(ROUNDS).map((prime) => rootBits(prime, 3));
/** The first state (FIPS 180-4, 5.3.3). */
const FIRST_STATE = primes(WORDS).map((prime) => rootBits(prime, 2));

const xor = (a: Code, b: Code, c: Code): Code => i32.xor(i32.xor(a, b), c);
const sum = (first: Code, ...more: readonly Code[]): Code => more.reduce((a, b) => i32.add(a, b), first);
const turned = (value: Local, bits: number): Code => i32.rotateRight(get(value), i32.of(bits));
const shifted = (value: Local, bits: number): Code => i32.shiftRight(get(value), i32.of(bits));
const choose = (e: Local, f: Local, g: Local): Code => i32.xor(get(g), i32.and(get(e), i32.xor(get(f), get(g))));
const majority = (a: Local, b: Local, c: Local): Code =>
  i32.xor(i32.and(get(a), get(b)), i32.and(get(c), i32.xor(get(a), get(b))));

/** The bytes of words in the other order. */
const SWAPPED = Array.from({ length: HALF }, (_, i) => (i & ~3) | (3 - (i & 3)));

/** A block at an address, as sixteen words. */
function loadWords(locals: Locals, at: Code): { readonly words: readonly Local[]; readonly code: Code } {
  const quad = locals.v128();
  const words = Array.from({ length: HALF }, () => locals.i32());
  const code = words.flatMap((word, i) => [
    ...(i % 4 === 0 ? [set(quad, v128.load(4 * i, at)), set(quad, v128.permute(quad, SWAPPED))] : []),
    ...set(word, v128.word(get(quad), i % 4)),
  ]);
  return { words, code };
}

/** Takes a block, at an address, into a state, at another (FIPS 180-4, 6.2.2). */
function compress(): Func {
  const locals = new Locals(2);
  const state = get(0);
  const next = locals.i32();
  const { words, code } = loadWords(locals, get(1));
  let now = Array.from({ length: WORDS }, () => locals.i32());
  const body: Code[] = [code, ...now.map((local, i) => set(local, i32.load(4 * i, state)))];
  for (let round = 0; round < ROUNDS; round++) {
    const word = (back: number): Local => words[(round + HALF - back) % HALF] as Local;
    if (round >= HALF) {
      const far = xor(turned(word(15), 7), turned(word(15), 18), shifted(word(15), 3));
      const near = xor(turned(word(2), 17), turned(word(2), 19), shifted(word(2), 10));
      body.push(set(word(0), sum(get(word(0)), far, get(word(7)), near)));
    }
    const [a, b, c, d, e, f, g, h] = now as [Local, Local, Local, Local, Local, Local, Local, Local];
    const constant = i32.of(ROUND_CONSTANTS[round] as number);
    const ofE = xor(turned(e, 6), turned(e, 11), turned(e, 25));
    const ofA = xor(turned(a, 2), turned(a, 13), turned(a, 22));
    body.push(set(next, sum(get(h), ofE, choose(e, f, g), constant, get(word(0)))));
    body.push(set(d, i32.add(get(d), get(next))));
    body.push(set(h, sum(get(next), ofA, majority(a, b, c))));
    // The letters move on instead of the values.
    now = [h, a, b, c, d, e, f, g];
  }
  for (const [i, local] of now.entries())
    body.push(i32.store(4 * i, state, i32.add(i32.load(4 * i, state), get(local))));
  return { name: "compress", params: 2, hasResult: false, locals, body: body.flat() };
}

/** Copies 32 bytes, with reversed words on request. */
function copyState(locals: Locals, from: Code, fromOffset: number, to: number, order?: readonly number[]): Code {
  const half = locals.v128();
  return [0, HALF].flatMap((offset) => [
    ...set(half, v128.load(fromOffset + offset, from)),
    ...v128.store(to + offset, NOWHERE, order === undefined ? get(half) : v128.permute(half, order)),
  ]);
}

const quarters = [0, 1, 2, 3].map((i) => i * HALF);
const fillText = (from: number, value: Code): Code => v128.store(At.text + from, NOWHERE, value);
const CLEAR_TEXT = quarters.flatMap((from) => fillText(from, ZERO));
const mask = (byte: number): Code =>
  quarters.flatMap((from) => fillText(from, v128.xor(v128.load(At.text + from, NOWHERE), splat(byte))));

const INNER = 0x36;
const OUTER = 0x5c;
const OUTER_STATE = 32;

/** Prepares the key that is the text, with zeros up to a block, and clears the text. */
function prepare(compressAt: number): Func {
  const locals = new Locals(1);
  const key = get(0);
  const half = (i: number): Code => v128.words(FIRST_STATE.slice(i, i + 4));
  const body = [
    ...[0, OUTER_STATE].flatMap((offset) => [
      ...v128.store(offset, key, half(0)),
      ...v128.store(offset + HALF, key, half(4)),
    ]),
    ...mask(INNER),
    ...call(compressAt, key, i32.of(At.text)),
    ...mask(INNER ^ OUTER),
    ...call(compressAt, i32.add(key, i32.of(OUTER_STATE)), i32.of(At.text)),
    ...CLEAR_TEXT,
  ];
  return { name: "prepareHmac", params: 1, hasResult: false, locals, body };
}

/** The bits that were hashed, the key's block included, in the order of SHA-256: below 2^16. */
function bitCount(length: Code): Code {
  const bits = i32.shiftLeft(i32.add(length, i32.of(BLOCK)), i32.of(3));
  const low = i32.shiftLeft(bits, i32.of(24));
  const high = i32.shiftLeft(i32.and(bits, i32.of(0xff00)), i32.of(8));
  return i32.or(low, high);
}

/** HMAC of a text of so many bytes, to the digest. Clears the text and the state. */
function hmac(compressAt: number): Func {
  const locals = new Locals(2);
  const [key, length] = [get(0), get(1)];
  const at = locals.i32();
  const end = locals.i32();
  // Behind the text: 80, zeros, and the count of bits in the last four bytes of a block.
  const pad = [
    ...[0, ...quarters, BLOCK].flatMap((from) => v128.store(At.text + from, length, ZERO)),
    ...i32.store8(At.text, length, i32.of(0x80)),
    ...set(end, i32.and(i32.add(length, i32.of(BLOCK + 8)), i32.of(-BLOCK))),
    ...i32.store(At.text - 4, get(end), bitCount(length)),
  ];
  const step = [
    ...call(compressAt, i32.of(At.state), i32.add(get(at), i32.of(At.text))),
    ...quarters.flatMap((from) => v128.store(At.text + from, get(at), ZERO)),
    ...set(at, i32.add(get(at), i32.of(BLOCK))),
  ];
  const outerEnd = [0x80, ...Array<number>(HALF - 1).fill(0)];
  const outerBits = [...Array<number>(HALF - 2).fill(0), 3, 0]; // A block and a digest: 768 bits.
  const body = [
    ...copyState(locals, key, 0, At.state),
    ...pad,
    ...repeat(step, i32.lessThan(get(at), get(end))),
    ...copyState(locals, NOWHERE, At.state, At.text, SWAPPED),
    ...fillText(2 * HALF, v128.of(outerEnd)),
    ...fillText(3 * HALF, v128.of(outerBits)),
    ...copyState(locals, key, OUTER_STATE, At.state),
    ...call(compressAt, i32.of(At.state), i32.of(At.text)),
    ...copyState(locals, NOWHERE, At.state, At.digest, SWAPPED),
    ...CLEAR_TEXT,
    ...[0, HALF].flatMap((from) => v128.store(At.state + from, NOWHERE, ZERO)),
  ];
  return { name: "hmac", params: 2, hasResult: false, locals, body };
}

/**
 * The functions, the first of which has this number in the module: their exports are `ShaExports`.
 */
export const shaFunctions = (first: number): Func[] => [compress(), prepare(first), hmac(first)];

/**
 * The interface of the functions for JavaScript. `key` is the address of a prepared key, `length`
 * the length of the text in bytes.
 */
export interface ShaExports {
  readonly prepareHmac: (key: number) => void;
  readonly hmac: (key: number, length: number) => void;
}
