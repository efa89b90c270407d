// SPDX-License-Identifier: Apache-2.0
/** Contracts that only governance may change, and messages that carry out its proposals. */
import { contractAddress, formatAddress } from "@sotto/address";
import { concat, fromHex, fromUtf8, toBase64, toHex } from "@sotto/bytes";
import { type Account, type Packed, pack, storeMessage } from "@sotto/contract-test/parts";
import {
  MsgClearAdminSchema,
  MsgContractGovernanceProposalSchema,
  MsgMigrateContractSchema,
  MsgSetContractGovernanceSchema,
  MsgUpdateAdminSchema,
  MsgUpdateMachineWhitelistProposalSchema,
  MsgUpdateMachineWhitelistSchema,
  MsgUpdateParamsSchema,
  MsgUpgradeProposalPassedSchema,
  Query,
} from "@sotto/proto/secret.compute.v1beta1";
import { afterAll, expect, it } from "vitest";
import { actingGovernance, GOV } from "../support/acting.ts";
import { deploy } from "../support/contract.ts";
import { a, b, c, genesisState, TestChain } from "../support/testChain.ts";
import { hashOf, wasm } from "../support/wasm.ts";
import { traceCharges } from "./chargeTrace.ts";

const owned = contractAddress(1n, 1n, a.raw);
const ownerless = contractAddress(1n, 2n, a.raw);
const [ownedText, ownerlessText] = [formatAddress(owned), formatAddress(ownerless)];

const contract = (address: string, label: string, admin: string) => ({
  contract_address: address,
  contract_info: { code_id: "1", creator: a.address, label, admin, require_governance: true },
  contract_custom_info: { enclave_key: { og_contract_key: toBase64(new Uint8Array(64)) }, label },
});
const compute = {
  params: { compile_cost: "0.8", max_contract_size: "2097152" },
  codes: [
    {
      code_id: "1",
      code_info: { code_hash: toBase64(fromHex(hashOf(wasm.v1)) as Uint8Array), creator: a.address },
      code_bytes: toBase64(wasm.v1),
    },
  ],
  contracts: [contract(ownedText, "owned", a.address), contract(ownerlessText, "ownerless", "")],
  sequences: [
    { id_key: toBase64(concat(Uint8Array.of(4), fromUtf8("lastCodeId"))), value: "2" },
    { id_key: toBase64(concat(Uint8Array.of(4), fromUtf8("lastContractId"))), value: "3" },
  ],
};
const { definition, passed } = actingGovernance();
const chain = new TestChain({
  definition,
  appState: new Map([...genesisState(), ["compute", JSON.stringify(compute)]]),
});
afterAll(() => chain.close());

const at = "failed to execute message; message index: 0: ";
const run = (by: Account, message: Packed) => chain.run(by, message, { gas: 500_000n });
const failure = (codespace: string, code: number, log: string) => ({ codespace, code, log });
const migrate = (by: Account, address: string) =>
  run(
    by,
    pack(MsgMigrateContractSchema, { sender: by.address, contract: address, codeId: 1n, msg: new Uint8Array(100) }),
  );

it("a sender that is not the admin gets that error first, then the error of the missing approval", () => {
  const needed = failure("compute", 5, `${at}requires governance approval for migration: migrate contract failed`);
  expect(migrate(b, ownedText)).toMatchObject(
    failure("compute", 5, `${at}requires migrate from admin: migrate contract failed`),
  );
  expect(migrate(a, ownedText)).toMatchObject(needed);
  // Without an admin any account may carry out the approved migration.
  expect(migrate(b, ownerlessText)).toMatchObject(needed);
});

it("an admin changes only with an approval of governance", () => {
  const update = (by: Account) =>
    run(by, pack(MsgUpdateAdminSchema, { sender: by.address, contract: ownedText, newAdmin: c.address }));
  const approval = failure("sdk", 4, `${at}requires governance approval for admin change: unauthorized`);
  expect(update(b)).toMatchObject(failure("sdk", 4, `${at}caller is not the admin: unauthorized`));
  expect(update(a)).toMatchObject(approval);
  expect(run(a, pack(MsgClearAdminSchema, { sender: a.address, contract: ownedText }))).toMatchObject(approval);
});

it("the transaction pays for the read of an approval", () => {
  const trace = traceCharges();
  const text = toHex(fromUtf8(ownedText));
  migrate(a, ownedText);
  expect(trace.take().at(-1)?.at(-1)).toBe(`146 get 0c${text}`);
  run(a, pack(MsgUpdateAdminSchema, { sender: a.address, contract: ownedText, newAdmin: c.address }));
  expect(trace.take().at(-1)?.at(-1)).toBe(`100 has 0d${text}`);
});

it("messages that carry out a proposal are refused by the first ante step, without a fee, on an unlimited meter", () => {
  const before = chain.balance(a.address);
  const upgraded = (mrEnclaveHash: Uint8Array) =>
    run(a, pack(MsgUpgradeProposalPassedSchema, { senderAddress: a.address, mrEnclaveHash }));
  const listed = (changes: object) =>
    run(a, pack(MsgUpdateMachineWhitelistSchema, { sender: a.address, proposalId: 7n, machineId: "00ff", ...changes }));
  expect(upgraded(new Uint8Array(31))).toMatchObject(
    failure("sdk", 18, "MREnclave hash length is not equal 32!: invalid request"),
  );
  expect(upgraded(new Uint8Array(32))).toMatchObject({
    ...failure("undefined", 1, "no latest upgrade proposal"),
    gasWanted: -1n,
  });
  expect(listed({})).toMatchObject({
    ...failure(
      "undefined",
      1,
      "collections: not found: key '7' of type github.com/cosmos/gogoproto/cosmos.gov.v1.Proposal",
    ),
    gasWanted: -1n,
  });
  expect(listed({ proposalId: 0n })).toMatchObject(failure("sdk", 18, "proposal ID cannot be zero: invalid request"));
  expect(listed({ machineId: " " })).toMatchObject(failure("compute", 13, "machine_id must not be empty: invalid"));
  expect(listed({ machineId: "0g" })).toMatchObject(failure("compute", 13, "machine_id malformed: invalid"));
  expect(chain.balance(a.address)).toBe(before);
});

const governance = formatAddress(GOV);
/** Runs messages of a passed proposal; returns the events that they made. */
function govern(...messages: Packed[]): Record<string, string>[] {
  passed.push(...messages);
  return chain
    .block()
    .events.filter(({ type }) => type === "contract_governance_proposal")
    .map(({ attributes }) => Object.fromEntries(attributes.map(([key, value]) => [key, value])));
}
const approval = (approved: { migration?: [address: string, code: bigint]; admin?: [address: string, to: string] }) =>
  pack(MsgContractGovernanceProposalSchema, {
    authority: governance,
    contracts: approved.migration ? [{ address: approved.migration[0], newCodeId: approved.migration[1] }] : [],
    adminUpdates: approved.admin ? [{ address: approved.admin[0], newAdmin: approved.admin[1] }] : [],
  });
const migrationOf = (contractAddress: string) =>
  chain.ask(Query.method.authorizedMigration, { contractAddress }).newCodeId;
const adminOf = (contractAddress: string) =>
  chain.ask(Query.method.authorizedAdminUpdate, { contractAddress }).newAdmin;
const setGovernance = (by: Account, contractAddress: string) =>
  run(by, pack(MsgSetContractGovernanceSchema, { sender: by.address, contractAddress }));

/** A running contract of `a` that requires governance. */
function governed() {
  const made = deploy(chain, wasm.v1, { ops: [] }, { admin: a.address });
  expect(setGovernance(a, made.address)).toMatchObject({ code: 0 });
  return made;
}

it("only its admin puts a contract under governance, for ever", () => {
  const made = deploy(chain, wasm.v1, { ops: [] }, { admin: a.address });
  const refused = `${at}only contract admin can change governance requirement: unauthorized`;
  expect(setGovernance(b, made.address)).toMatchObject(failure("sdk", 4, refused));
  expect(setGovernance(b, b.address)).toMatchObject(failure("compute", 9, `${at}contract: not found`));
  expect(setGovernance(b, "x")).toMatchObject(
    failure("undefined", 1, "contract: decoding bech32 failed: invalid bech32 string length 1"),
  );
  const set = setGovernance(a, made.address);
  expect(set.events.at(-1)?.attributes.map(([key, value]) => [key, value])).toEqual([
    ["module", "compute"],
    ["sender", a.address],
    ["contract_address", made.address],
    ["require_governance", "true"],
    ["msg_index", "0"],
  ]);
  expect(setGovernance(a, made.address)).toMatchObject({ code: 0 });
  const { contractInfo } = chain.ask(Query.method.contractInfo, { contractAddress: made.address });
  expect(contractInfo?.requireGovernance).toBe(true);
});

it("an approved migration runs once, to the approved code only", () => {
  const made = governed();
  const to = (code: bigint) => made.migrate({ ops: [] }, code, made.codeHash).result;
  const { log } = to(made.codeId);
  expect(log).toBe(`${at}requires governance approval for migration: migrate contract failed`);
  const next = chain.storeCode(wasm.v1);
  expect(govern(approval({ migration: [made.address, next] }))).toEqual([
    { contract_address: made.address, code_id: String(next), sender: governance, mode: "BeginBlock" },
  ]);
  expect(migrationOf(made.address)).toBe(next);
  expect(to(made.codeId).log).toBe(`${at}mismatch code id for migration: migrate contract failed`);
  expect(to(next)).toMatchObject({ code: 0 });
  expect(() => migrationOf(made.address)).toThrow("no authorized migration found for the given contract address");
  expect(to(next).log).toBe(log);
});

it("an approved admin replaces the old one once, and an empty one clears it", () => {
  const { address } = governed();
  const update = (by: Account, newAdmin: string) =>
    run(by, pack(MsgUpdateAdminSchema, { sender: by.address, contract: address, newAdmin }));
  expect(govern(approval({ admin: [address, b.address] }))).toEqual([
    { contract_address: address, new_admin: b.address, sender: governance, mode: "BeginBlock" },
  ]);
  const mismatch = `${at}admin mismatch: governance authorized '${b.address}', attempting '${c.address}': unauthorized`;
  expect(update(a, c.address)).toMatchObject(failure("sdk", 4, mismatch));
  expect(update(a, b.address)).toMatchObject({ code: 0 });
  expect(() => adminOf(address)).toThrow("no authorized admin update found for the given contract address");
  expect(update(b, a.address).log).toBe(`${at}requires governance approval for admin change: unauthorized`);
  govern(approval({ admin: [address, ""] }));
  expect(adminOf(address)).toBe("");
  expect(run(b, pack(MsgClearAdminSchema, { sender: b.address, contract: address }))).toMatchObject({ code: 0 });
  expect(chain.ask(Query.method.contractInfo, { contractAddress: address }).contractInfo?.admin).toBe("");
});

// Compat: the reference's host lets anybody migrate, and its enclave refuses
// (input_validation/msg_validation.rs).
it("the enclave migrates only for the proven admin: without one an approval is of no use, and stays", () => {
  const made = governed();
  govern(approval({ admin: [made.address, ""], migration: [made.address, made.codeId] }));
  expect(run(a, pack(MsgClearAdminSchema, { sender: a.address, contract: made.address }))).toMatchObject({ code: 0 });
  const refused = `${at}Execution error: Enclave: failed to validate transaction: migrate contract failed`;
  for (const by of [a, b]) {
    const { result } = made.migrate({ ops: [] }, made.codeId, made.codeHash, { by });
    expect(result).toMatchObject(failure("compute", 5, refused));
  }
  expect(migrationOf(made.address)).toBe(made.codeId);
});

it("governance sets the price and the size of uploads", () => {
  const params = (compileCost: string, maxContractSize: bigint) =>
    govern(pack(MsgUpdateParamsSchema, { authority: governance, params: { compileCost, maxContractSize } }));
  const upload = () => chain.run(a, storeMessage(a, wasm.v1), { gas: 9_000_000n });
  params("800000000000000000", 1000n);
  expect(upload()).toMatchObject({ codespace: "compute", code: 31 });
  params("0", 2_097_152n);
  const free = upload();
  params("1000000000000000000", 2_097_152n);
  // The price's 18 more digits are read.
  expect(Number(upload().gasUsed - free.gasUsed)).toBe(wasm.v1.length + 18);
  params("-1000000000000000000", 2_097_152n);
  expect(upload()).toMatchObject({ codespace: "sdk", code: 11 });
});

it("messages of governance are nobody else's", () => {
  const text = `${at}invalid authority; expected ${governance}, got ${a.address}: expected gov account as only signer for proposal message`;
  for (const message of [
    pack(MsgContractGovernanceProposalSchema, { authority: a.address }),
    pack(MsgUpdateParamsSchema, { authority: a.address }),
    pack(MsgUpdateMachineWhitelistProposalSchema, { authority: a.address, machineId: "00ff" }),
  ]) {
    expect(run(a, message)).toMatchObject(failure("gov", 13, text));
  }
});
