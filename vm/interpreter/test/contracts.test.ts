// SPDX-License-Identifier: Apache-2.0
import { Buffer } from "node:buffer";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { checkContract, I64, IMPORTS } from "@sotto/check";
import { createEngine, type Engine, type HostFunction, type Instance, Trap } from "@sotto/engine";
import { describe, expect, test } from "vitest";
import { createInterpreter } from "../src/index.ts";

const BUILT = new URL("../../../contracts/built/", import.meta.url);
const names = existsSync(BUILT) ? readdirSync(BUILT).filter((name) => name.endsWith(".wasm")) : [];
const GAS = 400_000_000;

/**
 * A host without a chain: every key is absent, every address and every query is refused with an
 * empty answer.
 */
const host: Readonly<Record<string, HostFunction>> = Object.fromEntries(
  [...IMPORTS].map(([name, { results }]) => [
    name,
    (instance: Instance) => {
      instance.chargeGas(1_000);
      return results[0] === undefined ? undefined : results[0] === I64 ? 0n : 0;
    },
  ]),
);

/**
 * Writes bytes at an address of the contract's own allocator, as a Region. Source:
 * spec/contract-interface.md 5.
 */
function write(instance: Instance, text: string): number {
  const bytes = new TextEncoder().encode(text);
  const region = Number(instance.call("allocate", bytes.length));
  const memory = instance.memory();
  const view = new DataView(memory.buffer, memory.byteOffset);
  memory.set(bytes, view.getUint32(region, true));
  view.setUint32(region + 8, bytes.length, true);
  return region;
}

const ENV = {
  v1: '{"block":{"height":12,"time":"1700000000000000000","chain_id":"secretdev-1","random":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},"contract":{"address":"secret1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqk2d7vq","code_hash":"00"},"transaction":null}',
  v010: '{"block":{"height":12,"time":1700000000,"chain_id":"secretdev-1"},"message":{"sender":"secret1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqk2d7vq","sent_funds":[]},"contract":{"address":"secret1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqk2d7vq"},"contract_key":null,"contract_code_hash":"00","transaction":null}',
};
const INFO = '{"sender":"secret1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqk2d7vq","funds":[]}';
const MESSAGE = '{"name":"a","symbol":"TKN","decimals":6,"prng_seed":"AAAA","initial_balances":[]}';

/** All results of one call: result, gas, and the memory after it. */
function observe(engine: Engine, bytes: Uint8Array): { said: string; memory: Uint8Array; answer: string } {
  const { module, dialect } = checkContract(bytes);
  const compiled = engine.compile(module, host);
  const instance = compiled.acquire(GAS);
  let said: string;
  let answer = "";
  try {
    const regions = (dialect === "v1" ? [ENV.v1, INFO, MESSAGE] : [ENV.v010, MESSAGE]).map((text) =>
      write(instance, text),
    );
    const region = Number(instance.call(dialect === "v1" ? "instantiate" : "init", ...regions));
    said = String(region);
    const view = new DataView(instance.memory().buffer);
    const at = view.getUint32(region, true);
    answer = Buffer.from(instance.memory().subarray(at, at + view.getUint32(region + 8, true))).toString();
  } catch (thrown) {
    if (!(thrown instanceof Trap)) throw thrown;
    said = thrown.kind;
  }
  const memory = instance.memory().slice();
  said += ` gas ${GAS - instance.gasLeft()} exhausted ${instance.gasExhausted()}`;
  compiled.release(instance);
  return { said, memory, answer };
}

describe.runIf(names.length > 0)("contracts as compilers make them run the same on both engines", () => {
  test.each(names)("%s, instantiated without a chain", (name) => {
    const bytes = readFileSync(new URL(name, BUILT));
    const fast = observe(createEngine(), bytes);
    const slow = observe(createInterpreter(), bytes);
    expect(fast.said).toBe(slow.said);
    expect(fast.answer).toBe(slow.answer);
    expect(Buffer.compare(fast.memory, slow.memory)).toBe(0);
    // It really ran: it parsed its input and returned JSON.
    expect(fast.answer).toMatch(/^\{"(Ok|Err)":/);
    expect(Number(/gas (\d+)/.exec(fast.said)?.[1])).toBeGreaterThan(20_000);
  });
});
