// SPDX-License-Identifier: Apache-2.0
import { createEngine, type Engine, type HostFunction, type Instance, Trap } from "@sotto/engine";
import { describe, expect, test } from "vitest";
import { createInterpreter } from "../src/index.ts";
import { checkedWat } from "./wat.ts";

// The rules of execution, a third time: as numbers calculated by hand. Both engines must return
// them.

const PER_PAGE = 8192;
const PER_LARGE_PAGE = 400_000;
const PER_GROW = 28;
const MAX_GAS = 10_000_000_000;

interface Said {
  readonly result: string;
  readonly used: number;
  readonly exhausted: number;
}

function runOn(engine: Engine, host: Readonly<Record<string, HostFunction>> = {}) {
  return (text: string, args: readonly number[] = [], gas = MAX_GAS, name = "f"): Said => {
    const compiled = engine.compile(checkedWat(text), host);
    const instance = compiled.acquire(gas);
    try {
      return { ...attempt(() => instance.call(name, ...args)), ...meter(instance, gas) };
    } finally {
      compiled.release(instance);
    }
  };
}

const meter = (instance: Instance, gas: number) => ({
  used: gas - instance.gasLeft(),
  exhausted: instance.gasExhausted(),
});

function attempt(act: () => unknown): { result: string } {
  try {
    return { result: String(act()) };
  } catch (thrown) {
    if (thrown instanceof Trap) return { result: thrown.kind };
    if (thrown instanceof HostFailure) return { result: thrown.message };
    throw thrown;
  }
}

class HostFailure extends Error {}

const f = (body: string, head = '(func (export "f") (param i32) (result i32)') =>
  `(module (memory 1) ${head} ${body}))`;

describe.each([
  ["the fast engine", createEngine()],
  ["the interpreter", createInterpreter()],
])("%s", (_, engine) => {
  const run = runOn(engine);

  describe("charges two per instruction of a sequence when it is entered", () => {
    test.each([
      ["nothing", "(unreachable)", 2],
      ["a constant", "(i32.const 1)", 2],
      ["operands and operation", "(i32.add (local.get 0) (i32.const 1))", 6],
      ["nop is free", "(nop) (nop) (i32.const 1) (nop)", 2],
      ["a block is one, its content is charged inside", "(block (nop) (drop (i32.const 1))) (i32.const 1)", 4 + 4],
      ["an empty block", "(block) (i32.const 1)", 4],
      ["what follows a block that never ends normally", "(block (br 0) (drop (i32.const 9))) (i32.const 1)", 2 + 2 + 2],
      [
        "dead code is free",
        "(return (i32.const 1)) (drop (i32.const 5)) (block (drop (i32.const 7))) (i32.const 2)",
        4,
      ],
      ["code behind unreachable is free", "(unreachable) (i32.const 1) (drop) (i32.const 1)", 2],
      [
        "code behind br_table is free",
        "(block (br_table 0 0 (i32.const 0)) (drop (i32.const 1))) (i32.const 1)",
        4 + 4,
      ],
      ["a branch not taken has paid for the rest", "(block (br_if 0 (i32.const 0)) (nop)) (i32.const 1)", 4 + 4],
      ["a branch taken has too", "(block (br_if 0 (i32.const 1)) (drop (i32.const 1))) (i32.const 1)", 4 + 8],
      ["drop and select", "(drop (select (i32.const 1) (i32.const 2) (i32.const 0))) (i32.const 1)", 12],
      ["memory.size", "(memory.size)", 2],
      ["a load and a store", "(i32.store (i32.const 0) (i32.load (i32.const 4))) (i32.const 1)", 10],
    ])("%s", (_, body, gas) => {
      expect(run(f(body), [1])).toMatchObject({ used: gas, exhausted: 0 });
    });

    test("of an if only the arm that runs is charged, and a missing else costs nothing", () => {
      const both = f("(if (local.get 0) (then (nop)) (else (drop (i32.const 1)))) (i32.const 1)");
      expect(run(both, [1]).used).toBe(6);
      expect(run(both, [0]).used).toBe(6 + 4);
      const one = f("(if (local.get 0) (then (drop (i32.const 1)))) (i32.const 1)");
      expect(run(one, [1]).used).toBe(6 + 4);
      expect(run(one, [0]).used).toBe(6);
    });

    test("a loop is charged each time round", () => {
      const text = f("(loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (i32.const 1)");
      for (const times of [1, 2, 10]) expect(run(text, [times]).used).toBe(4 + times * 10);
    });

    test("a call is one instruction, the callee pays for itself, an imported function costs what it takes", () => {
      const text = `(module (import "env" "h" (func $h)) (func $g (drop (i32.const 1)))
        (func (export "f") (call $g) (call $g) (call $h)))`;
      const host = { h: (instance: Instance) => instance.chargeGas(1_000) as undefined };
      expect(runOn(engine, host)(text).used).toBe(6 + 2 * 4 + 1_000);
    });
  });

  describe("memory.grow", () => {
    const grow = f("(memory.grow (local.get 0))");
    const cost = (pages: number) => 4 + PER_GROW + pages * PER_PAGE;

    test("charges the call and each page, whether or not it succeeds", () => {
      expect(run(grow, [0])).toEqual({ result: "1", used: cost(0), exhausted: 0 });
      expect(run(grow, [3])).toEqual({ result: "1", used: cost(3), exhausted: 0 });
      expect(run(grow, [63])).toEqual({ result: "1", used: cost(63), exhausted: 0 });
      expect(run(grow, [191])).toEqual({ result: "1", used: cost(191) + 128 * PER_LARGE_PAGE, exhausted: 0 });
      expect(run(grow, [192])).toEqual({ result: "-1", used: cost(192), exhausted: 0 });
      expect(run(grow, [65_536])).toEqual({ result: "-1", used: cost(65_536), exhausted: 0 });
    });

    test("charges more for pages above the 64th, once, and none that are refused", () => {
      const twice = f("(drop (memory.grow (local.get 0))) (memory.grow (local.get 0))");
      const of = (pages: number) => run(twice, [pages]).used - 2 * pages * PER_PAGE - run(twice, [0]).used;
      expect(of(31)).toBe(0);
      expect(of(32)).toBe(PER_LARGE_PAGE);
      expect(of(63)).toBe(63 * PER_LARGE_PAGE);
      expect(of(64)).toBe((1 + 64) * PER_LARGE_PAGE);
      expect(of(96)).toBe((97 - 64) * PER_LARGE_PAGE);
      const short = cost(64) + PER_LARGE_PAGE - 1;
      expect(run(grow, [64], short)).toEqual({ result: "outOfGas", used: cost(64), exhausted: PER_LARGE_PAGE });
    });

    test("reads the pages as unsigned: -1 runs out of gas and gives none back", () => {
      const pages = 0xffffffff;
      expect(run(grow, [-1])).toEqual({ result: "outOfGas", used: 4 + PER_GROW, exhausted: pages * PER_PAGE });
      expect(run(grow, [-0x80000000]).result).toBe("outOfGas");
    });

    test("says what did not fit", () => {
      expect(run(grow, [2], 4 + PER_GROW - 1)).toEqual({ result: "outOfGas", used: 4, exhausted: PER_GROW });
      const short = 4 + PER_GROW + 2 * PER_PAGE - 1;
      expect(run(grow, [2], short)).toEqual({ result: "outOfGas", used: 4 + PER_GROW, exhausted: 2 * PER_PAGE });
      expect(run(grow, [2], short + 1).result).toBe("1");
    });

    test("counts from what it has grown to, up to 192 pages or the module's maximum", () => {
      const twice = `(drop (memory.grow (local.get 0))) (drop (memory.grow (local.get 0))) (memory.size)`;
      expect(run(f(twice), [5]).result).toBe("11");
      expect(run(f(twice), [95]).result).toBe("191");
      expect(run(f(twice), [96]).result).toBe("97");
      const bounded = `(module (memory 1 4) (func (export "f") (param i32) (result i32) ${twice}))`;
      expect(run(bounded, [1]).result).toBe("3");
      expect(run(bounded, [2]).result).toBe("3");
      expect(run(bounded, [4]).result).toBe("1");
    });
  });

  test("memory is addressable to eight pages beyond its initial size, and beyond what it has grown to", () => {
    const load = f("(drop (memory.grow (local.get 0))) (i32.load8_u (i32.const 589823))");
    expect(run(load, [0]).result).toBe("0");
    const behind = (pages: number) =>
      run(f("(drop (memory.grow (local.get 0))) (i32.load8_u (i32.const 589824))"), [pages]).result;
    expect(behind(0)).toBe("memoryOutOfBounds");
    expect(behind(8)).toBe("memoryOutOfBounds");
    expect(behind(9)).toBe("0");
    const last = (pages: number, at: number) =>
      run(f(`(drop (memory.grow (local.get 0))) (i32.load8_u (i32.const ${at}))`), [pages]).result;
    // One page, nine more, and eight.
    expect(last(9, 18 * 65_536 - 1)).toBe("0");
    expect(last(9, 18 * 65_536)).toBe("memoryOutOfBounds");
    expect(last(187, 192 * 65_536 - 1)).toBe("0");
    expect(last(187, 192 * 65_536)).toBe("memoryOutOfBounds");
    const twice = "(drop (memory.grow (i32.const 9))) (drop (memory.grow (i32.const 8)))";
    expect(run(f(`${twice} (i32.load8_u (i32.const 1179648))`), [0]).result).toBe("memoryOutOfBounds");
    expect(run(f(`${twice} (drop (memory.grow (i32.const 1))) (i32.load8_u (i32.const 1179648))`), [0]).result).toBe(
      "0",
    );
  });

  describe("out of gas", () => {
    test("at the sequence that does not fit, with nothing of it run", () => {
      const text = f(
        "(i32.store (i32.const 0) (i32.const 7)) (block (i32.store (i32.const 0) (i32.const 9))) (i32.const 1)",
      );
      expect(run(text, [0], 16).result).toBe("1");
      expect(run(text, [0], 15)).toEqual({ result: "outOfGas", used: 10, exhausted: 6 });
      expect(run(text, [0], 9)).toEqual({ result: "outOfGas", used: 0, exhausted: 10 });
      expect(run(text, [0], 0)).toEqual({ result: "outOfGas", used: 0, exhausted: 10 });
    });

    test("an endless loop ends, and so does endless recursion", () => {
      expect(run(f("(loop (br 0)) (i32.const 1)"), [0], 1_001)).toEqual({
        result: "outOfGas",
        used: 1_000,
        exhausted: 2,
      });
      expect(run('(module (func $f (export "f") (call $f)))', [], 100)).toMatchObject({
        result: "outOfGas",
        used: 100,
      });
    });

    test("the counter is exact up to 10^10", () => {
      const text = f("(i32.const 1)");
      expect(run(text, [0], MAX_GAS)).toMatchObject({ result: "1", used: 2 });
      expect(run(text, [0], 2 ** 32 + 1)).toMatchObject({ result: "1", used: 2 });
      expect(run(text, [0], 2 ** 32)).toMatchObject({ result: "1", used: 2 });
    });

    test("a host function takes any amount, or all of it stays", () => {
      const text = '(module (import "env" "h" (func $h)) (func (export "f") (call $h)))';
      const taking = (amount: number, gas: number) =>
        runOn(engine, { h: (instance) => instance.chargeGas(amount) as undefined })(text, [], gas);
      expect(taking(5_000_000_000, MAX_GAS)).toEqual({ result: "undefined", used: 5_000_000_002, exhausted: 0 });
      expect(taking(MAX_GAS - 1, MAX_GAS)).toEqual({ result: "outOfGas", used: 2, exhausted: MAX_GAS - 1 });
      expect(taking(Number.MAX_SAFE_INTEGER, 100)).toMatchObject({ result: "outOfGas", used: 2 });
      expect(taking(0, 2)).toEqual({ result: "undefined", used: 2, exhausted: 0 });
    });

    test("a host function cannot hide it, nor can it hide a trap of a call it made", () => {
      const text = `(module (import "env" "h" (func $h)) (func (export "g") unreachable) (func (export "f") (call $h) (call $h)))`;
      let calls = 0;
      const swallow = (act: (instance: Instance) => unknown) => (instance: Instance) => {
        calls++;
        attempt(() => act(instance));
        return undefined;
      };
      expect(runOn(engine, { h: swallow((instance) => instance.chargeGas(MAX_GAS)) })(text).result).toBe("outOfGas");
      expect(calls).toBe(1);
      expect(runOn(engine, { h: swallow((instance) => instance.call("g")) })(text).result).toBe("unreachable");
      expect(calls).toBe(2);
    });
  });

  describe("the stack limit", () => {
    /**
     * The charge of one call: 16,384, eight for each parameter, local and operand, four for each
     * byte of the code below.
     */
    const frameOf = (locals: number, height: number) => 16_384 + 8 * (1 + locals + height) + 4 * (13 + 3 * height);
    const depthOf = (locals: number, height: number) => Math.floor(33_554_432 / frameOf(locals, height));
    const recursive = (locals: number, height: number) => {
      const push = "(local.get 0) ".repeat(height - 2);
      const body = `(if (result i32) (i32.eq (i32.const 1) (local.get 0)) (then (i32.const 1)) (else
        ${push} (call $f (i32.sub (local.get 0) (i32.const 1))) ${"(i32.add) ".repeat(height - 2)}))`;
      return `(module (func $f (export "f") (param i32) (result i32) (local ${"i64 ".repeat(locals)}) ${body}))`;
    };

    test.each([
      [0, 2],
      [1, 2],
      [8, 3],
      [100, 20],
      [400, 100],
    ])("stops %i locals and %i operands at the depth the rule says", (locals, height) => {
      const text = recursive(locals, height);
      const depth = depthOf(locals, height);
      expect(run(text, [depth]).result).not.toBe("stackOverflow");
      expect(run(text, [depth + 1]).result).toBe("stackOverflow");
    });

    test("stops long code earlier, also code that never runs", () => {
      const text = (more: string) =>
        `(module (func $f (export "f") (param i32) (result i32) (if (i32.eqz (local.get 0)) (then (return (i32.const 1)))) (call $f (i32.sub (local.get 0) (i32.const 1))) (return) ${more}))`;
      const bytes = 2 + 1 + 2 + 3 + 1 + 7 + 1 + 1;
      const depth = (nops: number) => Math.floor(33_554_432 / (16_384 + 8 * 3 + 4 * (bytes + nops)));
      for (const nops of [0, 1, 1_000, 100_000]) {
        const module = text("nop ".repeat(nops));
        expect(run(module, [depth(nops) - 1]).result, String(nops)).toBe("1");
        expect(run(module, [depth(nops)]).result, String(nops)).toBe("stackOverflow");
      }
    });

    test("gives its bytes back on return, on every way out", () => {
      const text = `(module (func $g (param i32) (result i32) (if (local.get 0) (then (return (i32.const 1)))) (block (br 1 (i32.const 2))) (i32.const 3))
        (func (export "f") (param i32) (result i32)
          (loop (drop (call $g (i32.and (local.get 0) (i32.const 1)))) (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
          (i32.const 5)))`;
      expect(run(text, [20_000]).result).toBe("5");
    });

    test("counts calls through the table like others", () => {
      const text = `(module (table 1 funcref) (elem (i32.const 0) $f)
        (func $f (export "f") (call_indirect (i32.const 0))))`;
      expect(run(text).result).toBe("stackOverflow");
    });

    test("bounds how deep host functions call back", () => {
      const text =
        '(module (import "env" "h" (func $h (param i32))) (func (export "f") (param i32) (call $h (local.get 0))))';
      const host = {
        h: (instance: Instance, n: unknown) =>
          Number(n) > 1 ? (instance.call("f", Number(n) - 1) as undefined) : undefined,
      };
      expect(runOn(engine, host)(text, [16]).result).toBe("undefined");
      expect(runOn(engine, host)(text, [17]).result).toBe("stackOverflow");
    });

    test("is shared by instances that wait for one another", () => {
      const compiled = engine.compile(
        checkedWat(`(module (import "env" "h" (func $h (result i32)))
          (func $f (export "f") (param i32) (result i32) (local i64 i64 i64 i64 i64) (block (br 0) ${"nop ".repeat(4_059)})
            (if (result i32) (local.get 0) (then (call $f (i32.sub (local.get 0) (i32.const 1)))) (else (call $h)))))`),
        { h: () => next() },
      );
      // The block has 4,064 bytes, of which a call runs the first instructions only: the
      // interpreter is slow. A call takes 16,384 + 8 * (1 + 5 + 2) + 4 * (16 + 4,064) = 32,768:
      // 1,024 calls fill one instance, 2,048 the chain.
      let levels: number[] = [];
      const next = (): number => {
        const [depth, ...rest] = levels;
        levels = rest;
        if (depth === undefined) return 1;
        const instance = compiled.acquire(MAX_GAS);
        try {
          return Number(instance.call("f", depth - 1));
        } finally {
          compiled.release(instance);
        }
      };
      const chain = (...depths: number[]) => {
        levels = depths;
        return attempt(next).result;
      };
      expect(chain(1_024)).toBe("1");
      expect(chain(1_025)).toBe("stackOverflow");
      expect(chain(1_024, 1_024)).toBe("1");
      expect(chain(1_024, 1_024, 1)).toBe("stackOverflow");
      expect(chain(500, 500, 500, 500, 48)).toBe("1");
      expect(chain(500, 500, 500, 500, 49)).toBe("stackOverflow");
      expect(chain(...new Array<number>(10).fill(204))).toBe("1");
      expect(chain(1_024), "afterwards").toBe("1");
    });
  });

  describe("traps have a kind", () => {
    const table = `(module (type $none (func)) (table 4 funcref) (elem (i32.const 1) $g $typed) (func $g) (func $typed (param i32))
      (func (export "f") (param i32) (call_indirect (type $none) (local.get 0))))`;
    const divide = (type: string, op: string) =>
      `(module (func (export "f") (param i32 i32) (drop (${type}.${op} ${type === "i32" ? "(local.get 0) (local.get 1)" : "(i64.shl (i64.extend_i32_s (local.get 0)) (i64.const 32)) (i64.extend_i32_s (local.get 1))"}))))`;
    test.each([
      ["(unreachable)", [0], "unreachable"],
      ["(i32.load (i32.const -1))", [0], "memoryOutOfBounds"],
      ["(i32.load offset=4294967295 (i32.const -1))", [0], "memoryOutOfBounds"],
      ["(i32.store16 (i32.const 589823) (i32.const 1)) (i32.const 0)", [0], "memoryOutOfBounds"],
    ])("%s", (body, args, kind) => {
      expect(run(f(body), args).result).toBe(kind);
    });

    test.each([
      [0, "uninitializedElement"],
      [1, "undefined"],
      [2, "indirectCallTypeMismatch"],
      [3, "uninitializedElement"],
      [4, "tableOutOfBounds"],
      [-1, "tableOutOfBounds"],
    ])("call_indirect of element %i: %s", (index, kind) => {
      expect(run(table, [index]).result).toBe(kind);
    });

    test.each(["i32", "i64"])("division of %s", (type) => {
      for (const op of ["div_s", "div_u", "rem_s", "rem_u"]) {
        expect(run(divide(type, op), [1, 0]).result, op).toBe("divideByZero");
        const overflow = op === "div_s" ? "integerOverflow" : "undefined";
        expect(run(divide(type, op), [-0x80000000, -1]).result, op).toBe(overflow);
      }
    });
  });

  test("a failure of a host function is the outcome as it is, and the instance is over", () => {
    const failure = new HostFailure("no");
    const compiled = engine.compile(
      checkedWat('(module (import "env" "h" (func $h)) (func (export "f") (call $h)) (func (export "g")))'),
      {
        h: () => {
          throw failure;
        },
      },
    );
    const instance = compiled.acquire(1_000);
    expect(() => instance.call("f")).toThrow(failure);
    expect(() => instance.call("g")).toThrow(failure);
    compiled.release(instance);
  });

  test("a new loan starts from the initial state", () => {
    const compiled = engine.compile(
      checkedWat(`(module (memory 1) (data (i32.const 4) "abcd") (global $g (mut i64) (i64.const -7)) (global $h (mut i32) (i32.const 3))
        (func (export "spoil") (global.set $g (i64.const 1)) (global.set $h (i32.const 1)) (i32.store (i32.const 4) (i32.const 0))
          (i32.store (i32.const 300000) (i32.const 1)) (drop (memory.grow (i32.const 2))))
        (func (export "g") (result i64) (global.get $g)) (func (export "h") (result i32) (global.get $h))
        (func (export "size") (result i32) (memory.size)) (func (export "at") (param i32) (result i32) (i32.load (local.get 0))))`),
      {},
    );
    for (let loan = 0; loan < 3; loan++) {
      const instance = compiled.acquire(1_000_000);
      const seen = [
        instance.call("g"),
        instance.call("h"),
        instance.call("size"),
        instance.call("at", 4),
        instance.call("at", 300_000),
      ];
      expect(seen).toEqual([-7n, 3, 1, 0x64636261, 0]);
      instance.call("spoil");
      compiled.release(instance);
    }
  });

  test("names of exports are the contract's, whatever they are", () => {
    const names = ["__proto__", "constructor", "use", "reset", "gas", "f0", ""];
    const text = `(module ${names.map((name, i) => `(func (export "${name}") (result i32) (i32.const ${i}))`).join("")})`;
    const compiled = engine.compile(checkedWat(text), {});
    const instance = compiled.acquire(1_000);
    expect(names.map((name) => instance.call(name))).toEqual(names.map((_, i) => i));
    expect(instance.has("toString")).toBe(false);
    expect(instance.has("use")).toBe(true);
    compiled.release(instance);
  });

  test("an import that only a prototype has is not there", () => {
    const module = checkedWat('(module (import "env" "toString" (func)))');
    expect(() => engine.compile(module, {})).toThrow("imports a function that the host does not have");
  });
});
