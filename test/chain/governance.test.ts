// SPDX-License-Identifier: Apache-2.0
/**
 * Proposals of governance on a chain with a validator: their messages run, and compute's messages
 * that carry out a proposal find it. The rules of x/gov are compared with the SDK in
 * test/conformance/sdkChain.test.ts.
 */
import { create } from "@bufbuild/protobuf";
import { formatAddress, moduleAddress } from "@sotto/address";
import { type ChainDefinition, secretChain } from "@sotto/app";
import { fromHex } from "@sotto/bytes";
import { encode, packAny } from "@sotto/codec";
import { type Packed, pack } from "@sotto/contract-test/parts";
import { Branch, createCtx, GasMeter, NO_LIMIT, type WriteCtx } from "@sotto/kernel";
import { Query as BankQuery, MsgSendSchema, MsgSetSendEnabledSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import {
  DepositSchema,
  MsgDepositSchema,
  MsgSubmitProposalSchema,
  MsgVoteSchema,
  ProposalStatus,
  Query,
  VoteOption,
} from "@sotto/proto/cosmos.gov.v1";
import { MsgSubmitProposalSchema as LegacySubmitSchema } from "@sotto/proto/cosmos.gov.v1beta1";
import { MsgSoftwareUpgradeSchema } from "@sotto/proto/cosmos.upgrade.v1beta1";
import { ClientUpdateProposalSchema } from "@sotto/proto/ibc.core.client.v1";
import {
  MsgUpdateMachineWhitelistProposalSchema,
  MsgUpdateMachineWhitelistSchema,
  MsgUpgradeProposalPassedSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { type GovKeeper, gov as govModule } from "@sotto/x-gov";
import { afterAll, describe, expect, it } from "vitest";
import { GENESIS_TIME } from "../support/blockMaker.ts";
import { exportedGenesis } from "../support/exported.ts";
import { bondedGenesis } from "../support/genTx.ts";
import { withReplaced } from "../support/replaced.ts";
import { a, b, d, TestChain } from "../support/testChain.ts";

const authority = formatAddress(moduleAddress("gov"));
const coins = (amount: bigint) => [{ denom: "uscrt", amount: String(amount) }];
const DEPOSIT = 100n;

const gov = {
  starting_proposal_id: "1",
  params: {
    min_deposit: coins(DEPOSIT),
    expedited_min_deposit: coins(2n * DEPOSIT),
    max_deposit_period: "20s",
    voting_period: "6s",
    expedited_voting_period: "3s",
    quorum: "0.334",
    threshold: "0.5",
    expedited_threshold: "0.667",
    veto_threshold: "0.334",
    min_initial_deposit_ratio: "0",
    min_deposit_ratio: "0.01",
    proposal_cancel_ratio: "0.5",
    burn_vote_veto: true,
  },
};

const open: TestChain[] = [];
let keepers: unknown;
/** The chain, whose keepers the test uses. */
const definition: ChainDefinition = {
  ...secretChain,
  keepers(...parts) {
    const made = secretChain.keepers(...parts);
    keepers = made;
    return made;
  },
};
function start(appState: ReadonlyMap<string, string> = bondedGenesis({}, { gov })): TestChain {
  const chain = new TestChain({ definition, appState });
  open.push(chain);
  return chain;
}
afterAll(() => {
  for (const chain of open) chain.close();
});

const chain = start();
let proposals = 0n;

/** Submits a proposal with its whole deposit. Returns its number. */
function propose(messages: readonly Packed[]): bigint {
  const submit = pack(MsgSubmitProposalSchema, {
    messages: messages.map((message) => ({ ...message })),
    initialDeposit: coins(DEPOSIT),
    proposer: a.address,
    title: "a title",
    summary: "a summary",
    metadata: "m",
  });
  expect(chain.run(a, submit)).toMatchObject({ code: 0, log: "" });
  proposals++;
  return proposals;
}

const vote = (proposalId: bigint, option: VoteOption) => pack(MsgVoteSchema, { proposalId, voter: d.address, option });

/** Takes a proposal through its vote. */
function decide(id: bigint, option: VoteOption = VoteOption.YES) {
  expect(chain.run(d, vote(id, option))).toMatchObject({ code: 0 });
  for (let i = 0; i < 7; i++) chain.block();
  return chain.ask(Query.method.proposal, { proposalId: id }).proposal;
}

const sendEnabled = (enabled: boolean) =>
  pack(MsgSetSendEnabledSchema, { authority, sendEnabled: [{ denom: "uother", enabled }] });
const failing = pack(MsgDepositSchema, { proposalId: 99n, depositor: authority, amount: coins(1n) });

describe("a proposal", () => {
  it("runs its messages when it passes, and pays the deposit back", () => {
    const before = chain.balance(a.address);
    const proposal = decide(propose([sendEnabled(false)]));
    expect(proposal).toMatchObject({ status: ProposalStatus.PASSED, failedReason: "" });
    expect(proposal?.finalTallyResult).toMatchObject({ yesCount: "1000000", noCount: "0" });
    const { sendEnabled: rows } = chain.ask(BankQuery.method.sendEnabled, { denoms: ["uother"] });
    expect(rows).toMatchObject([{ denom: "uother", enabled: false }]);
    // The fee of the proposal.
    expect(chain.balance(a.address)).toBe(before - 1000n);
  });

  it("undoes all its messages when one fails, and names the error", () => {
    expect(decide(propose([sendEnabled(true), failing]))).toMatchObject({
      status: ProposalStatus.FAILED,
      failedReason: "collections: not found: key '99' of type github.com/cosmos/gogoproto/cosmos.gov.v1.Proposal",
    });
    const { sendEnabled: rows } = chain.ask(BankQuery.method.sendEnabled, { denoms: ["uother"] });
    expect(rows).toMatchObject([{ enabled: false }]);
  });

  it("fails when its messages take the deposits of other proposals, which are paid back", () => {
    const before = chain.balance(a.address);
    const spend = (amount: bigint) =>
      pack(MsgSendSchema, { fromAddress: authority, toAddress: a.address, amount: coins(amount) });
    const spending = propose([spend(1n)]);
    const other = propose([sendEnabled(true)]);
    expect(decide(spending)).toMatchObject({
      status: ProposalStatus.FAILED,
      failedReason: "governance would have 99uscrt for deposits of 100uscrt: insufficient funds",
    });
    for (let i = 0; i < 3; i++) chain.block();
    expect(chain.ask(Query.method.proposal, { proposalId: other }).proposal).toMatchObject({
      status: ProposalStatus.REJECTED,
    });
    // Both deposits are back, less the fees.
    expect(chain.balance(a.address)).toBe(before - 2000n);
  });

  it("fails when governance becomes a depositor: it may not receive coins", () => {
    const other = proposals + 2n;
    const deposit = pack(MsgDepositSchema, { proposalId: other, depositor: authority, amount: coins(1n) });
    const depositing = propose([deposit]);
    propose([sendEnabled(true)]);
    expect(decide(depositing)).toMatchObject({
      status: ProposalStatus.FAILED,
      failedReason: `governance may not be a depositor of proposal ${other}: unauthorized`,
    });
    expect(chain.queries.brokenInvariants()).toEqual([]);
  });

  it("runs nothing when it is rejected", () => {
    expect(decide(propose([sendEnabled(true)]), VoteOption.NO)).toMatchObject({ status: ProposalStatus.REJECTED });
    expect(chain.queries.brokenInvariants()).toEqual([]);
  });
});

describe("compute's messages that carry out a proposal", () => {
  const hash = "ab".repeat(32);
  const plan = (info: string, height: bigint) =>
    pack(MsgSoftwareUpgradeSchema, { authority, plan: { name: `plan ${height}`, height, info } });
  const upgraded = (bytes: string) =>
    chain.run(
      a,
      pack(MsgUpgradeProposalPassedSchema, { senderAddress: a.address, mrEnclaveHash: fromHex(bytes) as Uint8Array }),
    );
  const machine = (machineId: string) =>
    pack(MsgUpdateMachineWhitelistProposalSchema, { authority, title: "t", description: "d", machineId });
  const listed = (proposalId: bigint, machineId = "00ff") =>
    chain.run(a, pack(MsgUpdateMachineWhitelistSchema, { sender: a.address, proposalId, machineId }));

  it("need the enclave's hash of the last upgrade that passed", () => {
    expect(upgraded(hash)).toMatchObject({ codespace: "undefined", code: 1, log: "no latest upgrade proposal" });
    decide(propose([plan("no hash", 900n)]));
    expect(upgraded(hash)).toMatchObject({ code: 1, log: "no mrenclave in the latest upgrade proposal" });
    decide(propose([plan(`MREnclaveHash:${hash}`, 901n)]));
    // A rejected one and one in its voting period do not count.
    decide(propose([plan(`MREnclaveHash:${"cd".repeat(32)}`, 902n)]), VoteOption.NO);
    const waiting = propose([plan(`MREnclaveHash:${"ef".repeat(32)}`, 903n)]);
    expect(upgraded("cd".repeat(32))).toMatchObject({
      codespace: "sdk",
      code: 4,
      log: "software upgrade proposal: mrenclave hash mismatch: unauthorized",
    });
    expect(upgraded(hash)).toMatchObject({ code: 0 });
    decide(waiting, VoteOption.NO);
  });

  it("need the one message of the named proposal, which passed, with the same machine", () => {
    const id = propose([machine("00ff")]);
    const refused = (log: string) => ({ codespace: "sdk", code: 18, log: `${log}: invalid request` });
    expect(listed(id)).toMatchObject(refused(`proposal with id ${id} not passed`));
    decide(id);
    expect(listed(id, "00fe")).toMatchObject(refused("machine id 00fe does not match the proposal 00ff"));
    expect(listed(id)).toMatchObject({ code: 0 });
    expect(listed(1n)).toMatchObject(refused("proposal with id 1 is not of type MsgUpdateMachineWhitelist"));
    const two = propose([machine("00ff"), machine("00ff")]);
    decide(two);
    expect(listed(two)).toMatchObject(refused(`proposal with id ${two} has 2 messages, expected exactly 1`));
    expect(listed(99n)).toMatchObject({ codespace: "undefined", code: 1 });
  });

  it("pay for the reads of all proposals", () => {
    const charges: string[] = [];
    const note = (_amount: number, what: string): void => void charges.push(what);
    withReplaced(GasMeter.prototype, "consume", note, () => upgraded(hash));
    expect(charges.filter((what) => what === "IterNextFlat").length).toBeGreaterThan(Number(proposals));
  });
});

describe("faults in rows of governance", () => {
  /** Reads the last committed state, over which the reader may plant rows. */
  function committed<T>(of: TestChain, read: (ctx: WriteCtx) => T): T {
    const snapshot = of.store.snapshot();
    const block = { chainId: of.chainId, height: of.maker.height, time: GENESIS_TIME };
    try {
      return read(createCtx({ mode: "query", block, gas: new GasMeter(NO_LIMIT), branch: new Branch(snapshot) }));
    } finally {
      snapshot.close();
    }
  }

  const zero = new Uint8Array(8);
  const deposit = (amount: string) =>
    encode(DepositSchema, create(DepositSchema, { amount: [{ denom: "uscrt", amount }] }));
  it.each<[string, readonly number[], Uint8Array, RegExp]>([
    ["queues", [0x04, ...zero.slice(1), 1], Uint8Array.of(1), /the row of the vote on proposal 1 is wrong/],
    ["votes", [0x20, ...zero.slice(1), 98, 1, 7], new Uint8Array(0), /there is a vote on proposal 98/],
    [
      "module-account",
      [0x10, ...zero.slice(1), 97, 1, 7],
      deposit("999999999999"),
      /the account has 50uscrt, the deposits add up to 1000000000049uscrt/,
    ],
    ["deposits", [0x10, ...zero.slice(1), 1, 1, 7], deposit("1"), /the deposits on proposal 1 add up to/],
  ])("a planted row breaks the invariant %s", (name, key, value, text) => {
    const other = start();
    const submit = pack(MsgSubmitProposalSchema, {
      initialDeposit: coins(DEPOSIT / 2n),
      proposer: a.address,
      title: "t",
      summary: "s",
      metadata: "m",
    });
    expect(other.run(a, submit)).toMatchObject({ code: 0 });
    const broken = committed(other, (ctx) => {
      ctx.store("gov").set(Uint8Array.from(key), value);
      // The cast: the definition names only the keepers of the network's modules.
      return govModule.invariants?.[name]?.((keepers as { gov: GovKeeper }).gov, ctx);
    });
    expect(broken).toMatch(text);
  });
});

describe("a content of v1beta1 that names a client", () => {
  const named = (subjectClientId: string) => {
    const parts = { title: "t", description: "d", subjectClientId, substituteClientId: "07-tendermint-1" };
    const content = packAny(ClientUpdateProposalSchema, create(ClientUpdateProposalSchema, parts));
    return chain.run(b, pack(LegacySubmitSchema, { content, proposer: b.address }), { gas: 9_000_000n });
  };

  it.each(["07-tendermint-0", "a-1", "_-0", "a--b-1", "ab-c-18446744073709551615", "09-localhost"])(
    "may name %s: then no module carries it out",
    (id) => {
      expect(named(id)).toMatchObject({ codespace: "gov", code: 9 });
    },
  );

  it.each(["", "a", "-1", "a-", "a--1", "a-1b", "-a-1", "a b-1", `a-${"1".repeat(21)}`])("may not name %j", (id) => {
    expect(named(id)).toMatchObject({ codespace: "host", code: 2 });
  });

  it("is checked in linear time", () => {
    const start = performance.now();
    for (const id of ["a".repeat(300_000), `${"a-1".repeat(100_000)}-`, `${"-1".repeat(150_000)}-`]) {
      expect(named(id)).toMatchObject({ codespace: "host", code: 2 });
    }
    expect(performance.now() - start).toBeLessThan(4_000);
  });
});

describe("the genesis of governance", () => {
  it("goes both ways, with proposals, deposits and votes that go on", () => {
    const id = propose([sendEnabled(true)]);
    chain.run(d, vote(id, VoteOption.YES));
    const waiting = pack(MsgSubmitProposalSchema, {
      initialDeposit: coins(DEPOSIT / 2n),
      proposer: b.address,
      title: "a title",
      summary: "a summary",
      metadata: "m",
    });
    expect(chain.run(b, waiting)).toMatchObject({ code: 0 });
    const file = exportedGenesis(chain.queries);
    const second = start(file);
    expect(exportedGenesis(second.queries).get("gov")).toBe(file.get("gov"));
    expect(second.queries.brokenInvariants()).toEqual([]);
    // Times begin again with the heights.
    const last = chain.maker.height + 30;
    while (second.maker.height < last) second.block();
    expect(second.ask(Query.method.proposal, { proposalId: id }).proposal?.status).toBe(ProposalStatus.PASSED);
    expect(second.balance(authority)).toBe(0n);
  });

  const changed = (change: (part: Record<string, unknown>) => void) => {
    const part = { ...JSON.parse(exportedGenesis(chain.queries).get("gov") as string) };
    change(part);
    return () => start(new Map([...exportedGenesis(chain.queries), ["gov", JSON.stringify(part)]]));
  };
  type Row = Record<string, unknown>;
  const list = (part: Record<string, unknown>, name: string) => part[name] as Row[];
  it.each<[string, (part: Record<string, unknown>) => void, RegExp]>([
    ["no number", (part) => (part["starting_proposal_id"] = "0"), /starting proposal id must be greater than 0/],
    ["no parameters", (part) => (part["params"] = null), /params are missing/],
    ["wrong parameters", (part) => ((part["params"] as Row)["quorum"] = "2"), /quorom too large: 2/],
    ["no ratio", (part) => ((part["params"] as Row)["min_deposit_ratio"] = ""), /invalid min_deposit_ratio/],
    [
      "a deposit less",
      (part) => list(part, "deposits").pop(),
      /expected module account was 150uscrt but we got 100uscrt/,
    ],
    [
      "a deposit twice",
      (part) => list(part, "deposits").push(list(part, "deposits")[0] as Row),
      /duplicate deposit of .* on proposal/,
    ],
    [
      "a vote twice",
      (part) => list(part, "votes").push(list(part, "votes")[0] as Row),
      /duplicate vote of .* on proposal/,
    ],
    [
      "a wrong weight",
      (part) => ((list(part, "votes")[0] as Row)["options"] = [{ option: 1, weight: "x" }]),
      /weight "x"/,
    ],
    [
      "no such proposal",
      (part) => ((list(part, "votes")[0] as Row)["proposal_id"] = "77"),
      /non-existent proposal id: 77/,
    ],
    [
      "a proposal twice",
      (part) => list(part, "proposals").push(list(part, "proposals")[0] as Row),
      /duplicate proposal id: 1/,
    ],
    [
      "a total that is no set",
      (part) => ((list(part, "proposals")[0] as Row)["total_deposit"] = coins(0n)),
      /total_deposit of proposal 1: coin 0uscrt amount is not positive/,
    ],
    ["no end", (part) => ((list(part, "proposals").at(-2) as Row)["voting_end_time"] = null), /has no voting_end_time/],
  ])("is refused with %s", (_what, change, text) => {
    expect(changed(change)).toThrow(new RegExp(`^genesis of gov.*${text.source}`));
  });

  it("may have a message that the program cannot read: its proposal fails when it passes", () => {
    propose([sendEnabled(true)]);
    const stored = () => JSON.parse(exportedGenesis(chain.queries).get("gov") as string);
    const id = BigInt(stored().proposals.at(-1).id);
    expect(chain.run(d, vote(id, VoteOption.YES))).toMatchObject({ code: 0 });
    const file = exportedGenesis(chain.queries);
    const part = stored();
    part.proposals.at(-1).messages = [{ "@type": "/cosmos.gov.v1beta1.TextProposal" }];
    const second = start(new Map([...file, ["gov", JSON.stringify(part)]]));
    const last = chain.maker.height + 10;
    while (second.maker.height < last) second.block();
    expect(second.ask(Query.method.proposal, { proposalId: id }).proposal).toMatchObject({
      status: ProposalStatus.FAILED,
      failedReason: expect.stringContaining("no concrete type registered"),
    });
  });
});
