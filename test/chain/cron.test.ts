// SPDX-License-Identifier: Apache-2.0
/** Schedules of governance: calls of contracts that run first in a block. */
import { formatAddress, moduleAddress } from "@sotto/address";
import { type Account, type Packed, pack } from "@sotto/contract-test/parts";
import type { BlockResult, TxResult } from "@sotto/kernel";
import { agreeMessageKey, type MessageKey } from "@sotto/message";
import { MsgSubmitProposalSchema, MsgVoteSchema, VoteOption } from "@sotto/proto/cosmos.gov.v1";
import { MsgExecuteContractResponseSchema } from "@sotto/proto/secret.compute.v1beta1";
import {
  type MsgAddSchedule,
  MsgAddScheduleSchema,
  MsgRemoveScheduleSchema,
  MsgUpdateParamsSchema,
  Query,
} from "@sotto/proto/secret.cron";
import { chainTypes, decodeTx } from "@sotto/tx";
import { scheduledKeys } from "@sotto/x-cron";
import { afterAll, expect, it, onTestFinished } from "vitest";
import { actingGovernance, GOV } from "../support/acting.ts";
import { type Contract, deploy, Execution, shownError } from "../support/contract.ts";
import { bondedGenesis } from "../support/genTx.ts";
import { failing, get, set } from "../support/probe.ts";
import { stakedGenesis } from "../support/staked.ts";
import { a, b, d, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

const authority = formatAddress(GOV);
const SCHEDULER = formatAddress(moduleAddress("cron"));
const { definition, passed } = actingGovernance();

const chain = new TestChain({ definition, appState: stakedGenesis() });
afterAll(() => chain.close());
const probe = deploy(chain, wasm.v1, { ops: [] });

const callOf = (contract: Contract, op: unknown) => ({
  contract: contract.address,
  msg: contract.codeHash + JSON.stringify(op),
});
type Fields = Partial<Pick<MsgAddSchedule, "authority" | "name" | "period">> & {
  msgs?: readonly { contract: string; msg: string }[];
};
const addMessage = ({ msgs = [callOf(probe, set("k", "v"))], ...fields }: Fields = {}): Packed =>
  pack(MsgAddScheduleSchema, { authority, name: "hourly", period: 2n, ...fields, msgs: [...msgs] });
const removeMessage = (name: string): Packed => pack(MsgRemoveScheduleSchema, { authority, name });
const limitMessage = (limit: bigint, securityAddress = ""): Packed =>
  pack(MsgUpdateParamsSchema, { authority, params: { limit, securityAddress } });

/** Governance does this in the next block. */
function govern(...messages: readonly Packed[]): BlockResult {
  passed.push(...messages);
  return chain.block();
}

/** The key of a call's answer, which anybody can make. */
function keyOf(on: TestChain, index = 0): MessageKey {
  const { client, nonce } = scheduledKeys({ chainId: on.chainId, height: on.store.version, index });
  return agreeMessageKey(client, on.started.ioPublicKey, nonce) as MessageKey;
}

const schedulesOf = ({ txResults }: BlockResult): (string | undefined)[] =>
  txResults.map(({ events }) => {
    const found = events.find(({ type }) => type === "scheduled_call");
    return found?.attributes[0]?.[1];
  });

it("a schedule runs every so many blocks, first in the block, as the account of the module that no key has", () => {
  const { height } = chain.maker;
  govern(addMessage({ msgs: [callOf(probe, { env: {} }), callOf(probe, set("k", String(height)))] }));
  expect(chain.ask(Query.method.schedule, { name: "hourly" }).schedule).toMatchObject({
    period: 2n,
    lastExecuteHeight: BigInt(height + 1),
  });
  expect(chain.block().txResults).toEqual([]);
  const { txs } = chain.app.ownTxs();
  expect(txs).toHaveLength(2);
  const user = probe.message(a, { get: { key: "k" } });
  const { txResults } = chain.block(chain.tx(a, [user.packed], { gas: 500_000n }));
  expect(txResults.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(txResults.map(({ gasWanted }) => gasWanted)).toEqual([5_000_000n, 5_000_000n, 500_000n]);
  const [first, , last] = txResults as [TxResult, TxResult, TxResult];
  const { outputs } = new Execution(first, keyOf(chain), MsgExecuteContractResponseSchema);
  const env = JSON.parse(outputs[0] as string);
  expect(env).toMatchObject({ block: { height: height + 3 }, transaction: { index: 0 } });
  expect(JSON.parse(outputs[1] as string)).toEqual({ sender: SCHEDULER, funds: [] });
  // The user's call, behind them, sees what they wrote.
  expect(new Execution(last, user.key, MsgExecuteContractResponseSchema).outputs).toEqual([String(height)]);
  expect(chain.ask(Query.method.schedules, {}).schedules[0]?.lastExecuteHeight).toBe(BigInt(height + 3));
  expect(chain.block().txResults).toEqual([]);
  expect(chain.block().txResults).toHaveLength(2);
  govern(removeMessage("hourly"), removeMessage("never was"));
  expect(() => chain.ask(Query.method.schedule, { name: "hourly" })).toThrow("schedule not found");
  expect(chain.queries.brokenInvariants()).toEqual([]);
});

it("a scheduled transaction has a sender, no signer, no fee, its height and the name of its schedule", () => {
  govern(addMessage({ name: "shown", period: 1n }));
  const [tx] = chain.app.ownTxs().txs;
  const { raw, authInfo, body } = decodeTx(tx as Uint8Array, chainTypes);
  expect(raw.signatures).toEqual([]);
  expect(authInfo).toMatchObject({ signerInfos: [], fee: { amount: [], gasLimit: 5_000_000n, payer: "" } });
  expect(body).toMatchObject({ memo: "shown", timeoutHeight: BigInt(chain.store.version + 1) });
  expect(schedulesOf(chain.block())).toEqual(["shown"]);
  // Neither account nor fee nor sequence.
  expect(() => chain.base(SCHEDULER)).toThrow("not found");
  govern(removeMessage("shown"));
});

it("a call that fails does so alone, and its result names the schedule and the contract's error", () => {
  govern(
    addMessage({ name: "bad", period: 1n, msgs: [callOf(probe, failing), callOf(probe, set("after", "bad"))] }),
    addMessage({ name: "good", period: 1n, msgs: [callOf(probe, set("good", "1"))] }),
    addMessage({
      name: "no contract",
      period: 1n,
      msgs: [{ contract: b.address, msg: `${probe.codeHash}{}` }],
    }),
    addMessage({ name: "no hash", period: 1n, msgs: [{ contract: probe.address, msg: `${"0".repeat(64)}{}` }] }),
  );
  const result = chain.block();
  expect(schedulesOf(result)).toEqual(["bad", "bad", "good", "no contract", "no hash"]);
  expect(result.txResults.map(({ codespace, code }) => [codespace, code])).toEqual([
    ["compute", 3],
    ["", 0],
    ["", 0],
    ["compute", 9],
    ["compute", 3],
  ]);
  const [bad] = result.txResults as [TxResult];
  expect(shownError(bad.log, keyOf(chain))).toContain("child failed");
  expect([get(probe, "after"), get(probe, "good")]).toEqual(["bad", "1"]);
  // They run again, also those that failed.
  expect(schedulesOf(chain.block())).toHaveLength(5);
  govern(...["bad", "good", "no contract", "no hash"].map(removeMessage));
});

it("the limit is the number of schedules in a block; those that wait longest come first, and none is lost", () => {
  const names = ["a", "b", "c", "d"];
  govern(
    limitMessage(2n),
    ...names.map((name) => addMessage({ name, period: 1n, msgs: [callOf(probe, set("k", name))] })),
  );
  // By name, "c" and "d" would never run.
  const ran = Array.from({ length: 4 }, () => schedulesOf(chain.block()));
  expect(ran).toEqual([
    ["a", "b"],
    ["c", "d"],
    ["a", "b"],
    ["c", "d"],
  ]);
  govern(limitMessage(5n), ...names.map(removeMessage));
  expect(chain.ask(Query.method.params, {}).params).toMatchObject({ limit: 5n, securityAddress: "" });
  chain.block();
});

const at = "failed to execute message; message index: 0: ";
it.each([
  [
    "another authority",
    addMessage({ authority: a.address }),
    "sdk",
    4,
    `invalid authority; expected ${authority}, got ${a.address}: unauthorized`,
  ],
  [
    "no name",
    addMessage({ authority: a.address, name: "" }),
    "sdk",
    18,
    "failed to validate MsgAddSchedule: name is invalid: invalid request",
  ],
  [
    "a long name",
    addMessage({ authority: a.address, name: "é".repeat(65) }),
    "sdk",
    18,
    "failed to validate MsgAddSchedule: name has 130 bytes, at most 128: invalid request",
  ],
  [
    "no period",
    addMessage({ authority: a.address, period: 0n }),
    "sdk",
    18,
    "failed to validate MsgAddSchedule: period is invalid: invalid request",
  ],
  [
    "no calls",
    addMessage({ authority: a.address, msgs: [] }),
    "sdk",
    18,
    "failed to validate MsgAddSchedule: msgs should not be empty: invalid request",
  ],
  [
    "17 calls",
    addMessage({ authority: a.address, msgs: Array.from({ length: 17 }, () => callOf(probe, {})) }),
    "sdk",
    18,
    "failed to validate MsgAddSchedule: there are 17 msgs, at most 16: invalid request",
  ],
  [
    "no contract",
    addMessage({ authority: a.address, msgs: [{ contract: "secret1", msg: `${"0".repeat(64)}{}` }] }),
    "sdk",
    7,
    "failed to validate MsgAddSchedule: message 0: contract secret1: invalid address",
  ],
  [
    "no code hash",
    addMessage({ authority: a.address, msgs: [{ contract: a.address, msg: "{}" }] }),
    "sdk",
    18,
    "failed to validate MsgAddSchedule: message 0 must be the code hash of the contract in hex, 64 characters, and then JSON: invalid request",
  ],
  [
    "a long text",
    addMessage({ authority: a.address, msgs: [{ contract: a.address, msg: "0".repeat(16_385) }] }),
    "sdk",
    18,
    "failed to validate MsgAddSchedule: message 0 has 16385 bytes, at most 16384: invalid request",
  ],
  [
    "nothing to remove",
    pack(MsgRemoveScheduleSchema, { authority: a.address, name: "" }),
    "sdk",
    18,
    "failed to validate MsgRemoveSchedule: name is invalid: invalid request",
  ],
  [
    "a removal by another",
    pack(MsgRemoveScheduleSchema, { authority: a.address, name: "x" }),
    "sdk",
    4,
    `invalid authority; expected ${authority}, got ${a.address}: unauthorized`,
  ],
  [
    "no parameters",
    pack(MsgUpdateParamsSchema, { authority: a.address }),
    "undefined",
    1,
    "failed to validate MsgUpdateParams: params validation failed: invalid limit: limit cannot be zero",
  ],
  [
    "a security address",
    pack(MsgUpdateParamsSchema, { authority: a.address, params: { limit: 1n, securityAddress: "nobody" } }),
    "undefined",
    1,
    "failed to validate MsgUpdateParams: params validation failed: invalid security address: invalid address: decoding bech32 failed: invalid bech32 string length 6",
  ],
  [
    "parameters by another",
    pack(MsgUpdateParamsSchema, { authority: a.address, params: { limit: 1n } }),
    "sdk",
    4,
    `invalid authority; expected ${authority}, got ${a.address}: unauthorized`,
  ],
])("refuses %s", (_what, message, codespace, code, log) => {
  expect(chain.run(a, message)).toMatchObject({ codespace, code, log: at + log });
});

it("refuses a name that a schedule has, and the first one stays", () => {
  govern(addMessage({ name: "twice", period: 1000n }));
  expect(() => govern(addMessage({ name: "twice", period: 1n }))).toThrow(
    "failed to add schedule: schedule already exists with name=twice",
  );
  passed.length = 0;
  expect(chain.ask(Query.method.schedule, { name: "twice" }).schedule?.period).toBe(1000n);
  govern(removeMessage("twice"), addMessage({ name: "last of all", period: (1n << 64n) - 1n }));
  expect(chain.block().txResults).toEqual([]);
  govern(removeMessage("last of all"));
});

it("a proposal that passes adds a schedule, which runs from then on", () => {
  const [coins, params] = [
    [{ denom: "uscrt", amount: "100" }],
    { min_deposit: [{ denom: "uscrt", amount: "100" }], voting_period: "3s", quorum: "0.334", threshold: "0.5" },
  ];
  const more = { max_deposit_period: "20s", expedited_voting_period: "2s", expedited_threshold: "0.667" };
  const rest = { expedited_min_deposit: [{ denom: "uscrt", amount: "200" }], veto_threshold: "0.334" };
  const ratios = { min_initial_deposit_ratio: "0", min_deposit_ratio: "0", proposal_cancel_ratio: "0" };
  const gov = { starting_proposal_id: "1", params: { ...params, ...more, ...rest, ...ratios } };
  const voting = new TestChain({ appState: bondedGenesis({}, { gov }) });
  onTestFinished(() => voting.close());
  const target = deploy(voting, wasm.v1, { ops: [] });
  const messages = [addMessage({ period: 1n, msgs: [callOf(target, set("k", "voted"))] })];
  const submit = { messages, initialDeposit: coins, proposer: a.address, title: "Hourly", summary: "Runs." };
  const send = (by: Account, message: Packed) =>
    expect(voting.run(by, message, { gas: 500_000n })).toMatchObject({ code: 0 });
  send(a, pack(MsgSubmitProposalSchema, submit));
  send(d, pack(MsgVoteSchema, { proposalId: 1n, voter: d.address, option: VoteOption.YES }));
  for (let i = 0; i < 5; i++) voting.block();
  expect(voting.ask(Query.method.schedules, {}).schedules.map(({ name }) => name)).toEqual(["hourly"]);
  expect(get(target, "k")).toBe("voted");
});
