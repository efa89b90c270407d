// SPDX-License-Identifier: Apache-2.0
import { fromUtf8, readLeU32, readLeU64, toUtf8 } from "@sotto/bytes";
import { checkContract, WasmRejected } from "@sotto/check";
import { describe, expect, it } from "vitest";
import { Gas } from "../src/gas.ts";
import type { CallResult, Contract, Entry } from "../src/index.ts";
import { block, loadBuilt, loadWat, MemoryBackend, run } from "./support.ts";
import { answerI32, answerI64, watContract } from "./wat.ts";

const v1 = loadBuilt("probe-v1");
const v010 = loadBuilt("probe-v010");

/** Gas of a WAT contract's entry, compared with a smaller version of the contract. */
const gasOf = (contract: Contract, entry: Entry = "execute", backend = new MemoryBackend()): number => {
  const result = run(contract, entry, {}, backend);
  expect(result.outcome).toBe("returned");
  return result.gasUsed;
};
const REGION = "(i32.const 64)";
const plain = watContract([], REGION);
/**
 * `call` and its two constants, at 2 gas each; a result that is dropped costs one more instruction.
 */
const call = (count: number): number => 2 * count;

const outputs = (result: CallResult): unknown => {
  expect(result).toMatchObject({ outcome: "returned" });
  const { Ok } = JSON.parse(toUtf8(result.data as Uint8Array) as string);
  const data = typeof Ok === "string" ? Ok : Ok.data;
  return JSON.parse(Buffer.from(data, "base64").toString());
};

describe("storage imports", () => {
  it("charge 1,000 a read", () => {
    const reads = watContract(["db_read"], `(drop (call $db_read (i32.const 64))) ${REGION}`);
    expect(gasOf(reads) - gasOf(plain)).toBe(Gas.dbRead + call(3));
  });

  it("charge 2,000 and 5,000 a byte a write; only calls that are not instantiate or migrate get the bytes back", () => {
    const writes = watContract(["db_write"], `(call $db_write (i32.const 64) (i32.const 80)) ${REGION}`);
    const backend = new MemoryBackend();
    expect(gasOf(writes, "execute", backend) - gasOf(plain)).toBe(Gas.dbWrite + call(3));
    expect(backend.rows).toEqual(new Map([["key", fromUtf8("value of 16 byte")]]));
    for (const entry of ["instantiate", "migrate"] as const) {
      expect(gasOf(writes, entry) - gasOf(plain, entry)).toBe(Gas.dbWrite + 16 * Gas.dbWritePerByte + call(3));
    }
    expect(gasOf(writes, "reply") - gasOf(plain, "reply")).toBe(Gas.dbWrite + call(3));
  });

  it("run out of gas on the bytes of a write, before it is done", () => {
    const writes = watContract(["db_write"], `(call $db_write (i32.const 64) (i32.const 80)) ${REGION}`);
    const backend = new MemoryBackend();
    const limit = gasOf(plain) + Gas.dbWrite + call(3) + 16 * Gas.dbWritePerByte;
    expect(run(writes, "execute", {}, backend, limit - 1)).toMatchObject({
      outcome: "aborted",
      abort: "outOfGas",
      gasUsed: limit - 1,
    });
    expect(backend.rows.size).toBe(0);
    expect(run(writes, "execute", {}, backend, limit)).toMatchObject({ outcome: "returned" });
  });

  it("refuse to write and remove in a query, before charging", () => {
    for (const code of ["(call $db_write (i32.const 64) (i32.const 80))", "(call $db_remove (i32.const 64))"]) {
      const writes = watContract([code.includes("write") ? "db_write" : "db_remove"], `${code} ${REGION}`);
      const backend = new MemoryBackend();
      backend.readOnly = true;
      const result = run(writes, "query", {}, backend);
      expect(result).toMatchObject({ outcome: "aborted", abort: "unauthorizedWrite" });
      expect(result.gasUsed).toBeLessThan(Gas.dbWrite);
    }
  });

  it.each([
    ["v1", v1],
    ["v0.10", v010],
  ])("let a %s contract write, read and remove", (_name, contract) => {
    const backend = new MemoryBackend();
    const set = { set: { key: "🤟", value: "x".repeat(5000) } };
    const get = { get: { key: "🤟" } };
    expect(outputs(run(contract, "execute", { batch: { ops: [get, set, get] } }, backend))).toEqual([
      null,
      "x".repeat(5000),
    ]);
    expect(outputs(run(contract, "query", get, backend))).toEqual(["x".repeat(5000)]);
    expect(outputs(run(contract, "execute", { batch: { ops: [{ remove: { key: "🤟" } }, get] } }, backend))).toEqual([
      null,
    ]);
    expect(backend.rows.size).toBe(0);
  });
});

describe("gas imports", () => {
  it("check_gas tells thousands of wasm gas used, its own price included", () => {
    const asks = watContract(["check_gas"], answerI64("(call $check_gas)"));
    const result = run(asks, "execute", {}, new MemoryBackend());
    expect(readLeU64(result.data as Uint8Array)).toBe(BigInt(Math.floor(result.gasUsed / 1000)));
  });

  it.each([
    [0, 8_000],
    [8, 8_000],
    [9, 9_000],
    [1200, 1_200_000],
  ])("gas_evaporate(%i) costs %i", (units, cost) => {
    const burns = watContract(["gas_evaporate"], `(drop (call $gas_evaporate (i32.const ${units}))) ${REGION}`);
    expect(gasOf(burns) - gasOf(plain)).toBe(cost + call(3));
  });

  it("gas_evaporate of a negative count is more than any call has", () => {
    const burns = watContract(["gas_evaporate"], `(drop (call $gas_evaporate (i32.const -1))) ${REGION}`);
    expect(run(burns, "execute", {}, new MemoryBackend(), 5_000_000)).toMatchObject({
      abort: "outOfGas",
      gasUsed: 5_000_000,
    });
  });
});

describe("query_chain", () => {
  it("gives the caller's remaining gas as the limit, counts what was used apart, and hands the answer over", () => {
    const backend = new MemoryBackend();
    backend.answer = () => ({ answer: '{"Ok":{"Ok":"eyJhIjoxfQ=="}}', gasUsed: 77_000 });
    const query = { query: { request: '{"custom":{}}' } };
    const result = run(v1, "query", query, backend, 1_000_000_000);
    expect(backend.queries).toHaveLength(1);
    expect(backend.queries[0]?.request).toBe('{"custom":{}}');
    expect(backend.queries[0]?.gasLimit).toBeLessThan(1_000_000_000);
    expect(backend.queries[0]?.gasLimit).toBeGreaterThan(999_000_000);
    expect(result.externalGas).toBe(77_000);
    expect(result.gasUsed).toBeLessThan(1_000_000);
    expect(outputs(result)).toEqual(['{"Ok":{"Ok":"eyJhIjoxfQ=="}}']);
  });

  it("ends the call when the backend says so", () => {
    const query = { query: { request: "{}" } };
    expect(run(v1, "query", query, new MemoryBackend())).toMatchObject({ outcome: "aborted", abort: "notImplemented" });
  });

  it("lets a fault of the node through", () => {
    const backend = new MemoryBackend();
    backend.answer = () => {
      throw new TypeError("a bug");
    };
    expect(() => run(v1, "query", { query: { request: "{}" } }, backend)).toThrow(TypeError);
    expect(run(v1, "query", { noop: {} }, backend)).toMatchObject({ outcome: "returned" });
  });
});

describe("debug", () => {
  it("hands the text over, and changes neither outcome nor gas when nobody listens or the text cannot be read", () => {
    const loud = new MemoryBackend();
    const heard = run(v1, "execute", { debug: { text: "hello" } }, loud);
    expect(loud.texts).toEqual(["hello"]);
    const deaf = Object.assign(new MemoryBackend(), { debug: undefined });
    expect(run(v1, "execute", { debug: { text: "hello" } }, deaf)).toEqual(heard);
    const wild = watContract(["debug"], `(call $debug (i32.const -4)) (call $debug (i32.const 0)) ${REGION}`);
    expect(run(wild, "execute", {}, new MemoryBackend())).toEqual(run(wild, "execute", {}, deaf));
  });
});

describe("hostile pointers", () => {
  const names = ["db_read", "db_remove", "query_chain", "addr_validate"];
  const pairs = ["db_write", "addr_canonicalize", "addr_humanize", "secp256k1_sign", "ed25519_sign"];
  const triples = ["secp256k1_verify", "secp256k1_recover_pubkey", "ed25519_verify", "ed25519_batch_verify"];

  it.each([...names, ...pairs, ...triples])("null pointers to %s are a read error", (name) => {
    const result = run(v1, "execute", { host: { name, args: [0, 0, 0] } }, new MemoryBackend());
    expect(result).toMatchObject({ outcome: "aborted", abort: "memoryRead" });
  });

  it.each([
    ["just past the end", 131_061 + 8 * 65_536],
    ["at the very top", 0xffff_ffff],
    ["with an offset of zero", 1100],
  ])("a region %s is a read error", (_name, pointer) => {
    const reads = watContract(["db_read"], answerI32(`(call $db_read (i32.const ${pointer | 0}))`));
    expect(run(reads, "execute", {}, new MemoryBackend())).toMatchObject({ outcome: "aborted", abort: "memoryRead" });
  });

  it("a region whose bytes pass the end of memory is a read error", () => {
    const body = `(i32.store (i32.const 4000) (i32.const 131071)) (i32.store (i32.const 4008) (i32.const 524290))
      ${answerI32("(call $db_read (i32.const 4000))")}`;
    expect(run(watContract(["db_read"], body), "execute", {}, new MemoryBackend())).toMatchObject({
      abort: "memoryRead",
    });
  });

  it("a destination that is too small is refused", () => {
    const body = `(i32.store (i32.const 100) (i32.const 3)) ${answerI32("(call $addr_humanize (i32.const 64) (i32.const 96))")}`;
    expect(run(watContract(["addr_humanize"], body), "execute", {}, new MemoryBackend())).toMatchObject({
      abort: "memoryRead",
    });
  });

  it("an allocate that traps is an allocation error, and out of gas when that is why", () => {
    const trapping = loadWat(`(module (memory 1)
      (func (export "allocate") (param i32) (result i32) unreachable)
      (func (export "deallocate") (param i32))
      (func (export "interface_version_8"))
      (func (export "instantiate") (param i32 i32 i32) (result i32) i32.const 0))`);
    expect(run(trapping, "instantiate", {}, new MemoryBackend())).toMatchObject({
      outcome: "aborted",
      abort: "memoryAllocation",
    });
    const result = run(plain, "execute", {}, new MemoryBackend(), 10);
    expect(result).toMatchObject({ outcome: "aborted", abort: "outOfGas", gasUsed: 10 });
  });

  it("garbage for a result pointer is a read error", () => {
    for (const pointer of [0, 3, 0xffff_fff0]) {
      const result = run(v1, "execute", { raw_pointer: { pointer } }, new MemoryBackend());
      expect(result).toMatchObject({ outcome: "aborted", abort: "memoryRead" });
    }
  });
});

describe("argument order", () => {
  /** Answers the log of allocate: count, then sizes. */
  const logs = watContract(
    [],
    `(i32.store (i32.const 3000) (i32.const 1020)) (i32.store (i32.const 3004) (i32.const 64))
     (i32.store (i32.const 3008) (i32.const 64)) (i32.const 3000)`,
  );
  const sizes = (entry: Entry, msg: string): number[] => {
    const { data } = run(logs, entry, msg, new MemoryBackend());
    const count = readLeU32(data as Uint8Array);
    return Array.from({ length: count }, (_, i) => readLeU32(data as Uint8Array, 4 + 4 * i));
  };
  const msg = "m".repeat(777);
  const [env, info] = [sizes("instantiate", msg)[0] as number, sizes("instantiate", msg)[2] as number];

  it("is env, msg, info for instantiate and migrate, and msg, env, info for the others", () => {
    expect(env).not.toBe(info);
    expect(sizes("instantiate", msg)).toEqual([env, 777, info]);
    expect(sizes("migrate", msg)).toEqual([env, 777]);
    expect(sizes("execute", msg)).toEqual([777, env, info]);
    expect(sizes("reply", msg)).toEqual([777, env]);
    expect(sizes("query", msg)).toEqual([777, env]);
  });

  it("has no place for an entry point that the contract lacks", () => {
    expect(run(logs, "sudo", {}, new MemoryBackend())).toMatchObject({
      outcome: "aborted",
      abort: "failedFunctionCall",
    });
    expect(run(v010, "reply", {}, new MemoryBackend())).toMatchObject({
      outcome: "aborted",
      abort: "failedFunctionCall",
    });
  });

  it("shows contracts of both generations the env", () => {
    const [envText, infoText] = outputs(run(v1, "execute", { env: {} }, new MemoryBackend())) as string[];
    expect(JSON.parse(envText as string)).toMatchObject({ block: { height: block.height, time: block.time } });
    expect(JSON.parse(infoText as string)).toMatchObject({ funds: [] });
    const [old] = outputs(run(v010, "execute", { env: {} }, new MemoryBackend())) as string[];
    expect(JSON.parse(old as string)).toMatchObject({
      block: { time: 1_700_000_000 },
      contract_code_hash: "ab".repeat(32),
    });
  });
});

it("iterators are refused before anything runs", () => {
  const wat = () => watContract(["db_scan"], REGION);
  expect(wat).toThrow(WasmRejected);
  expect(() => checkContract(Uint8Array.of(0, 97, 115, 109))).toThrow(WasmRejected);
});
