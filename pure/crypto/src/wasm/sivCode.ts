// SPDX-License-Identifier: Apache-2.0
import { AesWriter, BLOCK, SCHEDULE } from "./aes.ts";
import { type Code, call, type Func, get, i32, type Local, Locals, repeat, set, v128, when } from "./assembler.ts";
import { At } from "./memory.ts";

// AES-128-SIV (RFC 5297) for texts that fit into a page of memory, beside many prepared keys.

/**
 * The parts of a prepared key, by offset: round keys for S2V and for CTR, subkeys of CMAC, MACs of
 * the zero block and of the empty text.
 */
const Key = {
  mac: 0,
  stream: SCHEDULE,
  subkey1: 2 * SCHEDULE,
  subkey2: 2 * SCHEDULE + BLOCK,
  zeroMac: 2 * SCHEDULE + 2 * BLOCK,
  emptyMac: 2 * SCHEDULE + 3 * BLOCK,
} as const;

/** Offset of the MAC of the empty text in a prepared key. */
export const EMPTY_MAC = Key.emptyMac;

const NOWHERE = i32.of(0);
const ZERO = v128.of(Array<number>(BLOCK).fill(0));

/** Numbers of the functions in the module. */
const F = { mac: 0, cmac: 1, crypt: 2 };

// Parameters: the address of a prepared key, a number of bytes.
const KEY = get(0);
const LENGTH = get(1);

const BIT7 = Array.from({ length: BLOCK }, (_, i) => (i + 1) % BLOCK);
const REDUCTION = Array.from({ length: BLOCK }, (_, i) => (i === BLOCK - 1 ? 0x87 : 1));

/**
 * `into` becomes twice `value` in GF(2^128) (RFC 5297, 2.3): each byte's top bit moves to the byte
 * in front.
 */
function double(into: Local, value: Local): Code {
  return [
    ...set(into, v128.shiftBytesRight(get(value), 7)),
    ...set(into, v128.and(v128.negateBytes(v128.permute(into, BIT7)), v128.of(REDUCTION))),
    ...set(into, v128.xor(get(into), v128.shiftBytesLeft(get(value), 1))),
  ];
}

/** XORs a value into 16 bytes at an address. */
const xorAt = (at: Code, value: Code): Code => v128.store(At.text, at, v128.xor(v128.load(At.text, at), value));

/** The padding of a text without a whole number of blocks: 80 and zeros. */
const pad = (): Code => [...v128.store(At.text, LENGTH, ZERO), ...i32.store8(At.text, LENGTH, i32.of(0x80))];

/** CBC from zero over whole blocks of the text: the last one to the tag. */
function mac(): Func {
  const locals = new Locals(2);
  const at = locals.i32();
  const x = locals.v128();
  const aes = new AesWriter(locals);
  const step = [
    ...set(x, v128.xor(get(x), v128.load(At.text, get(at)))),
    ...aes.encrypt([aes.block(x)], KEY, Key.mac),
    ...set(at, i32.add(get(at), i32.of(BLOCK))),
  ];
  const body = [
    ...aes.prologue,
    ...repeat(step, i32.lessThan(get(at), LENGTH)),
    ...v128.store(At.tag, NOWHERE, get(x)),
  ];
  return { name: "mac", params: 2, hasResult: false, locals, body };
}

/** CMAC (RFC 4493) of the text, to the tag. The text stays; up to 16 bytes behind it do not. */
function cmac(): Func {
  const locals = new Locals(2);
  const last = locals.i32();
  const subkey = locals.v128();
  const isPart = i32.or(i32.and(LENGTH, i32.of(BLOCK - 1)), i32.isZero(LENGTH));
  const body = [
    ...when(
      isPart,
      [...pad(), ...set(last, i32.and(LENGTH, i32.of(-BLOCK))), ...set(subkey, v128.load(Key.subkey2, KEY))],
      [...set(last, i32.subtract(LENGTH, i32.of(BLOCK))), ...set(subkey, v128.load(Key.subkey1, KEY))],
    ),
    ...xorAt(get(last), get(subkey)),
    ...call(F.mac, KEY, i32.add(get(last), i32.of(BLOCK))),
    ...xorAt(get(last), get(subkey)),
  ];
  return { name: "cmac", params: 2, hasResult: false, locals, body };
}

/** The counter's last word in the order of the machine, and back. */
const SWAPPED = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15, 14, 13, 12];
/** Clears the bits of the tag that keep carries inside the last word (RFC 5297, 2.5). */
const CLEAR = [255, 255, 255, 255, 255, 255, 255, 255, 127, 255, 255, 255, 127, 255, 255, 255];
const ONE = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0];

/**
 * CTR from the tag on over the text, in place, two blocks at a time: up to 31 bytes behind are
 * changed too.
 */
function crypt(): Func {
  const locals = new Locals(2);
  const at = locals.i32();
  const counter = locals.v128();
  const x = locals.v128();
  const y = locals.v128();
  const aes = new AesWriter(locals);
  const next = (block: Local): Code => [
    ...set(block, v128.permute(counter, SWAPPED)),
    ...set(counter, v128.addInts(get(counter), v128.of(ONE))),
  ];
  const step = [
    ...next(x),
    ...next(y),
    ...aes.encrypt([aes.block(x), aes.block(y)], KEY, Key.stream),
    ...xorAt(get(at), get(x)),
    ...xorAt(i32.add(get(at), i32.of(BLOCK)), get(y)),
    ...set(at, i32.add(get(at), i32.of(2 * BLOCK))),
  ];
  const body = [
    ...aes.prologue,
    ...set(counter, v128.and(v128.load(At.tag, NOWHERE), v128.of(CLEAR))),
    ...set(counter, v128.permute(counter, SWAPPED)),
    ...repeat(step, i32.lessThan(get(at), LENGTH)),
  ];
  return { name: "crypt", params: 2, hasResult: false, locals, body };
}

/** Prepares the key of 32 bytes that is the text, and overwrites that. */
function prepare(): Func {
  const locals = new Locals(1);
  const x = locals.v128();
  const y = locals.v128();
  const aes = new AesWriter(locals);
  const macOf = (block: Code): Code => [...v128.store(At.text, NOWHERE, block), ...call(F.mac, KEY, i32.of(BLOCK))];
  const tag = v128.load(At.tag, NOWHERE);
  const padding = v128.of([0x80, ...Array<number>(BLOCK - 1).fill(0)]);
  const body = [
    ...aes.prologue,
    ...aes.expand(v128.load(At.text, NOWHERE), KEY, Key.mac),
    ...aes.expand(v128.load(At.text + BLOCK, NOWHERE), KEY, Key.stream),
    ...macOf(ZERO),
    ...set(x, tag),
    ...double(y, x),
    ...double(x, y),
    ...v128.store(Key.subkey1, KEY, get(y)),
    ...v128.store(Key.subkey2, KEY, get(x)),
    ...macOf(get(y)),
    ...v128.store(Key.zeroMac, KEY, tag),
    ...macOf(v128.xor(get(x), padding)),
    ...v128.store(Key.emptyMac, KEY, tag),
    ...v128.store(At.text + BLOCK, NOWHERE, ZERO),
  ];
  return { name: "prepare", params: 1, hasResult: false, locals, body };
}

/** S2V begins (RFC 5297, 2.4). */
const begin = (): Func => ({
  name: "begin",
  params: 1,
  hasResult: false,
  locals: new Locals(1),
  body: v128.store(At.sum, NOWHERE, v128.load(Key.zeroMac, KEY)),
});

const loadSum = (into: Local): Code => set(into, v128.load(At.sum, NOWHERE));

/** S2V takes the MAC of an associated data, which lies at an address. */
function absorb(): Func {
  const locals = new Locals(1);
  const x = locals.v128();
  const y = locals.v128();
  const body = [...loadSum(x), ...double(y, x), ...v128.store(At.sum, NOWHERE, v128.xor(get(y), v128.load(0, get(0))))];
  return { name: "absorb", params: 1, hasResult: false, locals, body };
}

/**
 * S2V takes the text and puts its result at the tag. The text stays; up to 16 bytes behind do not.
 */
function finish(locals: Locals): Code {
  const x = locals.v128();
  const y = locals.v128();
  const end = i32.subtract(LENGTH, i32.of(BLOCK));
  const short = [
    ...double(y, x),
    ...pad(),
    ...set(y, v128.xor(get(y), v128.load(Key.subkey1, KEY))),
    ...xorAt(NOWHERE, get(y)),
    ...call(F.mac, KEY, i32.of(BLOCK)),
    ...xorAt(NOWHERE, get(y)),
  ];
  const long = [...xorAt(end, get(x)), ...call(F.cmac, KEY, LENGTH), ...xorAt(end, get(x))];
  return [...loadSum(x), ...when(i32.lessThan(LENGTH, i32.of(BLOCK)), short, long)];
}

/** Seals the text in place; its tag is in front of it then. */
function seal(): Func {
  const locals = new Locals(2);
  const body = [...finish(locals), ...when(LENGTH, call(F.crypt, KEY, LENGTH))];
  return { name: "seal", params: 2, hasResult: false, locals, body };
}

/** Decrypts the text, after its tag, in place. Returns 0 if the tag is valid. */
function open(): Func {
  const locals = new Locals(2);
  const given = locals.v128();
  const difference = v128.xor(get(given), v128.load(At.tag, NOWHERE));
  const body = [
    ...set(given, v128.load(At.tag, NOWHERE)),
    ...when(LENGTH, call(F.crypt, KEY, LENGTH)),
    ...finish(locals),
    ...v128.anyTrue(difference),
  ];
  return { name: "open", params: 2, hasResult: true, locals, body };
}

/** The functions, the first of a module: their exports are `SivExports`. */
export const sivFunctions = (): Func[] => [mac(), cmac(), crypt(), prepare(), begin(), absorb(), seal(), open()];

/**
 * The interface of the functions for JavaScript. `key` is the address of a prepared key, `length`
 * the length of the text in bytes.
 */
export interface SivExports {
  readonly prepare: (key: number) => void;
  readonly cmac: (key: number, length: number) => void;
  readonly begin: (key: number) => void;
  readonly absorb: (address: number) => void;
  readonly seal: (key: number, length: number) => void;
  readonly open: (key: number, length: number) => number;
}
