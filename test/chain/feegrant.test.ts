// SPDX-License-Identifier: Apache-2.0
/** Accounts that pay the fees of others: limits, periods, allowed messages, expiration, genesis. */
import { create } from "@bufbuild/protobuf";
import { packAny } from "@sotto/codec";
import { type Account, account, pack, succeeded } from "@sotto/contract-test/parts";
import { MsgMultiSendSchema, MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import {
  AllowedMsgAllowanceSchema,
  BasicAllowanceSchema,
  MsgGrantAllowanceSchema,
  MsgPruneAllowancesSchema,
  MsgRevokeAllowanceSchema,
  PeriodicAllowanceSchema,
  Query,
} from "@sotto/proto/cosmos.feegrant.v1beta1";
import { afterEach, expect, it } from "vitest";
import { exportedGenesis } from "../support/exported.ts";
import { a, b, c, TestChain } from "../support/testChain.ts";

const open: TestChain[] = [];
const start = (appState?: ReadonlyMap<string, string>): TestChain => {
  const chain = new TestChain({ ...(appState && { appState }) });
  open.push(chain);
  return chain;
};
afterEach(() => {
  for (const chain of open.splice(0)) {
    expect(chain.queries.brokenInvariants()).toEqual([]);
    chain.close();
  }
});

const FEE = 1000n;
const coins = (amount: bigint) => [{ denom: "uscrt", amount: String(amount) }];
const inSeconds = (chain: TestChain, seconds: number) => ({
  seconds: BigInt(chain.maker.make([]).time / 1_000_000_000n) + BigInt(seconds),
  nanos: 0,
});
const basic = (spendLimit: bigint, expiration?: { seconds: bigint; nanos: number }) =>
  packAny(
    BasicAllowanceSchema,
    create(BasicAllowanceSchema, { spendLimit: coins(spendLimit), ...(expiration && { expiration }) }),
  );
const grant = (from: Account, to: string, allowance: ReturnType<typeof basic>) =>
  pack(MsgGrantAllowanceSchema, { granter: from.address, grantee: to, allowance });
const revoke = (from: Account, to: Account) =>
  pack(MsgRevokeAllowanceSchema, { granter: from.address, grantee: to.address });
const send = pack(MsgSendSchema, { fromAddress: b.address, toAddress: c.address, amount: coins(1n) });
/** A send by `b`, whose fee `a` pays. */
const granted = (chain: TestChain, message = send) => chain.run(b, message, { granter: a.address });

it("pays from the granter until the limit is used, and then is gone", () => {
  const chain = start();
  succeeded(chain.run(a, grant(a, b.address, basic(2n * FEE))));
  const [payer, sender] = [chain.balance(a.address), chain.balance(b.address)];
  const used = granted(chain);
  succeeded(used);
  expect(used.events.map(({ type }) => type).slice(0, 2)).toEqual(["use_feegrant", "update_feegrant"]);
  expect([chain.balance(a.address), chain.balance(b.address)]).toEqual([payer - FEE, sender - 1n]);
  const last = granted(chain);
  succeeded(last);
  expect(last.events.map(({ type }) => type).slice(0, 2)).toEqual(["revoke_feegrant", "use_feegrant"]);
  expect(granted(chain)).toMatchObject({ codespace: "sdk", code: 38 });
  expect(granted(chain).log).toContain(`${a.address} does not allow to pay fees for ${b.address}: fee-grant not found`);
  expect(chain.balance(a.address)).toBe(payer - 2n * FEE);
});

it("refuses a fee above the limit, and messages that it does not allow", () => {
  const chain = start();
  succeeded(chain.run(a, grant(a, b.address, basic(FEE - 1n))));
  expect(granted(chain)).toMatchObject({ codespace: "feegrant", code: 2 });
  succeeded(chain.run(a, revoke(a, b)));
  const allowance = basic(5n * FEE);
  const only = create(AllowedMsgAllowanceSchema, { allowance, allowedMessages: [MULTI_SEND] });
  succeeded(chain.run(a, grant(a, b.address, packAny(AllowedMsgAllowanceSchema, only))));
  expect(granted(chain)).toMatchObject({ codespace: "feegrant", code: 7 });
  const inputs = [{ address: b.address, coins: coins(1n) }];
  const many = pack(MsgMultiSendSchema, { inputs, outputs: [{ address: c.address, coins: coins(1n) }] });
  succeeded(granted(chain, many));
});
const MULTI_SEND = "/cosmos.bank.v1beta1.MsgMultiSend";

it("renews a period's limit", () => {
  const chain = start();
  const periodic = create(PeriodicAllowanceSchema, {
    basic: { spendLimit: coins(10n * FEE) },
    period: { seconds: 4n, nanos: 0 },
    periodSpendLimit: coins(FEE),
    periodCanSpend: coins(FEE),
    periodReset: inSeconds(chain, 4),
  });
  succeeded(chain.run(a, grant(a, b.address, packAny(PeriodicAllowanceSchema, periodic))));
  succeeded(granted(chain));
  expect(granted(chain)).toMatchObject({ codespace: "feegrant", code: 2 });
  while (chain.store.version < 6) chain.block();
  succeeded(granted(chain));
});

it("expires: the first use after the end meets it, the block's end removes it", () => {
  const chain = start();
  succeeded(chain.run(a, grant(a, b.address, basic(10n * FEE, inSeconds(chain, 2)))));
  chain.block();
  expect(chain.ask(Query.method.allowances, { grantee: b.address }).allowances).toHaveLength(1);
  chain.block();
  expect(chain.ask(Query.method.allowances, { grantee: b.address }).allowances).toHaveLength(0);
  expect(chain.run(a, grant(a, b.address, basic(FEE, { seconds: 5n, nanos: 0 })))).toMatchObject({
    codespace: "sdk",
    code: 18,
    log: "failed to execute message; message index: 0: expiration is before current block time: invalid request",
  });
  succeeded(chain.run(c, pack(MsgPruneAllowancesSchema, { pruner: c.address })));
});

it("a revoked allowance takes a later one of the pair with it at its end, as in the reference", () => {
  const chain = start();
  succeeded(chain.run(a, grant(a, b.address, basic(10n * FEE, inSeconds(chain, 4)))));
  succeeded(chain.run(a, revoke(a, b)));
  succeeded(chain.run(a, grant(a, b.address, basic(10n * FEE))));
  while (chain.store.version < 7) chain.block();
  expect(chain.ask(Query.method.allowancesByGranter, { granter: a.address }).allowances).toHaveLength(0);
});

it.each<[string, ReturnType<typeof pack>, string, number]>([
  ["itself", grant(a, a.address, basic(1n)), "sdk", 7],
  ["no limit", pack(MsgGrantAllowanceSchema, { granter: a.address, grantee: b.address }), "feegrant", 5],
  ["a limit of zero", grant(a, b.address, basic(0n)), "sdk", 10],
  ["a negative time", grant(a, b.address, basic(1n, { seconds: -5n, nanos: 0 })), "feegrant", 4],
  [
    "an empty period",
    grant(a, b.address, packAny(PeriodicAllowanceSchema, create(PeriodicAllowanceSchema))),
    "sdk",
    10,
  ],
  [
    "no messages",
    grant(
      a,
      b.address,
      packAny(AllowedMsgAllowanceSchema, create(AllowedMsgAllowanceSchema, { allowance: basic(1n) })),
    ),
    "feegrant",
    6,
  ],
  ["nothing to revoke", revoke(a, b), "sdk", 38],
])("is refused: %s", (_what, message, codespace, code) => {
  expect(start().run(a, message)).toMatchObject({ codespace, code });
});

it("creates the account of a grantee, once a pair, and goes both ways through the genesis", () => {
  const chain = start();
  const stranger = account("stranger");
  succeeded(chain.run(a, grant(a, stranger.address, basic(5n, inSeconds(chain, 500)))));
  expect(chain.base(stranger.address).accountNumber).toBeGreaterThan(0n);
  expect(chain.run(a, grant(a, stranger.address, basic(5n)))).toMatchObject({ codespace: "sdk", code: 18 });
  const exported = exportedGenesis(chain.queries);
  const again = start(exported);
  expect(exportedGenesis(again.queries).get("feegrant")).toBe(exported.get("feegrant"));
  const { allowance } = again.ask(Query.method.allowance, { granter: a.address, grantee: stranger.address });
  expect(allowance?.grantee).toBe(stranger.address);
  const bad = exported.get("feegrant")?.replace(/"amount": ?"5"/, '"amount":"-5"') ?? "";
  expect(() => start(new Map([...exported, ["feegrant", bad]]))).toThrow("genesis of feegrant, allowances[0]");
});
