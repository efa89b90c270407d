/** What a contract gets for queries that name nothing: the reference's answers, byte for byte (x/compute query_plugins.go). */
import { afterAll, expect, it } from "vitest";
import { b, type Contract, deploy, TestChain, wasm } from "./harness.ts";

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

it("kinds of query that there are not are unsupported, whatever their arguments", () => {
  for (const kind of ["wasm", "bank"]) {
    const variant = `unknown ${kind === "wasm" ? "Wasm" : "Bank"}Query variant`;
    for (const unknown of [{ supply: { denom: "uscrt" } }, { nothing: { address: "x" } }, { balance: 5 }, 7]) {
      expect(fromOld({ [kind]: unknown })).toEqual({ Err: { unsupported_request: { kind: variant } } });
    }
  }
});
