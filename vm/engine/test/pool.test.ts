// SPDX-License-Identifier: Apache-2.0
import { EnvironmentFault, InvariantBroken } from "@sotto/errors";
import { describe, expect, test } from "vitest";
import { DataImage } from "../src/dataImage.ts";
import { createEngine, Trap } from "../src/index.ts";
import { rewriteModule } from "../src/rewriteModule.ts";
import { memoryRule } from "../src/rules.ts";
import { Sandbox } from "../src/sandbox.ts";
import { learnTraps } from "../src/trapKinds.ts";
import { Instance, Memory, Module, validate } from "../src/webAssembly.ts";
import { checkedWat } from "./wat.ts";

const PAGE = 65_536;
const GAS = 10_000_000;
const CONTRACT = `(module (memory 2) (data (i32.const 8) "first") (data (i32.const 70000) "second")
  (func (export "fill") (param i32) (loop (i32.store8 (local.get 0) (i32.const 255))
    (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "trap") (i32.store (i32.const 100000) (i32.const -1)) unreachable)
  (func (export "endless") (loop (br 0))))`;

describe("instances are pooled", () => {
  test("a released one is lent again, with the same memory, reset in place", () => {
    const compiled = createEngine().compile(checkedWat(CONTRACT), {});
    const first = compiled.acquire(GAS);
    const { buffer } = first.memory();
    expect(first.memory().length).toBe(10 * PAGE);
    first.call("fill", 200_000);
    first.context = "mine";
    compiled.release(first);
    const second = compiled.acquire(GAS);
    expect(second.memory().buffer).toBe(buffer);
    expect(second.context).toBeUndefined();
    const memory = second.memory();
    expect(memory.reduce((sum, byte) => sum + (byte === 0 ? 0 : 1), 0)).toBe("first".length + "second".length);
    expect([...memory.subarray(8, 13)]).toEqual([...new TextEncoder().encode("first")]);
    expect([...memory.subarray(70_000, 70_006)]).toEqual([...new TextEncoder().encode("second")]);
    compiled.release(second);
  });

  test("a released memory holds nothing of the call any more", () => {
    const compiled = createEngine().compile(checkedWat(CONTRACT), {});
    for (const name of ["fill", "trap"]) {
      const instance = compiled.acquire(GAS);
      const memory = instance.memory();
      try {
        instance.call(name, 600_000);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(Trap);
      }
      compiled.release(instance);
      expect(memory.includes(255)).toBe(false);
    }
  });

  test("after a trap and after running out of gas an instance serves the next call as new", () => {
    const compiled = createEngine().compile(checkedWat(CONTRACT), {});
    const buffers = new Set<unknown>();
    for (let i = 0; i < 5; i++) {
      const instance = compiled.acquire(GAS);
      buffers.add(instance.memory().buffer);
      expect(instance.memory()[100_000]).toBe(0);
      expect(() => instance.call(i % 2 === 0 ? "trap" : "endless")).toThrow(Trap);
      expect(() => instance.call("grow", 1), "never resumed").toThrow(Trap);
      compiled.release(instance);
    }
    expect(buffers.size).toBe(1);
    const instance = compiled.acquire(GAS);
    instance.call("fill", 10);
    expect(instance.gasLeft()).toBe(GAS - 2 - 10 * 16);
    compiled.release(instance);
  });

  test("growth within the slack keeps it, growth beyond retires it, and its memory is wiped too", () => {
    const compiled = createEngine().compile(checkedWat(CONTRACT), {});
    const small = compiled.acquire(GAS);
    const { buffer } = small.memory();
    expect(small.call("grow", 8)).toBe(2);
    expect(small.memory().buffer).toBe(buffer);
    compiled.release(small);
    const large = compiled.acquire(GAS);
    const view = large.memory();
    expect(view.buffer).toBe(buffer);
    expect(large.call("grow", 9)).toBe(2);
    expect(view.length, "the old view is detached").toBe(0);
    const grown = large.memory();
    expect(grown.length).toBe((2 + 9 + 8) * PAGE);
    grown.fill(7, 11 * PAGE);
    compiled.release(large);
    expect(grown.includes(7)).toBe(false);
    const fresh = compiled.acquire(GAS);
    expect(fresh.memory().length).toBe(10 * PAGE);
    compiled.release(fresh);
  });

  test("keeps clean instances up to a number of bytes, so that large ones do not add up", () => {
    const engine = createEngine();
    const large = Array.from({ length: 20 }, () => engine.compile(checkedWat(`(module (memory 184))`), {}));
    const buffers = large.map((compiled) => {
      const instance = compiled.acquire(GAS);
      const { buffer } = instance.memory();
      compiled.release(instance);
      return buffer;
    });
    const kept = large.filter((compiled, i) => compiled.acquire(GAS).memory().buffer === buffers[i]).length;
    // 12 MiB each, 192 MiB in all.
    expect(kept).toBe(16);
  });

  test("growth by nothing costs little and moves nothing", () => {
    const compiled = createEngine().compile(checkedWat(CONTRACT), {});
    const instance = compiled.acquire(GAS);
    const view = instance.memory();
    for (let i = 0; i < 1_000; i++) expect(instance.call("grow", 0)).toBe(2);
    expect(instance.memory()).toBe(view);
    expect(instance.gasLeft()).toBe(GAS - 1_000 * 32);
    compiled.release(instance);
  });

  test("two loans of one module at a time are two instances", () => {
    const compiled = createEngine().compile(checkedWat(CONTRACT), {});
    const outer = compiled.acquire(GAS);
    const inner = compiled.acquire(GAS);
    inner.call("fill", 10_000);
    expect(outer.memory().includes(255)).toBe(false);
    compiled.release(inner);
    compiled.release(outer);
    const again = [compiled.acquire(GAS), compiled.acquire(GAS)];
    expect(new Set(again)).toEqual(new Set([outer, inner]));
    for (const instance of again) compiled.release(instance);
  });

  test("no more idle instances are kept than the engine was told", () => {
    const engine = createEngine({ maxIdle: 2 });
    const modules = [0, 1, 2].map(() => engine.compile(checkedWat(CONTRACT), {}));
    const firsts = modules.map((compiled) => {
      const instance = compiled.acquire(GAS);
      compiled.release(instance);
      return instance;
    });
    const seconds = modules.toReversed().map((compiled) => compiled.acquire(GAS));
    expect(seconds.toReversed().map((instance, i) => instance === firsts[i])).toEqual([false, true, true]);
  });

  test("misuse is a bug of ours, not a result", () => {
    const compiled = createEngine().compile(checkedWat(CONTRACT), {});
    const instance = compiled.acquire(GAS);
    expect(() => instance.call("missing")).toThrow(InvariantBroken);
    expect(() => instance.chargeGas(-1)).toThrow(InvariantBroken);
    expect(() => instance.chargeGas(0.5)).toThrow(InvariantBroken);
    compiled.release(instance);
    expect(() => compiled.release(instance)).toThrow(InvariantBroken);
    expect(() => instance.call("grow", 0), "after release").toThrow(InvariantBroken);
    for (const gas of [-1, 1.5, 10_000_000_001, Number.NaN]) {
      expect(() => compiled.acquire(gas)).toThrow(InvariantBroken);
    }
    expect(() => createEngine().compile(checkedWat("(module (memory 193))"), {})).toThrow(InvariantBroken);
  });
});

describe("an allocation inside a host function", () => {
  test("re-enters wasm and may grow and detach the memory that the caller looks at", () => {
    const compiled = createEngine().compile(
      checkedWat(`(module (import "env" "db_read" (func $read (param i32) (result i32))) (memory 1)
        (func (export "allocate") (param i32) (result i32) (drop (memory.grow (i32.const 20))) (i32.const 700000))
        (func (export "f") (result i32) (i32.load8_u (call $read (i32.const 5)))))`),
      {
        db_read(instance, size) {
          const before = instance.memory();
          const at = Number(instance.call("allocate", Number(size)));
          expect(before.length).toBe(0);
          instance.memory()[at] = 42;
          return at;
        },
      },
    );
    const instance = compiled.acquire(GAS);
    expect(instance.call("f")).toBe(42);
    compiled.release(instance);
  });
});

describe("what the environment does wrong is never a result", () => {
  const build = (memoryOf: () => ConstructorParameters<typeof Memory>[0], traps = learnTraps()) => {
    const checked = checkedWat(CONTRACT);
    const memory = memoryRule(checked.memory ?? { min: 0, max: undefined }, 8);
    const host = new Memory(memoryOf());
    const exports = new Map(checked.exports.map(({ name, index }) => [name, index]));
    const blueprint = { exports, elements: [], memory, data: new DataImage(checked), traps, chain: [] };
    const module = new Module(rewriteModule(checked, memory));
    const sandbox = new Sandbox(blueprint, host, () => new Instance(module, { h: { m: host } }).exports);
    sandbox.start(GAS);
    return sandbox;
  };

  test("growth that the rules allow and the machine refuses", () => {
    // A memory that cannot grow simulates a machine without free memory.
    const sandbox = build(() => ({ initial: 10, maximum: 10 }));
    expect(sandbox.call("grow", 8)).toBe(2);
    expect(() => sandbox.call("grow", 1)).toThrow(EnvironmentFault);
    expect(sandbox.wipe(), "it serves no more").toBe(false);
  });

  test("a trap in words that were not learnt", () => {
    const sandbox = build(() => ({ initial: 10, maximum: 192 }), new Map());
    expect(() => sandbox.call("trap")).toThrow(EnvironmentFault);
    expect(sandbox.wipe()).toBe(false);
    const known = build(() => ({ initial: 10, maximum: 192 }), new Map());
    // Gas needs no text.
    expect(() => known.call("endless")).toThrow(new Trap("outOfGas"));
  });

  test("a stack that the host itself used up", () => {
    const compiled = createEngine().compile(
      checkedWat('(module (import "env" "h" (func $h)) (func (export "f") (call $h)))'),
      {
        h: () => {
          const forever = (): number => 1 + forever();
          forever();
          return undefined;
        },
      },
    );
    const instance = compiled.acquire(GAS);
    let thrown: unknown;
    try {
      instance.call("f");
    } catch (caught) {
      thrown = caught;
    }
    expect(thrown).toBeInstanceOf(EnvironmentFault);
    expect(String((thrown as Error).message)).not.toMatch(/stack|size/i);
    compiled.release(instance);
    const next = compiled.acquire(GAS);
    expect(next).not.toBe(instance);
    compiled.release(next);
  });

  test("a module that V8 refuses although it was accepted", () => {
    const checked = checkedWat("(module (func (result i32) (i32.const 1)))");
    const bytes = checked.bytes.slice();
    bytes[bytes.length - 3] = 0x42;
    expect(validate(bytes)).toBe(false);
    expect(() => createEngine().compile({ ...checked, bytes }, {})).toThrow(EnvironmentFault);
  });
});

test("every kind of trap has words of its own on this V8", () => {
  const kinds = new Set(learnTraps().values());
  expect(kinds).toEqual(
    new Set([
      "unreachable",
      "memoryOutOfBounds",
      "divideByZero",
      "integerOverflow",
      "tableOutOfBounds",
      "indirectCall",
    ]),
  );
});

test("custom sections, which V8 reads, are never shown to it", () => {
  const checked = checkedWat('(module (func (export "f") (result i32) (i32.const 3)))');
  // A source map URL that is not UTF-8, before and after the rest.
  const custom = [0, 20, 16, ...new TextEncoder().encode("sourceMappingURL"), 200, 1, 255];
  const bytes = Uint8Array.from([...checked.bytes.subarray(0, 8), ...custom, ...checked.bytes.subarray(8), ...custom]);
  const { length } = checked.bytes;
  const shift = custom.length;
  const functions = checked.functions.map((body) => ({
    ...body,
    localsStart: body.localsStart + shift,
    codeStart: body.codeStart + shift,
    codeEnd: body.codeEnd + shift,
  }));
  const customRanges = [8, 8 + shift, length + shift, length + 2 * shift];
  const compiled = createEngine().compile({ ...checked, bytes, functions, customRanges }, {});
  const instance = compiled.acquire(100);
  expect(instance.call("f")).toBe(3);
  compiled.release(instance);
});
