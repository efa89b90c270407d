// SPDX-License-Identifier: Apache-2.0
import { crc32, gzipSync } from "node:zlib";
import { concat } from "@sotto/bytes";
import { responseOf, storeMessage, succeeded } from "@sotto/contract-test/parts";
import { MsgStoreCodeResponseSchema, Query } from "@sotto/proto/secret.compute.v1beta1";
import { afterAll, describe, expect, it } from "vitest";
import wabt from "wabt";
import { instantiate } from "../support/contract.ts";
import { a, TestChain } from "../support/testChain.ts";
import { hashOf, wasm } from "../support/wasm.ts";

const chain = new TestChain();
afterAll(() => chain.close());
const { parseWat } = await wabt();

const at = "failed to execute message; message index: 0: ";
const gzip = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes));
const wat = (text: string) => parseWat("test.wat", text, { mutable_globals: true }).toBinary({}).buffer;
const store = (code: Uint8Array, extra = {}) => chain.run(a, storeMessage(a, code, extra), { gas: 50_000_000n });
/** A module with every export that v1 needs, and more. */
const contract = (more: string, body = "i32.const 0") =>
  wat(`(module (memory (export "memory") 1)
    (func (export "interface_version_8")) (func (export "allocate") (param i32) (result i32) i32.const 0)
    (func (export "deallocate") (param i32)) (func (export "instantiate") (param i32 i32 i32) (result i32) ${body})
    (func (export "execute") (param i32 i32 i32) (result i32) i32.const 0) (func (export "query") (param i32 i32) (result i32) i32.const 0) ${more})`);

/** A custom section of `length` bytes in total. */
function custom(length: number): Uint8Array {
  const size = length - 6;
  const leb = [0, 7, 14, 21, 28].map((shift, i) => ((size >>> shift) & 0x7f) | (i < 4 ? 0x80 : 0));
  return concat(Uint8Array.of(0, ...leb), new Uint8Array(size));
}

/** A refused upload leaves no row: the next code has the next number. */
function refused(code: Uint8Array, codeNumber = 15, extra = {}) {
  const before = chain.ask(Query.method.codes, {}).codeInfos.length;
  const result = store(code, extra);
  expect(result).toMatchObject({ codespace: "compute", code: codeNumber });
  expect(chain.ask(Query.method.codes, {}).codeInfos.length).toBe(before);
  return result.log;
}

describe("an upload", () => {
  it("is stored under the hash of the unpacked code, each time with a new number", () => {
    const plain = responseOf(MsgStoreCodeResponseSchema, succeeded(store(wasm.v1))).codeId;
    const packed = responseOf(MsgStoreCodeResponseSchema, succeeded(store(gzip(wasm.v1)))).codeId;
    expect(packed).toBe(plain + 1n);
    for (const codeId of [plain, packed]) {
      expect(chain.ask(Query.method.codeHashByCodeId, { codeId }).codeHash).toBe(hashOf(wasm.v1));
      expect(instantiate(chain, codeId, wasm.v1, { ops: [] }).execute({ noop: {} }).result.code).toBe(0);
    }
  });

  it("costs 0.8 gas a byte of the unpacked code, besides the bytes of the transaction", () => {
    const size = wasm.v1.length;
    const [plain, packed] = [wasm.v1, gzip(wasm.v1)].map(
      (code) => Number(succeeded(store(code)).gasUsed) - code.length * 10,
    ) as [number, number];
    expect(plain).toBeGreaterThan(size * 0.8);
    expect(plain).toBeLessThan(size * 0.8 + 15_000);
    expect(Math.abs(plain - packed)).toBeLessThan(500);
  });

  it("stores its source and builder", () => {
    const extra = { source: "https://example.org/code.tar.gz", builder: "enigmampc/secret-contract-optimizer:1.0.0" };
    const { codeId } = responseOf(MsgStoreCodeResponseSchema, succeeded(store(wasm.v010, extra)));
    expect(chain.ask(Query.method.code, { codeId }).codeInfo).toMatchObject(extra);
  });

  it("is refused for an invalid source, builder or size, before the fee", () => {
    const result = (extra: object) => store(wasm.v1, extra);
    const said = (extra: object, log: string) =>
      expect(result(extra)).toMatchObject({ codespace: "sdk", code: 18, log: `${log}: invalid request` });
    for (const source of ["no url", "example.org/x", "*", "/x", "//example.org"])
      said({ source }, "source not an absolute url: invalid");
    for (const source of ["http://example.org", "httpss://x", "mailto:a", "ftp:x"])
      said({ source }, "source must use https: invalid");
    for (const source of [
      "https://a b",
      "https://x/%zz",
      "x:y:z/%\u0001",
      ":x",
      "https://h:port",
      "https://x#%",
      "1:2",
    ])
      said({ source }, "source not an url: invalid");
    said({ builder: "x".repeat(129) }, "builder longer than 128 characters: exceeds limit");
    for (const builder of ["no tag", "tag:1", "org/name"]) said({ builder }, "builder invalid");
    expect(store(new Uint8Array(0))).toMatchObject({
      codespace: "sdk",
      code: 18,
      log: "code bytes is required: empty: invalid request",
    });
    expect(store(new Uint8Array(2_097_153))).toMatchObject({
      codespace: "sdk",
      code: 18,
      log: "code bytes cannot be longer than 2097152 bytes: exceeds limit: invalid request",
    });
  });

  it("is refused when it is not wasm, cut, or not whole", () => {
    expect(refused(Uint8Array.of(1, 2, 3, 4))).toMatch(/^failed .*: create contract failed$/);
    expect(refused(wasm.v1.slice(0, wasm.v1.length / 2))).toContain("create contract failed");
    expect(refused(concat(wasm.v1, Uint8Array.of(1)))).toContain("create contract failed");
    expect(refused(Uint8Array.of(0, 97, 115, 109))).toContain("create contract failed");
  });

  it("is refused with floats, with a start function, without its exports, with unknown imports or too much memory", () => {
    const bad = {
      "a float operation": contract("(func (param f32) (result f32) local.get 0 local.get 0 f32.add)"),
      "a float in a signature": contract("(func (param f64))"),
      "a start function": contract("(func $s) (start $s)"),
      "an unknown import": wat('(module (import "env" "unknown" (func)) (memory (export "memory") 1))'),
      "no exports": wat("(module)"),
      "too much memory": wat('(module (memory (export "memory") 5000))'),
      "too many locals": contract(`(func ${"(local i64)".repeat(60_000)})`),
    };
    for (const code of Object.values(bad)) refused(code);
    expect(refused(bad["too much memory"])).toBe(
      `${at}Execution error: Error during static Wasm validation: Wasm contract memory's minimum must not exceed 512 pages.: create contract failed`,
    );
    expect(store(contract(""))).toMatchObject({ code: 0 });
  });

  it("accepts any https URL as its source, as Go parses it", () => {
    for (const source of [
      "HTTPS://x",
      "https:",
      "https:x%zz",
      "https://[::1]:80/x?%zz",
      "https://u:p%20@h/%41#%42",
      'https://"é',
    ])
      expect(store(wasm.v010, { source })).toMatchObject({ code: 0 });
  });

  it("that unpacks to more than the limit is cut there, and the first part is checked", () => {
    const bomb = gzip(new Uint8Array(200_000_000));
    expect(bomb.length).toBeLessThan(300_000);
    const begin = performance.now();
    expect(refused(bomb)).toContain("Error during static Wasm validation");
    expect(performance.now() - begin).toBeLessThan(1000);
    // A first part that is a whole module is accepted: here the cut is at the end of a custom
    // section.
    const LIMIT = 2_097_152;
    const whole = concat(wasm.v010, custom(LIMIT - wasm.v010.length));
    const { codeId } = responseOf(MsgStoreCodeResponseSchema, succeeded(store(gzip(concat(whole, new Uint8Array(9))))));
    expect(chain.ask(Query.method.codeHashByCodeId, { codeId }).codeHash).toBe(hashOf(whole));
  });

  it("in gzip is read to the end of its first member, with any header and any bytes after it", () => {
    const packed = gzip(wasm.v010);
    const stream = packed.subarray(10);
    const text = (length: number) => new Uint8Array(length).fill(97);
    const header = (flags: number, ...rest: Uint8Array[]) =>
      concat(Uint8Array.of(0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3), ...rest, stream);
    const zero = Uint8Array.of(0);
    const summed = concat(Uint8Array.of(0x1f, 0x8b, 8, 2, 0, 0, 0, 0, 0, 3));
    const sum = crc32(summed) & 0xffff;
    const taken = [
      concat(packed, new Uint8Array(16)),
      concat(packed, packed),
      concat(packed, Uint8Array.of(0x1f, 0x8b, 8, 1)),
      concat(packed, text(70_000)),
      header(0xe0),
      header(8, text(511), zero),
      header(16, zero),
      header(4, Uint8Array.of(3, 0), text(3)),
      concat(summed, Uint8Array.of(sum & 255, sum >> 8), stream),
    ];
    for (const code of taken) {
      const { codeId } = responseOf(MsgStoreCodeResponseSchema, succeeded(store(code)));
      expect(chain.ask(Query.method.codeHashByCodeId, { codeId }).codeHash).toBe(hashOf(wasm.v010));
    }
    for (const broken of [
      header(8, text(512), zero),
      header(16, text(20)),
      header(4, Uint8Array.of(255, 255)),
      concat(summed, Uint8Array.of(~sum & 255, sum >> 8), stream),
    ])
      refused(broken);
  });

  it("in broken gzip is refused, with a fault at any byte", () => {
    const whole = gzip(wasm.v010);
    for (const cut of [3, 4, 10, 18, 100, whole.length >> 1, whole.length - 9, whole.length - 1])
      refused(whole.slice(0, cut));
    for (const flip of [3, 12, 40, 1000, whole.length - 6, whole.length - 2]) {
      refused(whole.map((byte, i) => (i === flip ? byte ^ 0x5a : byte)));
    }
    refused(Uint8Array.of(0x1f, 0x8b, 0x08));
  });
});
