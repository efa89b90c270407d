// SPDX-License-Identifier: Apache-2.0
/**
 * Answers to a contract's queries of objects that do not exist: byte for byte those of the
 * reference (x/compute query_plugins.go).
 */

import { create } from "@bufbuild/protobuf";
import { secretChain } from "@sotto/app";
import { toBase64 } from "@sotto/bytes";
import { encode } from "@sotto/codec";
import type { AnyModule } from "@sotto/kernel";
import { QueryParamsRequestSchema, QueryParamsResponseSchema } from "@sotto/proto/cosmos.params.v1beta1";
import { afterAll, expect, it } from "vitest";
import { type Contract, deploy } from "../support/contract.ts";
import { b, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

const chain = new TestChain();
const old: Contract = deploy(chain, wasm.v010);
afterAll(() => chain.close());

const fromOld = (request: unknown) =>
  JSON.parse(old.execute({ query: { request: JSON.stringify(request) } }).outputs[0] as string);
const smart = (contract_addr: string) =>
  fromOld({ wasm: { smart: { contract_addr, callback_code_hash: old.codeHash, msg: "e30=" } } });
const refused = (msg: string) => ({ Ok: { Err: { generic_err: { msg } } } });

it("an absent contract and a malformed address are errors of the contract's query, not of the system", () => {
  expect(smart(b.address)).toEqual(refused("contract: not found"));
  for (const odd of ["", "x", `${b.address}x`, b.address.replace("secret", "cosmos")]) {
    const invalid = refused(`${odd}: invalid address`);
    expect(smart(odd)).toEqual(invalid);
    expect(fromOld({ wasm: { contract_info: { contract_addr: odd } } })).toEqual(invalid);
    expect(fromOld({ wasm: { raw: { contract_addr: odd, key: "" } } })).toEqual(invalid);
    expect(fromOld({ bank: { balance: { address: odd, denom: "uscrt" } } })).toEqual(invalid);
    expect(fromOld({ bank: { all_balances: { address: odd } } })).toEqual(invalid);
  }
  expect(fromOld({ wasm: { contract_info: { contract_addr: b.address } } })).toEqual(
    refused(`${b.address}: invalid address`),
  );
  expect(fromOld({ wasm: { raw: { contract_addr: b.address, key: "AQ==" } } })).toEqual({ Ok: { Ok: "W10=" } });
});

it("unknown kinds of query are unsupported, with any arguments", () => {
  for (const kind of ["wasm", "bank"]) {
    const variant = `unknown ${kind === "wasm" ? "Wasm" : "Bank"}Query variant`;
    for (const unknown of [{ supply: { denom: "uscrt" } }, { nothing: { address: "x" } }, { balance: 5 }, 7]) {
      expect(fromOld({ [kind]: unknown })).toEqual({ Err: { unsupported_request: { kind: variant } } });
    }
  }
});

it("a path whose module begins at a height is not in the list before it", () => {
  const from = 6;
  const params = { ...secretChain.modules.params, stores: [{ name: "params", from }] } as AnyModule;
  const late = new TestChain({ definition: { ...secretChain, modules: { ...secretChain.modules, params } } });
  const contract = deploy(late, wasm.v010);
  const path = "/cosmos.params.v1beta1.Query/Params";
  const param = { subspace: "auth", key: "x" };
  const data = toBase64(encode(QueryParamsRequestSchema, create(QueryParamsRequestSchema, param)));
  const answer = () => {
    const request = JSON.stringify({ stargate: { path, data } });
    return JSON.parse(contract.execute({ query: { request } }).outputs[0] as string);
  };
  const found = toBase64(encode(QueryParamsResponseSchema, create(QueryParamsResponseSchema, { param })));
  const kind = `query path '${path}' is not allowed from the contract`;
  const answers: unknown[] = [];
  const expected: unknown[] = [];
  while (late.store.version < from + 1) {
    expected.push(late.store.version + 1 < from ? { Err: { unsupported_request: { kind } } } : { Ok: { Ok: found } });
    answers.push(answer());
  }
  expect(answers).toEqual(expected);
  late.close();
});

it("a query at a height sees the time of that height", () => {
  const probe = deploy(chain, wasm.v1, { ops: [] });
  const timeAt = (height: number): string => {
    const [env] = JSON.parse(chain.query(probe.address, probe.codeHash, { env: {} }, height)) as string[];
    return (JSON.parse(env as string) as { block: { time: string } }).block.time;
  };
  const before = chain.app.height;
  const then = timeAt(before);
  expect(timeAt(0)).toBe(then);
  chain.block();
  expect(timeAt(before)).toBe(then);
  expect(timeAt(0)).not.toBe(then);
  expect(timeAt(chain.app.height)).toBe(timeAt(0));
});
