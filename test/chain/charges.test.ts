// SPDX-License-Identifier: Apache-2.0
/**
 * Reads and writes of compute's messages, in the order of the reference (x/compute
 * internal/keeper/keeper.go), and their gas.
 */
import { create } from "@bufbuild/protobuf";
import { fromUtf8, toBase64, toHex } from "@sotto/bytes";
import { encode } from "@sotto/codec";
import { contractOf, type Packed, pack, succeeded } from "@sotto/contract-test/parts";
import {
  MsgInstantiateContractSchema,
  MsgUpdateAdminSchema,
  QueryByCodeIdRequestSchema,
  QueryByContractAddressRequestSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { afterAll, afterEach, beforeEach, expect, it } from "vitest";
import { type ChargeTrace, listenToCharges } from "../support/charges.ts";
import { type Contract, deploy, instantiate } from "../support/contract.ts";
import { a, b, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

const coins = ["ualpha", "ubeta"].map((denom) => ({ denom, amount: "5" }));
const chain = new TestChain({ coins });
const probe = deploy(chain, wasm.v1, { ops: [] }, { admin: a.address });
afterAll(() => chain.close());

let trace: ChargeTrace;
beforeEach(() => {
  trace = listenToCharges();
});
afterEach(() => {
  trace.stop();
});

const run = (message: Packed) => succeeded(chain.run(a, message, { gas: 3_000_000n }));
const LOADS = "20000 Loading CosmWasm module: compute";

/**
 * Charges of the last transaction's message from the loading of the contract on, with their
 * descriptions.
 */
function charges(): string[] {
  const lines = trace.take().find((each) => each.includes(LOADS)) ?? [];
  return lines.slice(lines.indexOf(LOADS));
}

/**
 * The accesses without gas and values: `get 02` and the key after the prefix, with names for
 * addresses and codes.
 */
function accesses(made: string): string[] {
  const names: [string, string][] = [
    [toHex(contractOf(made)), "contract"],
    [toHex(a.raw), "sender"],
    [`01000000000000000${probe.codeId}`, "01 code"],
  ];
  return charges().map((line) => {
    const access = line.replace(/^([0-9]+) (get|has|set|delete) ([0-9a-f]*).*$/, "$2 $3");
    return names
      .reduce((text, [hex, name]) => text.replace(hex, ` ${name}`), access)
      .replace(/^([0-9]+) wasm contract$/, "wasm contract")
      .replace(/ {2}/g, " ");
  });
}

it("an instantiation reads the label and the number, creates the account, and writes its rows at the end", () => {
  const label = "a label";
  const initMsg = chain.client.encrypt(probe.codeHash, { ops: [] }).wire;
  const message = { sender: a.raw, codeId: probe.codeId, label, initMsg };
  run(pack(MsgInstantiateContractSchema, message));
  const lines = charges();
  const text = toHex(fromUtf8(label));
  // The label is read although only its existence matters: 100, and 1 for each byte of the key.
  expect(lines.find((line) => line.includes(`07${text}`))).toBe(`${100 + 1 + label.length} get 07${text}`);
  const kinds = lines.map((line) => line.replace(/^[0-9]+ (get|has|set) ([0-9a-f]{2}).*$/, "$1 $2"));
  expect(kinds.map((kind) => kind.replace(/^[0-9]+ wasm/, "wasm"))).toEqual([
    LOADS,
    "get 01", // the sender's account
    "get 07",
    "get 04",
    "set 04",
    "get 01", // the contract's account, which must not exist
    ...["get 02", "set 02", "get 01", "has 61", "set 61", "set 01"], // it is created: number, index, row
    "get 01", // the code
    "wasm contract",
    "set 0a",
    "5 iterate back", // no history yet
    "set 09",
    "set 02",
    "set 06",
    "set 07",
  ]);
});

it("an execution reads contract, code and key", () => {
  probe.execute({ noop: {} });
  expect(accesses(probe.address)).toEqual([
    LOADS,
    "get 01 sender",
    "get 02 contract",
    "get 01 code",
    "get 06 contract",
    "wasm contract",
  ]);
});

it("a migration reads both codes and the last entry of the history, twice", () => {
  const made = instantiate(chain, probe.codeId, wasm.v1, { ops: [] }, { admin: a.address });
  trace.take();
  made.migrate({ ops: [] }, probe.codeId, probe.codeHash);
  const kinds = accesses(made.address).map((line) =>
    line
      .replace(/^[0-9]+ iterate back$/, "iterate back")
      .replace(/0a[0-9a-f]{48}/, "0a")
      .replace(/[0-9a-f]{16}$/, ""),
  );
  expect(kinds).toEqual([
    LOADS,
    "get 01 sender",
    "get 02 contract",
    "get 01 code",
    "get 01 code",
    "get 06 contract",
    "wasm contract",
    "set 06 contract",
    "iterate back",
    "delete 0a contract",
    "iterate back",
    "set 09 contract",
    "set 0a contract",
    "set 02 contract",
  ]);
});

it("a change of the admin costs only its rows, no wasm gas", () => {
  const made = instantiate(chain, probe.codeId, wasm.v1, { ops: [] }, { admin: a.address });
  trace.take();
  run(pack(MsgUpdateAdminSchema, { sender: a.address, contract: made.address, newAdmin: b.address }));
  expect(accesses(made.address)).toEqual([
    LOADS,
    "get 02 contract",
    "get 01 code",
    "get 01 sender",
    "get 06 contract",
    "set 02 contract",
  ]);
});

/** SDK gas of the one query that the probe makes. */
function queryGas(request: unknown, from: Contract = probe): number {
  trace.take();
  succeeded(from.try({ query: { request: JSON.stringify(request) } }).result);
  const line = charges().find((each) => each.endsWith(" contract sub-query")) ?? "";
  return Number(line.split(" ")[0]);
}

it("a query of one balance costs as much as of all balances of the account", () => {
  const one = queryGas({ bank: { balance: { address: b.address, denom: "ubeta" } } });
  expect(one).toBe(queryGas({ bank: { all_balances: { address: b.address } } }));
  expect(one).toBeGreaterThan(queryGas({ bank: { balance: { address: probe.address, denom: "ubeta" } } }));
});

it("queries of hashes, labels and addresses are free for a contract; ContractsByCodeId costs a walk over all contracts", () => {
  const stargate = (method: string, data: Uint8Array) =>
    queryGas({ stargate: { path: `/secret.compute.v1beta1.Query/${method}`, data: toBase64(data) } });
  const address = { contractAddress: probe.address };
  const ofContract = encode(QueryByContractAddressRequestSchema, create(QueryByContractAddressRequestSchema, address));
  const ofCode = (codeId: bigint) => encode(QueryByCodeIdRequestSchema, create(QueryByCodeIdRequestSchema, { codeId }));
  expect(stargate("LabelByAddress", ofContract)).toBe(0);
  expect(stargate("CodeHashByContractAddress", ofContract)).toBe(0);
  expect(stargate("CodeHashByCodeId", ofCode(probe.codeId))).toBe(0);
  expect(stargate("ContractInfo", ofContract)).toBeGreaterThan(100);
  const walk = stargate("ContractsByCodeId", ofCode(probe.codeId));
  // A code without contracts costs the same; an unknown code is free.
  expect(stargate("ContractsByCodeId", ofCode(77n))).toBe(walk);
  expect(stargate("ContractsByCodeId", ofCode(0n))).toBe(0);
  instantiate(chain, probe.codeId, wasm.v1, { ops: [] });
  // One more row: the step (5), its key and value, and the row of its keys.
  expect(stargate("ContractsByCodeId", ofCode(probe.codeId)) - walk).toBeGreaterThan(5 + 21 + 100 + 21 + 64);
});
