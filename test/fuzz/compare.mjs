// SPDX-License-Identifier: Apache-2.0
import { Buffer } from "node:buffer";
import { checkModule } from "@sotto/check";
import { createEngine, Trap } from "@sotto/engine";
import { createInterpreter } from "@sotto/interpreter";
import { generate } from "./generate.mjs";
import { Random } from "./random.mjs";

/** @typedef {import("@sotto/engine").Instance} Instance */
/** @typedef {import("@sotto/engine").CompiledModule} CompiledModule */

/** An error of a host function that is not a trap. */
class HostFailure extends Error {}

/** @type {Readonly<Record<string, import("@sotto/engine").HostFunction>>} */
const HOST = {
  mix: (_, a, b) => BigInt.asIntN(64, BigInt(a) * 0x9e3779b97f4a7c15n + BigInt(b)),
  pay(instance, a) {
    instance.chargeGas(Number(a) & 0x1fff);
    return Number(a) + 1;
  },
  again: (instance, a) => Number(instance.call("again", Number(a) >> 1)) + 1,
  touch(instance, at, length, value) {
    const memory = instance.memory();
    const start = Number(at) >>> 0;
    const end = start + (Number(length) & 255);
    if (end > memory.length) throw new HostFailure("region outside memory");
    const sum = memory.subarray(start, end).reduce((a, b) => (a * 31 + b) | 0, 7);
    memory.fill(Number(value) & 255, start, end);
    return sum;
  },
  fail(_, a) {
    if ((Number(a) & 15) === 5) throw new HostFailure("host refuses");
    return undefined;
  },
  left: (instance) => BigInt(instance.gasLeft()),
};

/** @param {() => unknown} act @returns {string} */
function outcome(act) {
  try {
    const value = act();
    return `${typeof value} ${String(value)}`;
  } catch (thrown) {
    if (thrown instanceof Trap) return `trap ${thrown.kind}`;
    if (thrown instanceof HostFailure) return `host ${thrown.message}`;
    throw thrown;
  }
}

/**
 * The visible results of one call.
 * @param {Instance} instance
 * @param {string} name
 * @param {readonly number[]} args
 */
function observe(instance, name, args) {
  const result = outcome(() => instance.call(name, ...args));
  return `${name}(${args.join(",")}) -> ${result}, gas ${instance.gasLeft()}, exhausted ${instance.gasExhausted()}`;
}

/** @param {Random} random */
function randomGas(random) {
  const top = 10 ** random.between(1, 4);
  return random.chance(10) ? random.below(200_000) : random.below(top * 4);
}

/**
 * Runs one seed on both engines. Throws with the seed where anything differs: result, kind of trap,
 * gas, what did not fit, memory, globals, the state of a reused instance.
 * @param {number} seed
 * @param {{ fast: import("@sotto/engine").Engine, slow: import("@sotto/engine").Engine }} engines
 * @returns {Map<string, number>} the number of each kind of outcome
 */
export function compareSeed(seed, { fast, slow }) {
  const { bytes, globals } = generate(seed);
  const checked = checkModule(bytes);
  const a = fast.compile(checked, HOST);
  const b = slow.compile(checked, HOST);
  const random = new Random(seed ^ 0x5eed);
  /** @type {Map<string, number>} */
  const seen = new Map();
  for (let loan = 0; loan < 3; loan++) {
    const gas = randomGas(random);
    const pair = [a.acquire(gas), b.acquire(gas)];
    const [left, right] = /** @type {[Instance, Instance]} */ (pair);
    equal(seed, `memory at loan ${loan}`, same(left, right), true);
    let isOver = false;
    for (let call = random.between(1, 2); call > 0 && !isOver; call--) {
      const args = [random.i32(), random.i32()];
      const said = observe(left, "run", args);
      equal(seed, `loan ${loan} with ${gas}`, said, observe(right, "run", args));
      equal(seed, `memory after ${said}`, same(left, right), true);
      isOver = !/-> number/.test(said);
      const kind = /-> ((?:trap|host) [A-Za-z]+|\w+)/.exec(said)?.[1] ?? said;
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
    }
    for (const getter of isOver ? [] : globals) {
      equal(seed, `${getter} of loan ${loan}`, observe(left, getter, []), observe(right, getter, []));
    }
    a.release(left);
    b.release(right);
  }
  return seen;
}

/** @param {Instance} a @param {Instance} b */
const same = (a, b) => Buffer.compare(a.memory(), b.memory()) === 0;

/** @param {number} seed @param {string} what @param {unknown} fast @param {unknown} slow */
function equal(seed, what, fast, slow) {
  if (fast !== slow) throw new Error(`seed ${seed}: ${what}: fast engine ${String(fast)}, interpreter ${String(slow)}`);
}

export const createEngines = () => ({ fast: createEngine({ maxIdle: 2 }), slow: createInterpreter() });
