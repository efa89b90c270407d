// SPDX-License-Identifier: Apache-2.0
/**
 * Two versions of CosmJS from the registry against a node: the acts of wallets and staking pages.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type * as Amino from "@cosmjs/amino";
import type * as Crypto from "@cosmjs/crypto";
import type * as Signing from "@cosmjs/proto-signing";
import type * as Stargate from "@cosmjs/stargate";
import type { DeliverTxResponse, SigningStargateClient } from "@cosmjs/stargate";
import type * as Rpc from "@cosmjs/tendermint-rpc";
import { GenericAuthorization } from "cosmjs-types/cosmos/authz/v1beta1/authz.js";
import { QueryClientImpl as BankQueries } from "cosmjs-types/cosmos/bank/v1beta1/query.js";
import { BasicAllowance } from "cosmjs-types/cosmos/feegrant/v1beta1/feegrant.js";
import { TextProposal, VoteOption } from "cosmjs-types/cosmos/gov/v1beta1/gov.js";
import { MsgSubmitProposalResponse } from "cosmjs-types/cosmos/gov/v1beta1/tx.js";
import { MsgUndelegateResponse } from "cosmjs-types/cosmos/staking/v1beta1/tx.js";
import { TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHAIN_ID, mnemonicOf } from "./client.ts";
import { provenHeight, removeAll, TestNode } from "./node.ts";

afterAll(removeAll);

const require = createRequire(import.meta.url);

/**
 * The packages of one version, each as `stargate` itself finds it. The casts give both the types of
 * the earlier version: the functions that this file calls are the same in both.
 */
function cosmjsOf(stargate: string) {
  const main = require.resolve(stargate);
  const inside = createRequire(main);
  const manifest = JSON.parse(readFileSync(join(dirname(main), "../package.json"), "utf8")) as { version: string };
  return {
    version: manifest.version,
    stargate: require(stargate) as typeof Stargate,
    signing: inside("@cosmjs/proto-signing") as typeof Signing,
    amino: inside("@cosmjs/amino") as typeof Amino,
    crypto: inside("@cosmjs/crypto") as typeof Crypto,
    rpc: inside("@cosmjs/tendermint-rpc") as typeof Rpc,
  };
}
type CosmJS = ReturnType<typeof cosmjsOf>;

/** How the key of an account is asked to sign. */
type Mode = "direct" | "amino";
const MODES: readonly Mode[] = ["direct", "amino"];

interface User {
  readonly address: string;
  readonly client: SigningStargateClient;
  readonly publicKey: Amino.SinglePubkey;
}

/** An account of a public mnemonic; those with an index above 0 have no coins. */
async function userOf(cosmjs: CosmJS, node: TestNode, name: string, mode: Mode = "direct", index = 0): Promise<User> {
  const { amino, crypto, signing, stargate } = cosmjs;
  const options = { prefix: "secret", hdPaths: [crypto.stringToPath(`m/44'/529'/0'/0/${index}`)] };
  const kind = mode === "direct" ? signing.DirectSecp256k1HdWallet : amino.Secp256k1HdWallet;
  const wallet = await kind.fromMnemonic(mnemonicOf(name), options);
  const [account] = await wallet.getAccounts();
  if (account === undefined) throw new Error(`no account at index ${index} of ${name}`);
  const client = await stargate.SigningStargateClient.connectWithSigner(node.rpc, wallet, {
    broadcastPollIntervalMs: 50,
    gasPrice: stargate.GasPrice.fromString("0.25uscrt"),
  });
  return { address: account.address, client, publicKey: amino.encodeSecp256k1Pubkey(account.pubkey) };
}

async function queriesOf({ rpc, stargate }: CosmJS, node: TestNode) {
  const comet = await rpc.connectComet(node.rpc);
  expect(rpc.isComet38Client(comet)).toBe(true);
  return stargate.QueryClient.withExtensions(
    comet,
    stargate.setupAuthExtension,
    stargate.setupAuthzExtension,
    stargate.setupDistributionExtension,
    stargate.setupFeegrantExtension,
    stargate.setupGovExtension,
    stargate.setupMintExtension,
    stargate.setupSlashingExtension,
    stargate.setupStakingExtension,
  );
}

const coin = (amount: bigint) => ({ denom: "uscrt", amount: String(amount) });
const FEE = 100_000n;
const fee = { amount: [coin(FEE)], gas: "400000" };
const inAnHour = () => BigInt(Math.floor(Date.now() / 1000) + 3600);

async function must(sent: Promise<DeliverTxResponse>): Promise<DeliverTxResponse> {
  const tx = await sent;
  expect([tx.rawLog, tx.code]).toEqual(["", 0]);
  return tx;
}

/** A transaction that a block contains and whose messages failed. */
async function failed(sent: Promise<DeliverTxResponse>): Promise<[number, string | undefined]> {
  const { code, rawLog } = await sent;
  return [code, rawLog];
}

/** A transaction that the node does not take. */
const refused = (code: number, codespace: string, log: string) => ({
  code,
  codespace,
  log: expect.stringContaining(log),
});

const balanceOf = async ({ address, client }: User): Promise<bigint> =>
  BigInt((await client.getBalance(address, "uscrt")).amount);

const sendMessage = (fromAddress: string, toAddress: string, amount: bigint) => ({
  typeUrl: "/cosmos.bank.v1beta1.MsgSend",
  value: { fromAddress, toAddress, amount: [coin(amount)] },
});

/** The only value of an attribute. */
function attributeOf({ events }: DeliverTxResponse, type: string, key: string): string {
  const values = events.filter((event) => event.type === type).flatMap(({ attributes }) => attributes);
  const [first, ...further] = values.filter((attribute) => attribute.key === key);
  if (first === undefined || further.length > 0) throw new Error(`${further.length} more of ${type}.${key}`);
  return first.value;
}

/** One as a decimal of protobuf: an integer with 18 decimal places. */
const ONE = 10n ** 18n;
/** The delegation of the developer's validator to itself (`docs/spec/local-network.md`). */
const STAKE = 10n ** 17n;
/** cosmos.gov.v1beta1.ProposalStatus */
const IN_VOTING_PERIOD = 2;

describe.each([
  ["0.32", "@cosmjs/stargate"],
  ["0.36", "cosmjs-stargate-036"],
])("CosmJS %s", (version, name) => {
  const cosmjs = cosmjsOf(name);
  let node: TestNode;
  let query: Awaited<ReturnType<typeof queriesOf>>;
  let alice: User;
  let bob: User;
  let carol: User;
  let operator: string;

  const user = (account: string, mode?: Mode, index?: number) => userOf(cosmjs, node, account, mode, index);
  const send = (from: User, to: string, amount: bigint, paid = fee) =>
    from.client.sendTokens(from.address, to, [coin(amount)], paid);
  const submit = (from: User, typeUrl: string, value: object) =>
    from.client.signAndBroadcast(from.address, [{ typeUrl, value }], fee);

  beforeAll(async () => {
    node = await TestNode.start({ flags: ["--instant"] });
    query = await queriesOf(cosmjs, node);
    [alice, bob, carol] = await Promise.all([user("a"), user("b"), user("c")]);
    const { validators } = await query.staking.validators("BOND_STATUS_BONDED");
    operator = validators[0]?.operatorAddress ?? "";
  });

  afterAll(async () => {
    expect(await node.stop()).toMatchObject({ code: 0, signal: null });
    expect(node.stderr).toBe("");
  });

  test("is the version of this row, and knows the chain", async () => {
    expect(cosmjs.version.startsWith(`${version}.`)).toBe(true);
    expect(await alice.client.getChainId()).toBe(CHAIN_ID);
    expect(await alice.client.getHeight()).toBeGreaterThan(0);
  });

  test("sends coins, with a given and an estimated fee", async () => {
    const [from, to] = await Promise.all([balanceOf(alice), balanceOf(bob)]);
    await must(send(alice, bob.address, 1_000n));
    expect(await Promise.all([balanceOf(alice), balanceOf(bob)])).toEqual([from - FEE - 1_000n, to + 1_000n]);
    const estimated = await must(alice.client.sendTokens(alice.address, bob.address, [coin(1n)], "auto"));
    expect(estimated.gasUsed).toBeGreaterThan(0n);
    expect(estimated.gasUsed).toBeLessThanOrEqual(estimated.gasWanted);
    expect(await bob.client.getAllBalances(bob.address)).toEqual([coin(to + 1_001n)]);
  });

  test("shows an absent account, too little money and a wrong sequence as such", async () => {
    const nobody = await user("d", "direct", 9);
    expect(await nobody.client.getAccount(nobody.address)).toBeNull();
    expect(await failed(send(alice, bob.address, 10n ** 19n))).toEqual([
      5,
      expect.stringContaining("insufficient funds"),
    ]);
    const { accountNumber, sequence } = await alice.client.getSequence(alice.address);
    const message = sendMessage(alice.address, bob.address, 1n);
    const wrong = { accountNumber, sequence: sequence + 5, chainId: CHAIN_ID };
    const signed = await alice.client.sign(alice.address, [message], fee, "", wrong);
    await expect(alice.client.broadcastTx(TxRaw.encode(signed).finish())).rejects.toMatchObject(
      refused(32, "sdk", `account sequence mismatch, expected ${sequence}, got ${sequence + 5}`),
    );
  });

  test("finds transactions by hash, by text and by pairs", async () => {
    const { address: recipient } = await user("d", "direct", 8);
    const { transactionHash, height, events } = await must(
      alice.client.sendTokens(alice.address, recipient, [coin(7n)], fee, "a memo"),
    );
    const found = await alice.client.getTx(transactionHash);
    expect(found).toMatchObject({ hash: transactionHash, height, code: 0, txIndex: 0, events });
    const { body } = cosmjs.signing.decodeTxRaw(found?.tx ?? new Uint8Array());
    expect(body).toMatchObject({ memo: "a memo", messages: [{ typeUrl: "/cosmos.bank.v1beta1.MsgSend" }] });
    expect((await alice.client.getBlock(height)).txs).toEqual([found?.tx]);
    const pairs = [
      { key: "message.sender", value: alice.address },
      { key: "tx.height", value: height },
    ];
    for (const asked of [`transfer.recipient='${recipient}'`, pairs]) {
      expect(await alice.client.searchTx(asked)).toEqual([found]);
    }
    expect(await alice.client.searchTx(`transfer.recipient='${operator}'`)).toEqual([]);
    expect(await alice.client.getTx("00".repeat(32))).toBeNull();
  });

  test.each(MODES)("delegates, withdraws rewards and undelegates, signing %s", async (mode) => {
    const delegator = await user(mode === "direct" ? "b" : "c", mode);
    const { address, client } = delegator;
    await must(client.delegateTokens(address, operator, coin(4_000_000_000_000n), fee));
    expect(await client.getDelegation(address, operator)).toEqual(coin(4_000_000_000_000n));
    expect(await client.getBalanceStaked(address)).toEqual(coin(4_000_000_000_000n));

    const before = await balanceOf(delegator);
    const withdrawn = await must(client.withdrawRewards(address, operator, fee));
    const reward = BigInt(attributeOf(withdrawn, "withdraw_rewards", "amount").replace("uscrt", ""));
    expect(reward).toBeGreaterThan(0n);
    expect(await balanceOf(delegator)).toBe(before - FEE + reward);

    const undelegated = await must(client.undelegateTokens(address, operator, coin(1_000_000_000_000n), fee));
    const [response] = undelegated.msgResponses;
    expect(response?.typeUrl).toBe("/cosmos.staking.v1beta1.MsgUndelegateResponse");
    const { completionTime } = MsgUndelegateResponse.decode(response?.value ?? new Uint8Array());
    const { unbondingResponses } = await query.staking.delegatorUnbondingDelegations(address);
    expect(unbondingResponses).toMatchObject([
      { validatorAddress: operator, entries: [{ balance: "1000000000000", completionTime }] },
    ]);
    expect(await query.staking.unbondingDelegation(address, operator)).toEqual({ unbond: unbondingResponses[0] });
    expect(await client.getDelegation(address, operator)).toEqual(coin(3_000_000_000_000n));
    expect(await failed(client.undelegateTokens(address, operator, coin(10n ** 15n), fee))).toEqual([
      18,
      expect.stringContaining("invalid shares amount"),
    ]);
  });

  test.each(MODES)("submits a proposal and votes, signing %s", async (mode) => {
    const [proposer, voter] = await Promise.all([user("d", mode), user("validator", mode)]);
    const content = { title: `a title, ${mode}`, description: "a description" };
    const submitted = await must(
      submit(proposer, "/cosmos.gov.v1beta1.MsgSubmitProposal", {
        content: {
          typeUrl: "/cosmos.gov.v1beta1.TextProposal",
          value: TextProposal.encode(TextProposal.fromPartial(content)).finish(),
        },
        initialDeposit: [coin(1_000_000_000n)],
        proposer: proposer.address,
      }),
    );
    const [response] = submitted.msgResponses;
    const { proposalId } = MsgSubmitProposalResponse.decode(response?.value ?? new Uint8Array());
    const id = String(proposalId);
    const { proposal } = await query.gov.proposal(id);
    expect(proposal).toMatchObject({ proposalId, status: IN_VOTING_PERIOD, totalDeposit: [coin(1_000_000_000n)] });
    expect(TextProposal.decode(proposal?.content?.value ?? new Uint8Array())).toEqual(content);
    expect((await query.gov.proposals(IN_VOTING_PERIOD, proposer.address, "")).proposals).toContainEqual(proposal);
    const deposit = { proposalId, depositor: proposer.address, amount: [coin(1_000_000_000n)] };
    expect(await query.gov.deposit(id, proposer.address)).toEqual({ deposit });
    expect((await query.gov.deposits(id)).deposits).toEqual([deposit]);

    const vote = { proposalId, voter: voter.address, option: VoteOption.VOTE_OPTION_YES };
    await must(submit(voter, "/cosmos.gov.v1beta1.MsgVote", vote));
    const options = [{ option: VoteOption.VOTE_OPTION_YES, weight: String(ONE) }];
    expect((await query.gov.vote(id, voter.address)).vote).toMatchObject({ proposalId, options });
    expect((await query.gov.votes(id)).votes).toMatchObject([{ voter: voter.address, options }]);
    // Delegators who do not vote inherit the vote of their validator.
    const { validator } = await query.staking.validator(operator);
    const { tally } = await query.gov.tally(id);
    expect(tally).toEqual({ yes: validator?.tokens, no: "0", abstain: "0", noWithVeto: "0" });
    const unknown = submit(voter, "/cosmos.gov.v1beta1.MsgVote", { ...vote, proposalId: 99n });
    expect(await failed(unknown)).toEqual([3, expect.stringContaining("inactive proposal")]);
  });

  test("grants a message, runs it for the granter, and revokes the grant", async () => {
    const msgTypeUrl = "/cosmos.bank.v1beta1.MsgSend";
    const authorization = {
      typeUrl: "/cosmos.authz.v1beta1.GenericAuthorization",
      value: GenericAuthorization.encode({ msg: msgTypeUrl }).finish(),
    };
    const parties = { granter: alice.address, grantee: carol.address };
    const grant = { authorization, expiration: { seconds: inAnHour(), nanos: 0 } };
    await must(submit(alice, "/cosmos.authz.v1beta1.MsgGrant", { ...parties, grant }));
    expect((await query.authz.grants(alice.address, carol.address, msgTypeUrl)).grants).toEqual([grant]);
    expect((await query.authz.granteeGrants(carol.address)).grants).toEqual([{ ...parties, ...grant }]);
    expect((await query.authz.granterGrants(alice.address)).grants).toEqual([{ ...parties, ...grant }]);

    const message = carol.client.registry.encodeAsAny(sendMessage(alice.address, bob.address, 11n));
    const run = () => submit(carol, "/cosmos.authz.v1beta1.MsgExec", { grantee: carol.address, msgs: [message] });
    const [from, to] = await Promise.all([balanceOf(alice), balanceOf(bob)]);
    await must(run());
    expect(await Promise.all([balanceOf(alice), balanceOf(bob)])).toEqual([from - 11n, to + 11n]);
    await must(submit(alice, "/cosmos.authz.v1beta1.MsgRevoke", { ...parties, msgTypeUrl }));
    expect(await failed(run())).toEqual([2, expect.stringContaining("authorization not found")]);
    expect(await balanceOf(bob)).toBe(to + 11n);
  });

  test("pays fees from an allowance, up to its limit and until it is revoked", async () => {
    const poor = await user("d", "direct", 1);
    await must(send(alice, poor.address, 10n));
    const limit = (amount: bigint) => BasicAllowance.encode({ spendLimit: [coin(amount)] }).finish();
    const parties = { granter: alice.address, grantee: poor.address };
    const typeUrl = "/cosmos.feegrant.v1beta1.BasicAllowance";
    const allowance = { typeUrl, value: limit(2n * FEE - 1n) };
    await must(submit(alice, "/cosmos.feegrant.v1beta1.MsgGrantAllowance", { ...parties, allowance }));
    const paid = { ...fee, granter: alice.address };
    const before = await balanceOf(alice);
    await must(send(poor, bob.address, 4n, paid));
    expect([await balanceOf(alice), await balanceOf(poor)]).toEqual([before - FEE, 6n]);
    const left = { ...parties, allowance: { typeUrl, value: limit(FEE - 1n) } };
    expect(await query.feegrant.allowance(alice.address, poor.address)).toEqual({ allowance: left });
    expect((await query.feegrant.allowances(poor.address)).allowances).toEqual([left]);
    await expect(send(poor, bob.address, 4n, paid)).rejects.toMatchObject(refused(2, "feegrant", "fee limit exceeded"));
    await must(submit(alice, "/cosmos.feegrant.v1beta1.MsgRevokeAllowance", parties));
    await expect(send(poor, bob.address, 4n, paid)).rejects.toMatchObject(refused(38, "sdk", "fee-grant not found"));
    expect([await balanceOf(alice), await balanceOf(poor)]).toEqual([before - 2n * FEE, 6n]);
  });

  test("creates a vesting account, whose locked coins can be delegated and not sent", async () => {
    const holder = await user("d", "direct", 2);
    const { address: toAddress } = holder;
    const amount = [coin(5_000_000n)];
    const vesting = { fromAddress: alice.address, toAddress, amount, endTime: inAnHour(), delayed: true };
    await must(submit(alice, "/cosmos.vesting.v1beta1.MsgCreateVestingAccount", vesting));
    await must(send(alice, toAddress, 1_000_000n));
    expect(await query.auth.account(toAddress)).toMatchObject({
      typeUrl: "/cosmos.vesting.v1beta1.DelayedVestingAccount",
    });
    expect(await holder.client.getAccount(toAddress)).toMatchObject({ address: toAddress, pubkey: null, sequence: 0 });
    const bank = new BankQueries(cosmjs.stargate.createProtobufRpcClient(query));
    const spendable = async () => (await bank.SpendableBalances({ address: toAddress })).balances;
    expect([await balanceOf(holder), await spendable()]).toEqual([6_000_000n, [coin(1_000_000n)]]);
    expect(await failed(send(holder, bob.address, 2_000_000n))).toEqual([
      5,
      expect.stringContaining("spendable balance 900000uscrt is smaller than 2000000uscrt: insufficient funds"),
    ]);
    await must(holder.client.delegateTokens(toAddress, operator, coin(2_000_000n), fee));
    expect([await balanceOf(holder), await spendable()]).toEqual([3_800_000n, [coin(800_000n)]]);
  });

  test("sends from an account of three keys with two signatures, and not with one", async () => {
    const members = await Promise.all(["a", "b", "c"].map((account) => user(account, "amino")));
    const key = cosmjs.amino.createMultisigThresholdPubkey(
      members.map(({ publicKey }) => publicKey),
      2,
    );
    const address = cosmjs.amino.pubkeyToAddress(key, "secret");
    await must(send(alice, address, 1_000_000n));
    const { accountNumber, sequence } = await alice.client.getSequence(address);
    const data = { accountNumber, sequence, chainId: CHAIN_ID };
    const message = sendMessage(address, bob.address, 5n);
    const signed = await Promise.all(
      members.map((member) => member.client.sign(member.address, [message], fee, "", data)),
    );
    const joined = (...at: readonly number[]): Uint8Array => {
      const signatures = new Map<string, Uint8Array>();
      for (const i of at) signatures.set(members[i]?.address ?? "", signed[i]?.signatures[0] ?? new Uint8Array());
      const { bodyBytes = new Uint8Array() } = signed[0] ?? {};
      return cosmjs.stargate.makeMultisignedTxBytes(key, sequence, fee, bodyBytes, signatures);
    };
    const before = await balanceOf(bob);
    await expect(alice.client.broadcastTx(joined(1))).rejects.toMatchObject({ code: 4, codespace: "sdk" });
    await must(alice.client.broadcastTx(joined(0, 2), undefined, 50));
    expect(await balanceOf(bob)).toBe(before + 5n);
    expect(await alice.client.getAccount(address)).toMatchObject({ address, pubkey: key, sequence: sequence + 1 });
  });

  test("reads staking, slashing, rewards and minting", async () => {
    const { address } = await user("validator");
    // Rewards grow with each block: no further one comes.
    const height = await provenHeight(node);
    const { staking, distribution, mint, slashing } = query;
    const { validator } = await staking.validator(operator);
    expect(validator).toMatchObject({ operatorAddress: operator, jailed: false, description: { moniker: "sotto" } });
    expect(BigInt(validator?.tokens ?? 0)).toBeGreaterThanOrEqual(STAKE);
    if (validator?.consensusPubkey === undefined) throw new Error("the validator has no key");
    expect(cosmjs.signing.decodePubkey(validator.consensusPubkey).type).toBe("tendermint/PubKeyEd25519");
    expect((await staking.validators("BOND_STATUS_BONDED")).validators).toEqual([validator]);
    expect((await staking.validators("BOND_STATUS_UNBONDED")).validators).toEqual([]);
    expect((await staking.pool()).pool?.bondedTokens).toBe(validator.tokens);
    expect((await staking.params()).params).toMatchObject({ bondDenom: "uscrt", unbondingTime: { seconds: 90n } });
    const delegation = { delegatorAddress: address, validatorAddress: operator, shares: String(STAKE * ONE) };
    const own = { delegation, balance: coin(STAKE) };
    expect((await staking.delegation(address, operator)).delegationResponse).toEqual(own);
    expect((await staking.delegatorDelegations(address)).delegationResponses).toEqual([own]);
    expect((await staking.validatorDelegations(operator)).delegationResponses).toContainEqual(own);
    expect(await staking.delegatorValidator(address, operator)).toEqual({ validator });
    expect((await staking.delegatorValidators(address)).validators).toEqual([validator]);
    const { hist } = await staking.historicalInfo(height);
    expect(hist).toMatchObject({ header: { chainId: CHAIN_ID }, valset: [{ operatorAddress: operator }] });
    await expect(staking.redelegations(address, operator, operator)).rejects.toThrow("redelegation not found");
    expect((await slashing.signingInfos()).info).toMatchObject([{ tombstoned: false, missedBlocksCounter: 0n }]);

    const [reward] = (await distribution.delegationRewards(address, operator)).rewards;
    expect(reward?.denom).toBe("uscrt");
    expect(BigInt(reward?.amount ?? 0)).toBeGreaterThan(ONE);
    const total = await distribution.delegationTotalRewards(address);
    expect(total).toEqual({ rewards: [{ validatorAddress: operator, reward: [reward] }], total: [reward] });
    const { commission } = await distribution.validatorCommission(operator);
    const { rewards } = await distribution.validatorOutstandingRewards(operator);
    expect(BigInt(commission?.commission[0]?.amount ?? 0)).toBeGreaterThan(ONE);
    expect(BigInt(rewards?.rewards[0]?.amount ?? 0)).toBeGreaterThan(BigInt(reward?.amount ?? 0));
    expect((await distribution.communityPool()).pool).toMatchObject([{ denom: "uscrt" }]);
    expect((await distribution.delegatorValidators(address)).validators).toEqual([operator]);
    expect(await distribution.delegatorWithdrawAddress(address)).toEqual({ withdrawAddress: address });
    expect((await distribution.validatorSlashes(operator, 1, 100)).slashes).toEqual([]);
    expect((await distribution.params()).params?.communityTax).toBe(String(ONE / 50n));

    const params = await mint.params();
    expect([params.mintDenom, params.blocksPerYear, params.goalBonded.toString()]).toEqual([
      "uscrt",
      6_311_520n,
      "0.67",
    ]);
    const inflation = (await mint.inflation()).toFloatApproximation();
    expect(inflation).toBeCloseTo(0.13, 5);
    // Of 5 * 10^18 uscrt.
    expect((await mint.annualProvisions()).toFloatApproximation() / (5e18 * inflation)).toBeCloseTo(1, 3);
    expect((await query.gov.params("voting")).votingParams?.votingPeriod).toMatchObject({ seconds: 90n });
  });
});
