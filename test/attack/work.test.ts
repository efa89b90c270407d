// SPDX-License-Identifier: Apache-2.0
/**
 * Contracts that make the enclave work for free. They may not take longer than plain computation
 * for the same gas, beyond a factor, or more memory than a node has: before, each of these delayed
 * the block or ended the process.
 */
import { fromUtf8 } from "@sotto/bytes";
import { checkContract } from "@sotto/check";
import { type Backend, createContracts } from "@sotto/cosmwasm";
import { sha256 } from "@sotto/crypto";
import { createEngine } from "@sotto/engine";
import { describe, expect, it } from "vitest";
import { type Contract, deploy } from "../support/contract.ts";
import { ANSWER, attacker, data, forever, region } from "./attacker.ts";
import { victim } from "./victim.ts";

const { chain, expectIntact } = victim();

const MEGA = 1_000_000;
const KEY = 96;
const OTHER = 80;
/** A new key each time. */
const bump = "i32.const 1024 i32.const 1024 i32.load i32.const 1 i32.add i32.store";
const enclave = (text: string) =>
  `failed to execute message; message index: 0: Execution error: Enclave: ${text}: execute contract failed`;
const OUT_OF_GAS = /^out of gas in location: /;
const NO_MEMORY = enclave("failed to allocate memory");
const UNREADABLE = enclave("failed to read memory");

const write = `i32.const ${KEY} i32.const ${OTHER} call $db_write`;
const query = forever(`i32.const ${KEY} call $query_chain drop`);
const cases: readonly (readonly [name: string, code: Uint8Array, log: string | RegExp])[] = [
  [
    "writes keys of 60 kB with nothing in them",
    attacker({
      imports: ["db_write"],
      more: region(KEY, 1024, 60_000) + region(OTHER, 2048, 0),
      execute: forever(bump + " " + write),
    }),
    NO_MEMORY,
  ],
  [
    "writes short keys with nothing in them",
    attacker({
      imports: ["db_write"],
      more: region(KEY, 1024, 4) + region(OTHER, 2048, 0),
      execute: forever(bump + " " + write),
    }),
    NO_MEMORY,
  ],
  [
    "writes a key of a megabyte",
    attacker({
      imports: ["db_write"],
      more: region(KEY, 1024, MEGA) + region(OTHER, 2048, 0),
      execute: `${write} i32.const ${ANSWER}`,
    }),
    UNREADABLE,
  ],
  [
    "reads a key of a megabyte",
    attacker({
      imports: ["db_read"],
      more: region(KEY, 1024, MEGA),
      execute: `i32.const ${KEY} call $db_read drop i32.const ${ANSWER}`,
    }),
    UNREADABLE,
  ],
  [
    "removes keys that are not there",
    attacker({
      imports: ["db_remove"],
      more: region(KEY, 1024, 4),
      execute: forever(`${bump} i32.const ${KEY} call $db_remove`),
    }),
    NO_MEMORY,
  ],
  [
    "removes one key for ever",
    attacker({
      imports: ["db_remove"],
      more: region(KEY, 1024, 4),
      execute: forever(`i32.const ${KEY} call $db_remove`),
    }),
    OUT_OF_GAS,
  ],
  [
    "asks the chain ten megabytes of nonsense",
    attacker({ imports: ["query_chain"], more: region(KEY, 200_000, 10 * MEGA), execute: query }),
    OUT_OF_GAS,
  ],
  [
    "asks the chain three bytes of nonsense",
    attacker({ imports: ["query_chain"], more: region(KEY, 200, 3), execute: query }),
    OUT_OF_GAS,
  ],
  [
    "asks the chain what it does not know",
    attacker({ imports: ["query_chain"], more: region(KEY, 1024, 8) + data(1024, '{"x":{}}'), execute: query }),
    OUT_OF_GAS,
  ],
  [
    "verifies batches of millions of nothings",
    attacker({
      imports: ["ed25519_batch_verify"],
      more: region(KEY, 200_000, 12 * MEGA) + region(OTHER, 200_000, 11 * MEGA),
      execute: forever(`i32.const ${KEY} i32.const ${OTHER} i32.const ${KEY} call $ed25519_batch_verify drop`),
    }),
    UNREADABLE,
  ],
  [
    "verifies signatures that only the arbiter takes",
    attacker({
      imports: ["ed25519_verify"],
      more: region(KEY, 1024, 64) + region(OTHER, 1024, 32),
      execute: forever(`i32.const ${OTHER} i32.const ${KEY} i32.const ${OTHER} call $ed25519_verify drop`),
    }),
    OUT_OF_GAS,
  ],
  [
    "signs ten megabytes",
    attacker({
      imports: ["ed25519_sign"],
      more: region(KEY, 1024, 10 * MEGA) + region(OTHER, 1024, 32),
      execute: forever(`i32.const ${KEY} i32.const ${OTHER} call $ed25519_sign drop`),
    }),
    OUT_OF_GAS,
  ],
  [
    "validates an address of ten megabytes",
    attacker({
      imports: ["addr_validate"],
      more: region(KEY, 1024, 10 * MEGA),
      execute: forever(`i32.const ${KEY} call $addr_validate drop`),
    }),
    OUT_OF_GAS,
  ],
  [
    "prints for ever",
    attacker({ imports: ["debug"], more: region(KEY, 1024, 4), execute: forever(`i32.const ${KEY} call $debug`) }),
    OUT_OF_GAS,
  ],
];

describe("a contract that", () => {
  // Plain computation takes 0.3 s for this gas on the bench machine.
  it.each(cases)(
    "%s fails alone and soon",
    (_name, code, log) => {
      const { result } = deploy(chain, code, {}).try({}, { gas: log instanceof RegExp ? 400_000n : 1_000_000n });
      expect(result.log).toMatch(log);
      expectIntact();
    },
    20_000,
  );

  it("grows its memory in call after call leaves none of it behind", () => {
    const grow = `i32.const 170 memory.grow drop i32.const ${ANSWER}`;
    const contract = deploy(chain, attacker({ pages: 17, execute: grow }), {});
    for (let i = 0; i < 30; i++) expect(contract.try({}).result.code).toBe(0);
  });
});

describe("processor time for a gas", () => {
  const CALLS = 64;
  const RESPONSE = 96;
  const answering = (text: string): Contract => {
    const more = `${region(RESPONSE, 2048, text.length)} ${data(2048, text)}`;
    const code = attacker({ pages: 9, more, execute: `i32.const ${RESPONSE}` });
    return deploy(chain, code, {}, { gas: 50_000_000n });
  };
  const sending = (message: string, times: number): Contract => {
    const messages = Array(times).fill(`{"id":0,"msg":${message},"gas_limit":null,"reply_on":"never"}`);
    return answering(`{"ok":{"messages":[${messages.join(",")}],"attributes":[],"events":[],"data":null}}`);
  };
  const calling = ({ address, codeHash }: Contract, times: number): Contract =>
    sending(
      `{"wasm":{"execute":{"contract_addr":"${address}","code_hash":"${codeHash}","msg":"e30=","send":[],"funds":[]}}}`,
      times,
    );
  /** Nanoseconds of this process, all threads, for each gas: the better of two runs. */
  const cost = (contract: Contract): number => {
    const once = () => {
      const before = process.cpuUsage();
      const { result } = contract.try({}, { gas: 30_000_000n });
      const { user, system } = process.cpuUsage(before);
      return ((user + system) * 1_000) / Number(result.gasUsed);
    };
    return Math.min(once(), once());
  };
  const growing = (by: number) =>
    deploy(chain, attacker({ pages: 17, execute: `i32.const ${by} memory.grow drop i32.const ${ANSWER}` }), {});
  const stepwise = deploy(
    chain,
    attacker({
      pages: 17,
      execute: `(loop $l i32.const 1 memory.grow drop
        local.get $i i32.const 1 i32.add local.tee $i i32.const 175 i32.lt_u br_if $l) i32.const ${ANSWER}`,
    }),
    {},
  );
  const kinds: readonly (readonly [string, () => Contract])[] = [
    ["memory grown to the most in every call", () => calling(growing(175), CALLS)],
    ["memory grown to the most page by page", () => calling(stepwise, CALLS)],
    ["memory grown as far as it is free", () => calling(growing(47), CALLS)],
    ["12 MB of memory in every call", () => calling(deploy(chain, attacker({ pages: 190 }), {}), CALLS)],
    [
      "a thousand messages of every call that do nothing",
      () => calling(sending('{"bank":{"send":{"to_address":"x","amount":[]}}}', 1024), CALLS),
    ],
  ];

  // Division is the slowest instruction: its time is the limit for the same gas.
  const divide = "i64.const 12345678901234 local.get $i i64.extend_i32_u i64.const 12345 i64.or i64.rem_u i32.wrap_i64";
  const peer = deploy(chain, attacker({ pages: 2, execute: forever(`${divide} local.set $i`) }), {});

  it.each(kinds)(
    "is not more for %s than for division, beyond a factor",
    (_, make) => {
      const contract = make();
      // Measured on an idle machine: 0.3 to 1.6; growth was 14 while no page had its price.
      expect(cost(contract) / cost(peer)).toBeLessThan(4);
      expectIntact();
    },
    60_000,
  );
});

describe("work without a price", () => {
  const contracts = createContracts(createEngine());
  const load = (code: Uint8Array) => contracts.add(sha256(code), checkContract(code));
  const backend: Backend = {
    readOnly: false,
    read: () => undefined,
    write: () => undefined,
    remove: () => undefined,
    query: (request) => ({ answer: request.subarray(0, 2), gasUsed: 0 }),
  };
  const NONE = new Uint8Array(0);
  const used = (code: Uint8Array): number => {
    const result = load(code).call("execute", { env: NONE, info: NONE, msg: fromUtf8("{}") }, backend, 10_000_000_000);
    expect(result.outcome).toBe("returned");
    return result.gasUsed;
  };
  const asks = (length: number) =>
    attacker({
      imports: ["query_chain"],
      more: region(KEY, 1024, length),
      execute: `i32.const ${KEY} call $query_chain drop i32.const ${ANSWER}`,
    });

  it("costs nothing within what an ordinary call does, and gas by the byte beyond", () => {
    const small = used(asks(10));
    expect(used(asks(60_000))).toBe(small);
    expect(used(asks(1_065_536)) - used(asks(65_536))).toBe(50 * 1_000_000);
  });

  it("costs gas by the value of JSON, which is counted before any is made", () => {
    const says = (text: string) =>
      attacker({
        imports: ["query_chain"],
        pages: 8,
        more: region(KEY, 1024, text.length) + data(1024, text),
        execute: `i32.const ${KEY} call $query_chain drop i32.const ${ANSWER}`,
      });
    const objects = used(says(`[${"{},".repeat(49_999)}{}]`));
    const one = used(says(`"${" ".repeat(149_999)}"`));
    expect(objects - one).toBe(50 * 8 * 50_000);
  });

  it("costs gas by the page that a contract begins with, above the 64th", () => {
    const of = (pages: number) => used(attacker({ pages }));
    expect(of(64)).toBe(of(17));
    expect(of(65) - of(64)).toBe(400_000);
    expect(of(192) - of(64)).toBe(128 * 400_000);
  });
});
