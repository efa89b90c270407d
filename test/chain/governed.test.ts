// SPDX-License-Identifier: Apache-2.0
/**
 * Contracts that only governance may change. Without governance only a genesis file can create one.
 */
import { contractAddress, formatAddress } from "@sotto/address";
import { fromHex, fromUtf8, toBase64, toHex } from "@sotto/bytes";
import { type Account, type Packed, pack } from "@sotto/contract-test/parts";
import {
  MsgClearAdminSchema,
  MsgMigrateContractSchema,
  MsgSetContractGovernanceSchema,
  MsgUpdateAdminSchema,
  MsgUpdateMachineWhitelistSchema,
  MsgUpgradeProposalPassedSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { afterAll, expect, it, onTestFinished, vi } from "vitest";
import { a, accounts, b, c, FUNDS, TestChain } from "../support/testChain.ts";
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
  sequences: [],
};
const chain = new TestChain({
  appState: new Map([
    [
      "auth",
      JSON.stringify({
        accounts: accounts.map(({ address }) => ({ "@type": "/cosmos.auth.v1beta1.BaseAccount", address })),
      }),
    ],
    [
      "bank",
      JSON.stringify({
        balances: accounts.map(({ address }) => ({ address, coins: [{ denom: "uscrt", amount: String(FUNDS) }] })),
      }),
    ],
    ["compute", JSON.stringify(compute)],
  ]),
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
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  const trace = traceCharges();
  const text = toHex(fromUtf8(ownedText));
  migrate(a, ownedText);
  expect(trace.take()[0]?.at(-1)).toBe(`146 get 0c${text}`);
  run(a, pack(MsgUpdateAdminSchema, { sender: a.address, contract: ownedText, newAdmin: c.address }));
  expect(trace.take()[0]?.at(-1)).toBe(`100 has 0d${text}`);
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

it("a contract can get under governance only with the module gov", () => {
  const set = pack(MsgSetContractGovernanceSchema, { sender: a.address, contractAddress: ownedText });
  expect(run(a, set)).toMatchObject({ codespace: "sdk", code: 37 });
  const nowhere = pack(MsgSetContractGovernanceSchema, { sender: a.address, contractAddress: "x" });
  expect(run(a, nowhere)).toMatchObject(
    failure("undefined", 1, "contract: decoding bech32 failed: invalid bech32 string length 1"),
  );
});
