// SPDX-License-Identifier: Apache-2.0
import { createHmac } from "node:crypto";
import { equals, toHex } from "@sotto/bytes";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TABLE_BYTES } from "../src/wasm/aes.ts";
import { assemble, type Code, type Func, get, i32, Locals, repeat, set, v128, when } from "../src/wasm/assembler.ts";
import { moduleBytes } from "../src/wasm/cipherModule.ts";
import { At, SIV_KEY } from "../src/wasm/memory.ts";
import { shaFunctions } from "../src/wasm/shaCode.ts";
import { LONGEST_HMAC } from "../src/wasm/shortHmac.ts";
import { LONGEST } from "../src/wasm/shortSiv.ts";
import { EMPTY_MAC, sivFunctions } from "../src/wasm/sivCode.ts";
import { SecretFlow } from "./secretFlow.ts";

const BLOCK = 16;
const KEY = At.sivKeys + SIV_KEY;
const bytesOf = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 151 + seed * 29 + (i >> 8)) & 255);

/** An instance of the cipher module: on V8 or in `SecretFlow`. */
interface Machine {
  put(bytes: Uint8Array, at: number): void;
  call(name: string, ...args: readonly number[]): number | undefined;
}

/** As much of the WebAssembly interface as is used: TypeScript has it only in the DOM library. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
  ) => {
    readonly exports: Readonly<Record<string, (...args: readonly number[]) => number>> & {
      readonly memory: { readonly buffer: ArrayBuffer };
    };
  };
}

/** The cipher module on V8, apart from the instance that other code uses. */
function onV8(module: Uint8Array): Machine & { readonly memory: Uint8Array } {
  const { WebAssembly: api } = globalThis as unknown as { readonly WebAssembly: WebAssemblyApi };
  const { exports } = new api.Instance(new api.Module(module));
  const memory = new Uint8Array(exports.memory.buffer);
  return {
    memory,
    put: (bytes, at) => memory.set(bytes, at),
    call: (name, ...args) => exports[name]?.(...args),
  };
}

function sealed(machine: Machine, key: Uint8Array, text: Uint8Array, ad: Uint8Array): void {
  machine.put(key, At.text);
  machine.call("prepare", KEY);
  machine.call("begin", KEY);
  machine.put(ad, At.text);
  machine.call("cmac", KEY, ad.length);
  machine.call("absorb", At.tag);
  machine.call("absorb", KEY + EMPTY_MAC);
  machine.put(text, At.text);
  machine.call("seal", KEY, text.length);
}

function opened(machine: Machine, key: Uint8Array, given: Uint8Array): number | undefined {
  machine.put(key, At.text);
  machine.call("prepare", KEY);
  machine.call("begin", KEY);
  machine.put(given, At.tag);
  return machine.call("open", KEY, given.length - BLOCK);
}

function authenticated(machine: Machine, key: Uint8Array, text: Uint8Array): void {
  machine.put(new Uint8Array(64), At.text);
  machine.put(key, At.text);
  machine.call("prepareHmac", At.onceKey);
  machine.put(text, At.text);
  machine.call("hmac", At.onceKey, text.length);
}

/** All remainders of one block and of two, short lengths and the longest ones. */
const LENGTHS = [...Array.from({ length: 50 }, (_, i) => i), ...Array.from({ length: 18 }, (_, i) => LONGEST - 17 + i)];

function leaksOf(module: Uint8Array, work: (flow: SecretFlow) => void): string[] {
  const flow = new SecretFlow(module);
  work(flow);
  return [...flow.leaks];
}

describe("no branch and no address of the cipher module depends on a key or on a text", () => {
  const module = moduleBytes();

  test("when it seals and authenticates, for every remainder of a length", () => {
    const leaks = leaksOf(module, (flow) => {
      for (const length of LENGTHS) sealed(flow, bytesOf(32, 1), bytesOf(length, 2), bytesOf(length, 3));
    });
    expect(leaks).toEqual([]);
  });

  test("when it opens, whether the tag is right or wrong", () => {
    const answers = new Set<number | undefined>();
    const leaks = leaksOf(module, (flow) => {
      for (const length of LENGTHS) {
        sealed(flow, bytesOf(32, 1), bytesOf(length, 2), bytesOf(0, 0));
        const given = flow.memory.slice(At.tag, At.text + length);
        answers.add(opened(flow, bytesOf(32, 1), given));
        answers.add(
          opened(
            flow,
            bytesOf(32, 1),
            given.map((byte, i) => (i === 15 ? byte ^ 1 : byte)),
          ),
        );
      }
    });
    expect(leaks).toEqual([]);
    expect(answers).toContain(1);
  });

  test("when it takes an HMAC", () => {
    const leaks = leaksOf(module, (flow) => {
      for (let length = 0; length <= LONGEST_HMAC; length++) authenticated(flow, bytesOf(32, 4), bytesOf(length, 5));
    });
    expect(leaks).toEqual([]);
  });

  test("the judged code is the code that V8 runs: the same memory after the same calls", () => {
    const text = (maxLength: number) => fc.uint8Array({ maxLength });
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(key, text(80), text(80), text(LONGEST_HMAC), (secret, plain, ad, told) => {
        const v8 = onV8(module);
        const flow = new SecretFlow(module);
        for (const machine of [v8, flow]) {
          sealed(machine, secret, plain, ad);
          authenticated(machine, secret, told);
        }
        expect(equals(flow.memory, v8.memory)).toBe(true);
        expect(toHex(flow.memory.subarray(At.digest, At.digest + 32))).toBe(
          createHmac("sha256", secret).update(told).digest("hex"),
        );
        // Round keys, the state of S2V and the digest are marked.
        for (const at of [KEY, At.sum, At.digest]) expect(flow.secret[at]).toBe(1);
      }),
      { numRuns: 20 },
    );
  });
});

describe("a planted leak is found", () => {
  const NOWHERE = i32.of(0);
  const tagWord = (index: number): Code => i32.load(At.tag + 4 * index, NOWHERE);
  const byteOf = (word: Code): Code => i32.and(word, i32.of(255));

  /** The cipher module with an additional statement in a function. */
  function planted(name: string, change: (func: Func) => Code): Uint8Array {
    const siv = sivFunctions();
    const functions = [...siv, ...shaFunctions(siv.length)];
    return assemble(
      functions.map((func) => (func.name === name ? { ...func, body: change(func) } : func)),
      TABLE_BYTES,
    );
  }
  const seal = (flow: SecretFlow): void => sealed(flow, bytesOf(32, 1), bytesOf(40, 2), bytesOf(5, 3));
  const open = (flow: SecretFlow): void => void opened(flow, bytesOf(32, 1), bytesOf(40, 2));

  test("a table that is looked up at a secret byte", () => {
    const module = planted("mac", ({ body, locals }) => [
      ...body,
      ...set(locals.i32(), i32.load(0, byteOf(i32.load(At.tag, NOWHERE)))),
    ]);
    expect(leaksOf(module, seal)).toEqual([expect.stringMatching(/^address in mac at \d+$/)]);
  });

  test("a comparison of tags that ends at the first difference", () => {
    const given = bytesOf(56, 2).subarray(0, BLOCK);
    const word = (index: number): number => new DataView(given.buffer).getInt32(4 * index, true);
    const rest = (index: number): Code =>
      index === 4 ? [] : when(i32.isZero(i32.xor(tagWord(index), i32.of(word(index)))), rest(index + 1));
    const early = planted("open", ({ body }) => [...rest(0), ...body]);
    const leaks = leaksOf(early, open);
    expect(leaks.map((leak) => leak.replace(/\d+$/, ""))).toEqual(Array(4).fill("branch in open at "));
  });

  test("a loop whose length is secret, and a byte written where a secret says", () => {
    const loop = planted("absorb", ({ body, locals }) => {
      const left = locals.i32();
      const once = set(left, i32.subtract(get(left), i32.of(1)));
      return [
        ...body,
        ...set(left, i32.and(i32.load(At.sum, NOWHERE), i32.of(7))),
        ...repeat(once, i32.lessThan(i32.of(0), get(left))),
      ];
    });
    expect(leaksOf(loop, seal).map((each) => each.split(" at ")[0])).toContain("branch in absorb");
    const store = planted("seal", ({ body }) => [...body, ...i32.store8(1024, byteOf(tagWord(0)), i32.of(1))]);
    expect(leaksOf(store, seal)).toEqual([expect.stringMatching(/^address in seal at \d+$/)]);
  });

  test("a secret that went through the state of SHA-256, and through a vector", () => {
    const hash = planted("hmac", ({ body, locals }) => [
      ...body,
      ...set(locals.i32(), i32.load(0, byteOf(i32.load(At.digest, NOWHERE)))),
    ]);
    const mac = (flow: SecretFlow): void => authenticated(flow, bytesOf(32, 4), bytesOf(9, 5));
    expect(leaksOf(hash, mac)).toEqual([expect.stringMatching(/^address in hmac at \d+$/)]);
    const vector = planted("crypt", ({ body }) => [
      ...when(v128.anyTrue(v128.xor(v128.load(At.tag, NOWHERE), v128.of(Array<number>(BLOCK).fill(1)))), []),
      ...body,
    ]);
    expect(leaksOf(vector, seal)).toEqual([expect.stringMatching(/^branch in crypt at \d+$/)]);
  });

  test("an instruction whose time may depend on its operands", () => {
    const division: Func = {
      name: "divide",
      params: 0,
      hasResult: true,
      locals: new Locals(0),
      body: [i32.of(7), tagWord(0), 0x6e],
    };
    expect(() => leaksOf(assemble([division], []), (flow) => flow.call("divide"))).toThrow("not on the list");
  });
});
