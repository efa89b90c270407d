// SPDX-License-Identifier: Apache-2.0

import { pack } from "@sotto/contract-test/parts";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { afterAll, describe, expect, it } from "vitest";
import { deploy } from "../support/contract.ts";
import { a, b, FUNDS, QueryFailed, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

const chain = new TestChain();
afterAll(() => chain.close());

describe("a chain in one process", () => {
  it("moves coins", () => {
    const send = pack(MsgSendSchema, {
      fromAddress: a.address,
      toAddress: b.address,
      amount: [{ denom: "uscrt", amount: "5" }],
    });
    const result = chain.run(a, send, { gas: 100_000n });
    expect(result).toMatchObject({ code: 0, log: "" });
    expect(chain.balance(b.address)).toBe(FUNDS + 5n);
    expect(chain.balance(a.address)).toBe(FUNDS - 1005n);
  });

  it.each(["v1", "v010"] as const)("runs the %s probe: instantiate, execute, query, decrypted", (name) => {
    const probe = deploy(chain, wasm[name], { ops: [{ set: { key: "k", value: "v" } }] });
    const ran = probe.execute({ batch: { ops: [{ get: { key: "k" } }, { attr: { key: "color", value: "red" } }] } });
    expect(ran.outputs).toEqual(["v"]);
    expect(ran.logs).toEqual([
      ["contract_address", probe.address],
      ["color", "red"],
      ["msg_index", "0"],
    ]);
    expect(JSON.parse(probe.query({ get: { key: "k" } }))).toEqual(["v"]);
  });

  it.each(["v1", "v010"] as const)("shows the %s contract's own error to its caller only", (name) => {
    const probe = deploy(chain, wasm[name]);
    const failed = probe.try({ fail: { error: { generic_err: { msg: "no luck" } } } });
    const words = name === "v1" ? "Generic error: no luck" : '{"generic_err":{"msg":"no luck"}}';
    expect(failed.result).toMatchObject({ code: 3, codespace: "compute" });
    expect(failed.error).toBe(`failed to execute message; message index: 0: ${words}: execute contract failed`);
    expect(() => probe.query({ fail: { error: { generic_err: { msg: "no luck" } } } })).toThrow(QueryFailed);
  });

  it("runs the private token", () => {
    const init = {
      name: "Token",
      symbol: "TKN",
      decimals: 6,
      prng_seed: "c2VlZA==",
      initial_balances: [{ address: a.address, amount: "1000" }],
    };
    const token = deploy(chain, wasm.token, init);
    token.execute({ set_viewing_key: { key: "key a" } });
    token.execute({ set_viewing_key: { key: "key b" } }, { by: b });
    token.execute({ transfer: { recipient: b.address, amount: "400" } });
    expect(JSON.parse(token.query({ balance: { address: a.address, key: "key a" } }))).toEqual({
      balance: { amount: "600" },
    });
    expect(JSON.parse(token.query({ balance: { address: b.address, key: "key b" } }))).toEqual({
      balance: { amount: "400" },
    });
    expect(chain.queries.brokenInvariants()).toEqual([]);
  });
});
