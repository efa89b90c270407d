// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from "node:fs";
import { type CheckedModule, checkContract, type FunctionBody, type FunctionType } from "@sotto/check";
import { describe, expect, test } from "vitest";
import { createEngine, Trap } from "../src/index.ts";
import { stackBytes } from "../src/rules.ts";
import { checkedWat } from "./wat.ts";

const GAS = 10_000_000_000;

const outcome = (act: () => unknown): string => {
  try {
    return String(act());
  } catch (thrown) {
    if (thrown instanceof Trap) return thrown.kind;
    throw thrown;
  }
};

/**
 * Recursion with so many i64 locals kept alive across the call, through a direct or an indirect
 * call.
 */
function recursion(locals: number, call: string): string {
  const each = (write: (i: number) => string) => Array.from({ length: locals }, (_, i) => write(i)).join(" ");
  return `(module (type $t (func (param i32) (result i32))) (import "env" "h" (func $h (param i32) (result i32)))
    (table 1 funcref) (elem (i32.const 0) $f)
    (func $f (export "f") (param $n i32) (result i32) ${each((i) => `(local $l${i} i64)`)}
      ${each((i) => `(local.set $l${i} (i64.add (i64.extend_i32_u (local.get $n)) (i64.const ${i})))`)}
      (local.set $n ${call})
      ${each((i) => `(local.set $n (i32.add (local.get $n) (i32.wrap_i64 (local.get $l${i}))))`)}
      (local.get $n)))`;
}

const DIRECT = "(call $f (i32.add (local.get $n) (i32.const 1)))";
const INDIRECT = "(call_indirect (type $t) (i32.add (local.get $n) (i32.const 1)) (i32.const 0))";

describe("no contract reaches the end of the native stack", () => {
  // The first calls run in the baseline compiler, later ones in the optimising one; frames differ,
  // the limit does not.
  test.each([0, 1, 5, 20, 100, 250, 490])("by recursion with %i locals", (locals) => {
    for (const call of [DIRECT, INDIRECT]) {
      const compiled = createEngine().compile(checkedWat(recursion(locals, call)), { h: () => 1 });
      const left = new Set<number>();
      for (let i = 0; i < 60; i++) {
        const instance = compiled.acquire(GAS);
        expect(outcome(() => instance.call("f", 0))).toBe("stackOverflow");
        left.add(instance.gasLeft());
        compiled.release(instance);
      }
      expect(left.size, "always at the same depth").toBe(1);
    }
  });

  // Values outside of locals and operands: equal products on both sides of the call are one value
  // for the optimiser, and values of a global wait for the pure instructions that take them, which
  // the scheduler puts last.
  test.each([
    ["products found again behind the call", 3_000, "products"],
    ["values that wait for a late choice", 4_000, "choices"],
  ] as const)("by frames of %s, before and after they are optimised", (_, count, kind) => {
    const each = (write: (i: number) => string) => Array.from({ length: count }, (_value, i) => write(i)).join(" ");
    const kept = {
      products: each(
        (i) =>
          `local.get $a local.get $x i32.const ${(2 * i + 3) * 9} i32.mul i32.xor i32.const 1 i32.rotl local.set $a`,
      ),
      choices: `local.get $a ${each(() => "global.get $g global.get $g select")} local.set $a`,
    }[kind];
    const text = `(module (import "env" "h" (func $h (result i32))) (global $g (mut i32) (i32.const 1))
      (func $f (param $n i32) (param $x i32) (result i32) (local $a i32)
        ${kept}
        local.get $n if local.get $n i32.const 1 i32.sub local.get $x call $f local.get $a i32.add local.set $a
          else call $h local.set $a end
        ${kept}
        local.get $a)
      (func (export "warm") (param $i i32) (loop $l (drop (call $f (i32.const 0) (local.get $i)))
        (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1))))))
      (func (export "dive") (param i32) (result i32) (call $f (local.get 0) (i32.const 5))))`;
    const checked = checkedWat(text);
    const { codeStart, codeEnd } = checked.functions[0] as FunctionBody;
    const fitting = Math.floor(33_554_432 / (16_384 + 8 * 8 + 4 * (codeEnd - codeStart))) - 2;
    let levels = 0;
    const compiled = createEngine().compile(checked, { h: () => (levels-- > 0 ? Number(dive(fitting)) : 1) });
    const left = new Set<number>();
    const dive = (depth: number): unknown => {
      const instance = compiled.acquire(GAS);
      try {
        return instance.call("dive", depth);
      } finally {
        left.add(instance.gasLeft());
        compiled.release(instance);
      }
    };
    for (let round = 0; round < 12; round++) {
      levels = 0;
      expect(outcome(() => dive(1_000_000))).toBe("stackOverflow");
      expect(left.size, "always at the same depth").toBe(1);
      // A full chain: two instances that use their whole limit, and a third without a rest.
      levels = 1;
      expect(outcome(() => dive(fitting))).not.toBe("stackOverflow");
      levels = 2;
      expect(outcome(() => dive(fitting))).toBe("stackOverflow");
      left.clear();
      levels = 0;
      expect(outcome(() => dive(1_000_000))).toBe("stackOverflow");
      const instance = compiled.acquire(GAS);
      instance.call("warm", 200);
      compiled.release(instance);
    }
  });

  test("by callbacks through the host, as deep as both limits let it", () => {
    const text = `(module (import "env" "h" (func $h (param i32) (result i32)))
      (func $f (export "f") (param i32) (result i32) (if (result i32) (local.get 0)
        (then (call $f (i32.sub (local.get 0) (i32.const 1)))) (else (call $h (i32.const 90))))))`;
    const compiled = createEngine().compile(checkedWat(text), { h: (instance, n) => instance.call("f", Number(n)) });
    for (let i = 0; i < 30; i++) {
      const instance = compiled.acquire(GAS);
      expect(outcome(() => instance.call("f", 90))).toBe("stackOverflow");
      compiled.release(instance);
    }
  });

  test.each([0, 8, 60, 400])(
    "by a chain of contracts that query one another from the bottom, with %i locals",
    (locals) => {
      const bottom =
        "(if (result i32) (local.get $n) (then (call $f (i32.sub (local.get $n) (i32.const 1)))) (else (call $h (i32.const 0))))";
      let level = 0;
      let levels = 0;
      const checked = checkedWat(recursion(locals, bottom));
      const compiled = createEngine().compile(checked, { h: () => next() });
      const { codeStart, codeEnd, maxHeight } = checked.functions[0] as FunctionBody;
      // The charge of one call; this leaves space for a few frames.
      const frame = 16_384 + 8 * (1 + locals + maxHeight) + 4 * (codeEnd - codeStart);
      const depth = Math.floor(33_554_432 / frame) - 4;
      const next = (): number => {
        if (level === levels) return 1;
        level++;
        const instance = compiled.acquire(GAS);
        try {
          return Number(instance.call("f", depth));
        } finally {
          compiled.release(instance);
          level--;
        }
      };
      for (let round = 0; round < 20; round++) {
        for (levels = 1; levels <= 12; levels++) {
          const said = outcome(next);
          if (levels <= 2) expect(said).not.toBe("stackOverflow");
          if (levels >= 4) expect(said).toBe("stackOverflow");
        }
      }
    },
  );
});

describe("what honest contracts need fits", () => {
  const ROOM = 33_554_432;
  const taken = (checked: CheckedModule): number[] =>
    checked.functions.map((body) => stackBytes(checked.types[body.type] as FunctionType, body)).sort((a, b) => b - a);

  test("128 calls of the largest function of each contract of ours", () => {
    const folder = new URL("../../../contracts/built/", import.meta.url);
    const contracts = readdirSync(folder).filter((name) => name.endsWith(".wasm"));
    expect(contracts.length).toBeGreaterThanOrEqual(3);
    for (const name of contracts) {
      const { module } = checkContract(new Uint8Array(readFileSync(new URL(name, folder))));
      expect(128 * (taken(module)[0] as number), name).toBeLessThan(ROOM);
    }
  });

  test("128 levels of a reader of 12 KB and its two helpers, below four functions of 236 KB", () => {
    const code = (bytes: number) => "nop ".repeat(bytes);
    const large = (i: number) => `(func $large${i} (param i32) (result i32) (local ${"i64 ".repeat(100)})
      ${code(236_000)} (call $${i < 3 ? `large${i + 1}` : "read"} (local.get 0)))`;
    const text = `(module ${[0, 1, 2, 3].map(large).join(" ")}
      (func $read (param i32) (result i32) (local ${"i64 ".repeat(50)}) ${code(12_000)}
        (if (result i32) (local.get 0) (then (call $visit (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 7))))
      (func $visit (param i32) (result i32) (local ${"i64 ".repeat(30)}) ${code(3_000)} (call $next (local.get 0)))
      (func $next (param i32) (result i32) (local ${"i64 ".repeat(30)}) ${code(3_000)} (call $read (local.get 0)))
      (func (export "f") (param i32) (result i32) (call $large0 (local.get 0))))`;
    const instance = createEngine().compile(checkedWat(text), {}).acquire(GAS);
    expect(instance.call("f", 128)).toBe(7);
  });
});
