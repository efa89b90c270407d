// SPDX-License-Identifier: Apache-2.0
import { fromUtf8, toBase64 } from "@sotto/bytes";
import { type Account, executeMessage, type Packed, pack } from "@sotto/contract-test/parts";
import type { TxResult } from "@sotto/kernel";
import { MsgInstantiateContractSchema, MsgMigrateContractSchema } from "@sotto/proto/secret.compute.v1beta1";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import wabt from "wabt";
import { type Contract, deploy, instantiate } from "../support/contract.ts";
import { a, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

const { parseWat } = await wabt();
const wat = (text: string) => parseWat("test.wat", text).toBinary({}).buffer;

const chain = new TestChain();
let probe: Contract;
let old: Contract;
beforeAll(() => {
  probe = deploy(chain, wasm.v1, { ops: [{ set: { key: "k", value: "safe" } }] }, { admin: a.address });
  old = deploy(chain, wasm.v010, { ops: [{ set: { key: "k", value: "safe" } }] });
});
afterAll(() => chain.close());

const at = "failed to execute message; message index: 0: ";
const enclave = (text: string, failed = "execute contract failed") =>
  `${at}Execution error: Enclave: ${text}: ${failed}`;

/** Delivers all in one block, each with the next sequence. */
function deliverAll(by: Account, messages: readonly Packed[], gas = 400_000n): readonly TxResult[] {
  const signer = chain.signer(by);
  const txs = messages.map((message, i) =>
    chain.tx(by, [message], { gas, signers: [{ ...signer, sequence: signer.sequence + BigInt(i) }] }),
  );
  const { txResults } = chain.block(...txs);
  // Each transaction pays and uses its sequence, independent of its result.
  expect(chain.base(by.address).sequence).toBe(signer.sequence + BigInt(messages.length));
  return txResults;
}

/** The chain still works, and the contracts' states are unchanged. */
function expectIntact(): void {
  for (const each of [probe, old]) {
    expect(each.execute({ get: { key: "k" } }).outputs).toEqual(["safe"]);
    expect(JSON.parse(each.query({ get: { key: "k" } }))).toEqual(["safe"]);
  }
  expect(chain.queries.brokenInvariants()).toEqual([]);
}

describe("a message to a contract", () => {
  it("is refused when it is cut at any byte", () => {
    const { wire } = probe.chain.client.encrypt(probe.codeHash, { set: { key: "k", value: "cut" } });
    const cuts = Array.from({ length: wire.length }, (_, length) =>
      executeMessage(a, probe.address, wire.slice(0, length)),
    );
    const results = deliverAll(a, cuts);
    for (const result of results)
      expect(result).toMatchObject({ codespace: "compute", code: 3, log: enclave("failed to decrypt data") });
    expectIntact();
  });

  it("is refused when any byte is changed", () => {
    const { wire } = probe.chain.client.encrypt(probe.codeHash, { set: { key: "k", value: "flip" } });
    const flips = Array.from(wire, (_, at) =>
      executeMessage(
        a,
        probe.address,
        wire.map((byte, i) => (i === at ? byte ^ 0x80 : byte)),
      ),
    );
    // The highest bit of an X25519 key is not part of it (RFC 7748): that flip changes nothing.
    const results = deliverAll(a, flips);
    results.forEach((result, i) => {
      if (i === 63) expect(result).toMatchObject({ code: 0 });
      else expect(result).toMatchObject({ codespace: "compute", code: 3, log: enclave("failed to decrypt data") });
    });
    probe.execute({ set: { key: "k", value: "safe" } });
    expectIntact();
  });

  it("is refused in clear, empty, or from an all-zero or low-order client key", () => {
    const zero = new Uint8Array(200);
    const one = zero.slice();
    one[32] = 1;
    const bad = [fromUtf8('{"noop":{}}'), new Uint8Array(0), fromUtf8(`${probe.codeHash}{"noop":{}}`), zero, one];
    for (const result of deliverAll(
      a,
      bad.map((msg) => executeMessage(a, probe.address, msg)),
    )) {
      expect(result).toMatchObject({ codespace: "compute", code: 3, log: enclave("failed to decrypt data") });
    }
    const init = (initMsg: Uint8Array, i: number) =>
      pack(MsgInstantiateContractSchema, { sender: a.raw, codeId: probe.codeId, label: `plain ${i}`, initMsg });
    for (const result of deliverAll(a, bad.map(init))) {
      expect(result).toMatchObject({
        codespace: "compute",
        code: 2,
        log: enclave("failed to decrypt data", "instantiate contract failed"),
      });
    }
    const migrate = (msg: Uint8Array) =>
      pack(MsgMigrateContractSchema, { sender: a.address, contract: probe.address, codeId: probe.codeId, msg });
    for (const result of deliverAll(a, bad.map(migrate))) {
      expect(result).toMatchObject({
        codespace: "compute",
        code: 5,
        log: enclave("failed to decrypt data", "migrate contract failed"),
      });
    }
    expectIntact();
  });

  it("that its own sender replays runs again, as a new transaction of that sender", () => {
    const { packed } = probe.message(a, { noop: {} });
    expect(deliverAll(a, [packed, packed]).map(({ code }) => code)).toEqual([0, 0]);
  });

  it("under another nonce than it was encrypted with does not open", () => {
    const one = probe.chain.client.encrypt(probe.codeHash, { noop: {} }).wire;
    const two = probe.chain.client.encrypt(probe.codeHash, { noop: {} }).wire.slice();
    two.set(one.subarray(0, 32));
    const [result] = deliverAll(a, [executeMessage(a, probe.address, two)]);
    expect(result).toMatchObject({ code: 3, log: enclave("failed to decrypt data") });
  });

  it("that is not JSON after decryption is refused by the contract, and without a code hash by the enclave", () => {
    const client = probe.chain.client;
    const inner = [
      client.encryptText(probe.codeHash, "{"),
      client.encryptText(probe.codeHash, ""),
      client.encryptText(probe.codeHash, `${"[".repeat(100_000)}`),
    ];
    for (const result of deliverAll(
      a,
      inner.map(({ wire }) => executeMessage(a, probe.address, wire)),
      3_000_000n,
    )) {
      expect(result).toMatchObject({ codespace: "compute", code: 3 });
    }
    const noHash = ["z".repeat(64), "0".repeat(64)].map((hash) => client.encryptText(hash, "{}").wire);
    for (const result of deliverAll(
      a,
      noHash.map((wire) => executeMessage(a, probe.address, wire)),
    )) {
      expect(result).toMatchObject({ code: 3, log: enclave("failed to validate transaction") });
    }
    expectIntact();
  });

  it("with reply headers, which only the chain writes, is refused", () => {
    const headed = `REPLY01${"\0".repeat(8)}${probe.codeHash}{"noop":{}}`;
    const { wire } = probe.chain.client.encryptText(probe.codeHash, headed);
    const [result] = deliverAll(a, [executeMessage(a, probe.address, wire)]);
    expect(result).toMatchObject({ code: 3, log: enclave("failed to validate transaction") });
  });
});

describe("a contract that", () => {
  const cases: readonly (readonly [name: string, op: object, codespace: string, code: number, log: string | RegExp])[] =
    [
      ["panics", { panic: { text: "secret words" } }, "compute", 3, enclave("the contract panicked")],
      ["loops for ever", { loop: { kind: "cpu" } }, "sdk", 11, /^out of gas in location: wasm contract;/],
      ["writes for ever", { loop: { kind: "storage" } }, "sdk", 11, /^out of gas in location: wasm contract;/],
      ["reads for ever", { loop: { kind: "read" } }, "sdk", 11, /^out of gas in location: /],
      ["hoards memory", { loop: { kind: "memory" } }, "compute", 3, /: execute contract failed$/],
      [
        "recurses for ever",
        { recurse: { depth: null } },
        "compute",
        3,
        enclave("the contract has run out of space on the stack"),
      ],
      [
        "recurses for ever in linear memory",
        { recurse: { depth: null, memory: true } },
        "compute",
        3,
        /: execute contract failed$/,
      ],
      [
        "allocates 100 times a megabyte",
        { alloc: { bytes: 1_000_000, times: 100 } },
        "compute",
        3,
        /: execute contract failed$/,
      ],
      [
        "returns a pointer to nowhere",
        { raw_pointer: { pointer: 4_000_000_000 } },
        "compute",
        3,
        /: execute contract failed$/,
      ],
      [
        "returns no JSON",
        { raw_result: { bytes: toBase64(fromUtf8("{")) } },
        "compute",
        3,
        /: execute contract failed$/,
      ],
      ["returns nothing", { raw_result: { bytes: "" } }, "compute", 3, /: execute contract failed$/],
      [
        "returns another kind of answer",
        { raw_result: { bytes: toBase64(fromUtf8('{"Ok":"AA=="}')) } },
        "compute",
        3,
        enclave("failed to deserialize data"),
      ],
      [
        "returns deep JSON",
        { raw_result: { bytes: toBase64(fromUtf8("[".repeat(20_000))) } },
        "compute",
        3,
        enclave("failed to deserialize data"),
      ],
      [
        "calls an import with wild pointers",
        { host: { name: "db_read", args: [4_294_967_295] } },
        "compute",
        3,
        /: execute contract failed$/,
      ],
    ];

  it.each(cases)("%s fails, and the chain stays intact", (_name, op, codespace, code, log) => {
    const { result } = probe.try({ batch: { ops: [{ set: { key: "k", value: "lost" } }, op] } });
    expect(result).toMatchObject({ codespace, code, log: typeof log === "string" ? log : expect.stringMatching(log) });
    expect(result.log).not.toContain("secret words");
    expectIntact();
  });

  /**
   * A contract whose execute returns `head`, then `unit` as often as fits into `size` bytes, then
   * `tail`.
   */
  function filler(head: string, unit: string, size: number, tail: string): Uint8Array {
    const [initAt, unitAt, tailAt, start] = [128, 512, 1024, 2048];
    const init = '{"ok":{"messages":[],"attributes":[],"events":[],"data":""}}';
    const end = start + head.length + Math.floor(size / unit.length) * unit.length;
    const data = (at: number, text: string) => `(data (i32.const ${at}) "${text.replaceAll('"', "\\22")}")`;
    const region = (at: number, offset: number, length: number) => {
      const bytes = [offset, length, length].flatMap((n) => [n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24]);
      return `(data (i32.const ${at}) "${bytes.map((n) => `\\${n.toString(16).padStart(2, "0")}`).join("")}")`;
    };
    const copy = (from: number, length: number) =>
      Array.from({ length }, (_, i) => `local.get 0 i32.const ${from + i} i32.load8_u i32.store8 offset=${i}`).join(
        " ",
      );
    return wat(`(module (memory (export "memory") 190)
      ${region(16, start, end + tail.length - start)} ${region(32, initAt, init.length)}
      ${data(initAt, init)} ${data(unitAt, unit)} ${data(tailAt, tail)} ${data(start, head)}
      (func (export "interface_version_8"))
      (func (export "allocate") (param i32) (result i32)
        i32.const 12000064 i32.const 12000128 i32.store i32.const 12000064 local.get 0 i32.store offset=4
        i32.const 12000064)
      (func (export "deallocate") (param i32))
      (func (export "instantiate") (param i32 i32 i32) (result i32) i32.const 32)
      (func (export "query") (param i32 i32) (result i32) i32.const 32)
      (func (export "execute") (param i32 i32 i32) (result i32)
        i32.const ${start + head.length} local.set 0
        loop ${copy(unitAt, unit.length)} local.get 0 i32.const ${unit.length} i32.add local.tee 0 i32.const ${end} i32.lt_u br_if 0 end
        ${copy(tailAt, tail.length)} i32.const 16))`);
  }

  it.each([
    [
      "ten megabytes of data",
      '{"ok":{"messages":[],"attributes":[],"events":[],"data":"',
      "AAAAAAAA",
      10_000_000,
      '"}}',
    ],
    ["ten megabytes of spaces", "{", "        ", 10_000_000, "}"],
    [
      "half a million attributes",
      '{"ok":{"messages":[],"attributes":[',
      '{"key":"","value":""},',
      11_000_000,
      '{"key":"","value":""}],"events":[],"data":null}}',
    ],
    [
      "ninety thousand attributes",
      '{"ok":{"messages":[],"attributes":[',
      '{"key":"","value":""},',
      2_000_000,
      '{"key":"","value":""}],"events":[],"data":null}}',
    ],
    [
      "a megabyte of attributes",
      '{"ok":{"messages":[],"attributes":[',
      `{"key":"${"k".repeat(100)}","value":""},`,
      400_000,
      '{"key":"","value":""}],"events":[],"data":null}}',
    ],
    [
      "twenty thousand messages",
      '{"ok":{"attributes":[],"events":[],"data":null,"messages":[',
      `{"id":1,"msg":{"finalize_tx":{}},"gas_limit":null,"reply_on":"never"},`,
      1_900_000,
      '{"id":1,"msg":{"finalize_tx":{}},"gas_limit":null,"reply_on":"never"}]}}',
    ],
  ])("returns %s fails, and the chain stays intact", (_name, head, unit, size, tail) => {
    const big = deploy(chain, filler(head, unit, size, tail), {});
    const { result } = big.try({}, { gas: 60_000_000n });
    // A text within the length limit may hold too many values; then no part of it is read.
    const text = size > 1_000_000 && size <= 2_000_000 ? "failed to deserialize data" : "failed to read memory";
    expect(result).toMatchObject({ codespace: "compute", code: 3, log: enclave(text) });
    expect(result.gasUsed).toBeLessThan(60_000_000n);
    expectIntact();
  });

  it("returns a megabyte of data is answered", () => {
    const big = deploy(
      chain,
      filler('{"ok":{"messages":[],"attributes":[],"events":[],"data":"', "AAAAAAAA", 1_400_000, '"}}'),
      {},
    );
    expect(big.execute({}, { gas: 60_000_000n }).data.length).toBe(1_050_000);
  });

  it.each([
    ["-5", 1],
    ["1_0", 1],
    ["0x10", 1],
    ["007", 1],
    ["", 1],
    ["1e3", 1],
    ["9".repeat(90), 1],
    ["0", 1],
    ["1", 2],
  ])("sends funds of %s in %i coins moves no coins", (amount, times) => {
    const before = [chain.balance(probe.address), chain.balance(old.address)];
    const coins = JSON.stringify(Array.from({ length: times }, () => ({ denom: "uscrt", amount })));
    const message = (msg: string) => ({
      raw_result: {
        bytes: toBase64(
          fromUtf8(
            `{"ok":{"messages":[{"id":0,"msg":${msg},"gas_limit":null,"reply_on":"never"}],"attributes":[],"events":[],"data":null}}`,
          ),
        ),
      },
    });
    const inner = toBase64(fromUtf8('{"noop":{}}'));
    const wasmCall = `{"wasm":{"execute":{"contract_addr":"${old.address}","code_hash":"${old.codeHash}","msg":"${inner}","send":${coins},"funds":${coins}}}}`;
    const bank = `{"bank":{"send":{"to_address":"${old.address}","amount":${coins}}}}`;
    for (const msg of [wasmCall, bank]) {
      const { result } = probe.try(message(msg));
      expect(result.code).not.toBe(0);
      expect(["sdk", "compute"]).toContain(result.codespace);
    }
    expect([chain.balance(probe.address), chain.balance(old.address)]).toEqual(before);
  });

  it.each([
    [
      "a code id beyond 64 bits",
      '{"wasm":{"instantiate":{"admin":null,"code_id":99999999999999999999999,"code_hash":"","msg":"e30=","send":[],"label":"x"}}}',
    ],
    [
      "a code id beyond a double",
      '{"wasm":{"instantiate":{"admin":null,"code_id":18446744073709551615,"code_hash":"","msg":"e30=","send":[],"label":"x"}}}',
    ],
    [
      "no label",
      `{"wasm":{"instantiate":{"admin":null,"code_id":1,"code_hash":"","msg":"e30=","send":[],"label":""}}}`,
    ],
    [
      "an invalid admin",
      '{"wasm":{"instantiate":{"admin":"x","code_id":1,"code_hash":"","msg":"e30=","send":[],"label":"x"}}}',
    ],
    [
      "a lone surrogate",
      '{"wasm":{"instantiate":{"admin":null,"code_id":1,"code_hash":"","msg":"e30=","send":[],"label":"\\ud800"}}}',
    ],
    ["two variants", '{"bank":{"send":{"to_address":"x","amount":[]}},"custom":{}}'],
    ["no variant", "{}"],
    ["a number", "7"],
    ["invalid base64", '{"stargate":{"type_url":"/x","value":"*"}}'],
    ["a staking message", '{"staking":{"delegate":{"validator":"x","amount":{"denom":"uscrt","amount":"1"}}}}'],
    ["a governance vote", '{"gov":{"vote":{"proposal_id":1,"vote":"yes"}}}'],
    ["an unknown kind", '{"nothing":{}}'],
  ])("sends a message with %s fails, and the chain stays intact", (_name, msg) => {
    const response = `{"ok":{"messages":[{"id":0,"msg":${msg},"gas_limit":null,"reply_on":"never"}],"attributes":[],"events":[],"data":null}}`;
    const { result } = probe.try({ raw_result: { bytes: toBase64(fromUtf8(response)) } });
    expect(result.code).not.toBe(0);
    expect(["sdk", "compute", "gov", "undefined"]).toContain(result.codespace);
  });

  it.each(["18446744073709551615", "9007199254740993", "0", "1", '"5"', "-1", "1.5"])(
    "sets a gas limit of %s for a sub-message fails or runs, and the chain stays intact",
    (limit) => {
      const inner = toBase64(fromUtf8('{"noop":{}}'));
      const msg = `{"wasm":{"execute":{"contract_addr":"${old.address}","code_hash":"${old.codeHash}","msg":"${inner}","send":[],"funds":[]}}}`;
      const response = `{"ok":{"messages":[{"id":18446744073709551615,"msg":${msg},"gas_limit":${limit},"reply_on":"always"}],"attributes":[],"events":[],"data":null}}`;
      const { result } = probe.try({ raw_result: { bytes: toBase64(fromUtf8(response)) } });
      expect(["", "undefined", "compute"]).toContain(result.codespace);
    },
  );
});

describe("a query", () => {
  it("that panics, loops, recurses or uses too much memory fails, and the chain stays intact", () => {
    for (const op of [
      { panic: { text: "secret words" } },
      { loop: { kind: "memory" } },
      { recurse: { depth: null } },
      { raw_pointer: { pointer: 9 } },
      { data_bytes: { size: 10_000_000 } },
    ]) {
      try {
        probe.query(op);
      } catch (thrown) {
        expect(thrown).toMatchObject({ name: "ChainError" });
        expect(String(thrown)).not.toContain("secret words");
      }
    }
    expectIntact();
  });
});

describe("two contracts of one code", () => {
  it("cannot be called with each other's keys, and do not see each other's state", () => {
    const twin = instantiate(chain, probe.codeId, wasm.v1, { ops: [] });
    expect(twin.execute({ get: { key: "k" } }).outputs).toEqual([null]);
    expectIntact();
  });
});
