// SPDX-License-Identifier: Apache-2.0
/**
 * Calls, replies and queries in one another, as deep as they go: the stack of the host's dispatcher
 * is JavaScript's.
 */
import { describe, expect, it } from "vitest";
import { type Contract, deploy } from "../support/contract.ts";
import { ANSWER, attacker, data, region } from "./attacker.ts";
import { victim } from "./victim.ts";

const { chain, expectIntact } = victim();

const RESPONSE = 96;
const QUERY = 80;
const place = (at: number, offset: number, text: string) => region(at, offset, text.length) + data(offset, text);
const withMessage = (message: string) =>
  `{"ok":{"messages":[{"id":1,"msg":${message},"gas_limit":null,"reply_on":"always"}],"attributes":[],"events":[],"data":null}}`;
/** Fails in the chain, for next to no gas. */
const bank = withMessage('{"bank":{"send":{"to_address":"x","amount":[]}}}');
const call = ({ address, codeHash }: Contract) =>
  withMessage(
    `{"wasm":{"execute":{"contract_addr":"${address}","code_hash":"${codeHash}","msg":"e30=","send":[],"funds":[]}}}`,
  );
/** Each reply reports the failure again, with its messages. */
const refused = `failed to execute message; message index: 0: dispatch: ${"submessages: ".repeat(100)}max call depth exceeded${": reply to contract failed".repeat(100)}`;
const respond = `i32.const ${RESPONSE}`;

describe("a contract that answers every reply with a message that it wants the reply to", () => {
  it("is stopped a hundred deep", () => {
    const contract = deploy(
      chain,
      attacker({ pages: 2, more: place(RESPONSE, 2048, bank), execute: respond, reply: respond }),
      {},
    );
    const { result } = contract.try({}, { gas: 100_000_000n });
    expect(result.log).toBe(refused);
    expect(result.gasUsed).toBeLessThan(20_000_000n);
    expectIntact();
  });

  it("is stopped there too when the messages are calls that fail", () => {
    const failing = deploy(
      chain,
      attacker({ pages: 2, more: place(RESPONSE, 2048, '{"Err":"no"}'), execute: respond }),
      {},
    );
    const contract = deploy(
      chain,
      attacker({ pages: 2, more: place(RESPONSE, 2048, call(failing)), execute: respond, reply: respond }),
      {},
    );
    expect(contract.try({}, { gas: 100_000_000n }).result.log).toBe(refused);
    expectIntact();
  });
});

it("queries from deep recursion, in replies from deep recursion, outgrow no stack", () => {
  let [target, hash] = ["secret1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq3x5k6p", "0".repeat(64)];
  const dig = (end: string) => `i32.const 1200 call $dig i32.const ${end}`;
  for (let i = 0; i < 4; i++) {
    const query = `{"wasm":{"smart":{"contract_addr":"${target}","callback_code_hash":"${hash}","msg":"e30="}}}`;
    const code = attacker({
      imports: ["query_chain"],
      pages: 3,
      more: `${place(RESPONSE, 2048, bank)} ${place(QUERY, 4096, query)}
        (func $dig (param i32) local.get 0 i32.eqz
          if i32.const ${QUERY} call $query_chain drop else local.get 0 i32.const 1 i32.sub call $dig end)`,
      query: dig(String(ANSWER)),
      execute: dig(String(RESPONSE)),
      reply: dig(String(RESPONSE)),
    });
    const contract = deploy(chain, code, {});
    [target, hash] = [contract.address, contract.codeHash];
    expect(contract.try({}, { gas: 200_000_000n }).result.log).toBe(refused);
  }
  expectIntact();
});

describe("calls in each other that hold many messages", () => {
  /** Each sends a call of the one before, and a thousand messages that wait for it. */
  const chained = (depth: number): Contract => {
    const nothing =
      '{"id":1,"msg":{"bank":{"send":{"to_address":"x","amount":[]}}},"gas_limit":null,"reply_on":"never"}';
    let at = deploy(chain, attacker({ pages: 2 }), {});
    for (let i = 0; i < depth; i++) {
      const first = `{"wasm":{"execute":{"contract_addr":"${at.address}","code_hash":"${at.codeHash}","msg":"e30=","send":[],"funds":[]}}}`;
      const messages = [`{"id":1,"msg":${first},"gas_limit":null,"reply_on":"never"}`, ...Array(1_023).fill(nothing)];
      const text = `{"ok":{"messages":[${messages.join(",")}],"attributes":[],"events":[],"data":null}}`;
      at = deploy(chain, attacker({ pages: 8, more: place(RESPONSE, 200_000, text), execute: respond }), {});
    }
    return at;
  };

  it("are stopped at what a transaction may hold, and run as often as they like below it", () => {
    const gas = 100_000_000n;
    const most = chained(14);
    // Each time, the held memory is released.
    for (let i = 0; i < 3; i++) expect(most.try({}, { gas }).result.log).toBe("");
    const { result } = chained(16).try({}, { gas });
    expect(result.log).toMatch(/Execution error: Enclave: failed to allocate memory: execute contract failed$/);
    expectIntact();
  }, 60_000);
});
