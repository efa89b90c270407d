// SPDX-License-Identifier: Apache-2.0
/** Contracts with random requests and answers: each gives a result, never a fault of the node. */
import { fromUtf8, toBase64 } from "@sotto/bytes";
import type { TxResult } from "@sotto/kernel";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { deploy } from "../support/contract.ts";
import { a, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

const chain = new TestChain();
const probe = deploy(chain, wasm.v1, { ops: [{ set: { key: "k", value: "safe" } }] });
afterAll(() => chain.close());

const KNOWN = ["", "sdk", "compute", "bank", "register", "undefined"];

/** One block of one call for each op. */
function deliver(ops: readonly object[]): readonly TxResult[] {
  const signer = chain.signer(a);
  const txs = ops.map((op, i) =>
    chain.tx(a, [probe.message(a, op).packed], {
      gas: 1_000_000n,
      signers: [{ ...signer, sequence: signer.sequence + BigInt(i) }],
    }),
  );
  const { txResults } = chain.block(...txs);
  for (const { codespace } of txResults) expect(KNOWN).toContain(codespace);
  expect(chain.base(a.address).sequence).toBe(signer.sequence + BigInt(ops.length));
  expect(probe.execute({ get: { key: "k" } }).outputs).toEqual(["safe"]);
  expect(chain.queries.brokenInvariants()).toEqual([]);
  return txResults;
}

/** Words, among them those that the chain and the enclave read. */
const word = fc.constantFrom(
  ..."Ok ok Err error v1 v010 messages attributes events data log id msg gas_limit reply_on never always wasm execute instantiate migrate update_admin clear_admin smart raw contract_info contract_addr callback_code_hash code_hash code_id label admin send funds bank balance all_balances burn address denom amount to_address from_address stargate type_url value path finalize_tx custom staking gov ibc distribution key type encrypted constructor __proto__ toString".split(
    " ",
  ),
);
const text = (): fc.Arbitrary<string> =>
  fc.oneof(
    word,
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.constantFrom(
      a.address,
      probe.address,
      probe.codeHash,
      "uscrt",
      "1",
      "-1",
      "AAAA",
      "/cosmos.bank.v1beta1.MsgSend",
      "/cosmos.bank.v1beta1.Query/Balance",
      "eyJub29wIjp7fX0=",
    ),
  );
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    fc.constantFrom(null, true, 0, 1, -1, 1.5, 2 ** 53, 2 ** 64, 1e300),
    text(),
    fc.array(tie("json"), { maxLength: 3 }),
    fc.array(fc.tuple(word, tie("json")), { maxLength: 3 }).map((entries) => Object.fromEntries(entries)),
  ),
}));

/** A valid tree in which a random value replaces one part. */
const replaced = (valid: unknown): fc.Arbitrary<unknown> =>
  fc.tuple(fc.nat(40), json).map(([at, other]) => {
    let left = at;
    const walk = (value: unknown): unknown => {
      if (left-- === 0) return other;
      if (Array.isArray(value)) return value.map(walk);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]));
    };
    return walk(valid);
  });

const sample = <T>(arbitrary: fc.Arbitrary<T>, count: number): T[] => fc.sample(arbitrary, { numRuns: count });

describe("a contract", () => {
  it("that sends the chain any query gets a readable answer, or is stopped", () => {
    const smart = {
      wasm: { smart: { contract_addr: probe.address, callback_code_hash: probe.codeHash, msg: "eyJub29wIjp7fX0=" } },
    };
    const balance = { bank: { balance: { address: a.address, denom: "uscrt" } } };
    const stargate = { stargate: { path: "/cosmos.bank.v1beta1.Query/Balance", data: "" } };
    const requests = fc.oneof(json, replaced(smart), replaced(balance), replaced(stargate));
    const ops = sample(requests, 250).map((request) => ({ query: { request: JSON.stringify(request) } }));
    const results = deliver(ops);
    expect(results.filter(({ code }) => code === 0).length).toBeGreaterThan(100);
  });

  it("that returns any answer succeeds or is stopped", () => {
    const inner = "eyJub29wIjp7fX0=";
    const call = {
      wasm: { execute: { contract_addr: probe.address, code_hash: probe.codeHash, msg: inner, funds: [], send: [] } },
    };
    const bank = { bank: { send: { to_address: a.address, amount: [{ denom: "uscrt", amount: "1" }] } } };
    const make = {
      wasm: {
        instantiate: {
          admin: null,
          code_id: 1,
          code_hash: probe.codeHash,
          msg: inner,
          send: [],
          funds: [],
          label: "x",
        },
      },
    };
    const stargate = { stargate: { type_url: "/cosmos.bank.v1beta1.MsgSend", value: "" } };
    const response = (msg: unknown) => ({
      ok: {
        messages: [{ id: 1, msg, gas_limit: null, reply_on: "always" }],
        attributes: [{ key: "k", value: "v", encrypted: false }],
        events: [{ type: "abc", attributes: [{ key: "k", value: "v" }] }],
        data: "AAAA",
      },
    });
    const responses = fc.oneof(json, ...[call, bank, make, stargate].map((msg) => replaced(response(msg))));
    const ops = sample(responses, 300).map((each) => ({
      raw_result: { bytes: toBase64(fromUtf8(JSON.stringify(each))) },
    }));
    deliver(ops);
  });

  it("that gets any encrypted message answers or is stopped", () => {
    deliver(sample(json, 100).map((each) => (typeof each === "object" && each !== null ? each : { x: each })));
  });
});
