// SPDX-License-Identifier: Apache-2.0
/** Messages in the name of other accounts: grants, their limits, execution, expiration, genesis. */
import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { packAny } from "@sotto/codec";
import { type Account, account, pack, succeeded } from "@sotto/contract-test/parts";
import {
  GenericAuthorizationSchema,
  MsgExecSchema,
  MsgGrantSchema,
  MsgRevokeSchema,
  Query,
} from "@sotto/proto/cosmos.authz.v1beta1";
import { MsgMultiSendSchema, MsgSendSchema, SendAuthorizationSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { MsgTripCircuitBreakerSchema } from "@sotto/proto/cosmos.circuit.v1";
import { StakeAuthorizationSchema } from "@sotto/proto/cosmos.staking.v1beta1";
import { afterEach, expect, it } from "vitest";
import { exportedGenesis } from "../support/exported.ts";
import { a, b, c, genesisState, TestChain } from "../support/testChain.ts";

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

const SEND = `/${MsgSendSchema.typeName}`;
const coins = (amount: number) => [{ denom: "uscrt", amount: String(amount) }];
const any = <D extends DescMessage>(schema: D, init: MessageInitShape<D>) => packAny(schema, create(schema, init));
const generic = (msg: string) => any(GenericAuthorizationSchema, { msg });
const limited = (amount: number, allowList: string[] = []) =>
  any(SendAuthorizationSchema, { spendLimit: coins(amount), allowList });
const after = (chain: TestChain, seconds: number) => ({
  seconds: chain.maker.make([]).time / 1_000_000_000n + BigInt(seconds),
  nanos: 0,
});
const grant = (from: Account, to: string, authorization?: ReturnType<typeof any>, expiration?: { seconds: bigint }) =>
  pack(MsgGrantSchema, {
    granter: from.address,
    grantee: to,
    grant: { ...(authorization && { authorization }), ...(expiration && { expiration: { ...expiration, nanos: 0 } }) },
  });
const revoke = (from: Account, to: Account, msgTypeUrl = SEND) =>
  pack(MsgRevokeSchema, { granter: from.address, grantee: to.address, msgTypeUrl });
const exec = (by: Account, ...msgs: ReturnType<typeof any>[]) => pack(MsgExecSchema, { grantee: by.address, msgs });
const send = (from: Account, amount: number, to: Account = c) =>
  any(MsgSendSchema, { fromAddress: from.address, toAddress: to.address, amount: coins(amount) });
const grantsOf = (chain: TestChain) =>
  chain
    .ask(Query.method.granterGrants, { granter: a.address })
    .grants.map(({ authorization }) => authorization?.typeUrl);

it("executes what is granted, up to the limit, and then the grant is gone", () => {
  const chain = start();
  succeeded(chain.run(a, grant(a, b.address, limited(5, [c.address]))));
  const before = chain.balance(c.address);
  const result = chain.run(b, exec(b, send(a, 2), send(a, 1)));
  succeeded(result);
  expect(chain.balance(c.address)).toBe(before + 3n);
  const transfers = result.events.filter(({ type }) => type === "transfer").slice(-2);
  expect(transfers.map(({ attributes }) => attributes.slice(-2))).toEqual([
    [
      ["authz_msg_index", "0"],
      ["msg_index", "0"],
    ],
    [
      ["authz_msg_index", "1"],
      ["msg_index", "0"],
    ],
  ]);
  expect(chain.run(b, exec(b, send(a, 3)))).toMatchObject({ codespace: "sdk", code: 5 });
  expect(chain.run(b, exec(b, send(a, 1, b)))).toMatchObject({ codespace: "sdk", code: 4 });
  succeeded(chain.run(b, exec(b, send(a, 2))));
  expect(grantsOf(chain)).toEqual([]);
  expect(chain.run(b, exec(b, send(a, 1)))).toMatchObject({
    codespace: "authz",
    code: 2,
    log: `failed to execute message; message index: 0: failed to get grant with given granter: ${a.address}, grantee: ${b.address} & msgType: ${SEND} : authorization not found`,
  });
});

it("executes all messages of an execution, or none, and one's own without a grant", () => {
  const chain = start();
  succeeded(chain.run(a, grant(a, b.address, limited(5))));
  const before = chain.balance(c.address);
  expect(chain.run(b, exec(b, send(a, 2), send(a, 4))).code).toBe(5);
  expect(chain.balance(c.address)).toBe(before);
  succeeded(chain.run(b, exec(b, send(b, 7))));
  succeeded(chain.run(b, exec(b, any(MsgExecSchema, { grantee: b.address, msgs: [send(a, 5)] }))));
  expect(chain.balance(c.address)).toBe(before + 12n);
  const nested = any(MsgExecSchema, { grantee: b.address, msgs: [send(b, 1)] });
  expect(chain.run(c, exec(c, nested))).toMatchObject({ codespace: "authz", code: 2 });
});

it("replaces a grant, and removes it by a message or at its end", () => {
  const chain = start();
  succeeded(chain.run(a, grant(a, b.address, generic(SEND), after(chain, 5))));
  succeeded(chain.run(a, grant(a, b.address, limited(9), after(chain, 3))));
  expect(grantsOf(chain)).toEqual([`/${SendAuthorizationSchema.typeName}`]);
  while (chain.store.version < 5) chain.block();
  expect(grantsOf(chain)).toHaveLength(1);
  chain.block();
  expect(grantsOf(chain)).toEqual([]);
  succeeded(chain.run(a, grant(a, b.address, generic(SEND), after(chain, 50))));
  succeeded(chain.run(a, grant(a, b.address, generic(`/${MsgMultiSendSchema.typeName}`), after(chain, 49))));
  succeeded(chain.run(a, revoke(a, b)));
  expect(chain.run(a, revoke(a, b))).toMatchObject({ codespace: "authz", code: 2 });
  expect(chain.ask(Query.method.granteeGrants, { grantee: b.address }).grants).toHaveLength(1);
  expect(chain.ask(Query.method.grants, { granter: a.address, grantee: b.address }).grants).toHaveLength(1);
  expect(() => chain.ask(Query.method.grants, { granter: a.address, grantee: b.address, msgTypeUrl: SEND })).toThrow(
    `authorization not found for ${SEND} type`,
  );
});

it("a failing message names itself, and a tripped one does not run within an execution", () => {
  const tripped = new Map([
    ...genesisState(),
    ["circuit", JSON.stringify({ account_permissions: [{ address: a.address, permissions: { level: 3 } }] })],
  ]);
  const chain = start(tripped);
  succeeded(chain.run(a, pack(MsgTripCircuitBreakerSchema, { authority: a.address, msgTypeUrls: [SEND] })));
  const text = `from_address:"${b.address}" to_address:"${c.address}" amount:<denom:"uscrt" amount:"3" > `;
  expect(chain.run(b, exec(b, send(b, 3)))).toMatchObject({
    codespace: "undefined",
    code: 1,
    log: `failed to execute message; message index: 0: failed to execute message; message ${text}: circuit breaker disables execution of this message: ${SEND}`,
  });
});

const stake = (authorizationType: 0 | 1, amount?: string) =>
  any(StakeAuthorizationSchema, {
    authorizationType,
    ...(amount === undefined ? {} : { maxTokens: { denom: "uscrt", amount } }),
  });

it.each<[string, ReturnType<typeof pack>, string, number]>([
  ["to itself", grant(a, a.address, generic(SEND)), "authz", 7],
  ["nothing", grant(a, b.address), "sdk", 29],
  ["no type", grant(a, b.address, generic("")), "undefined", 1],
  ["a type that no module handles", grant(a, b.address, generic("/none")), "sdk", 29],
  ["no limit", grant(a, b.address, any(SendAuthorizationSchema, {})), "sdk", 10],
  ["a limit of zero", grant(a, b.address, limited(0)), "sdk", 10],
  ["an address twice", grant(a, b.address, limited(1, [c.address, c.address])), "bank", 8],
  ["an unknown kind of stake", grant(a, b.address, stake(0)), "authz", 4],
  ["a negative stake", grant(a, b.address, stake(1, "-1")), "authz", 12],
  ["an end in the past", grant(a, b.address, generic(SEND), { seconds: 5n }), "authz", 3],
  ["no address", grant(a, "secret1nobody", generic(SEND)), "sdk", 7],
  ["a revocation without a type", revoke(a, b, ""), "sdk", 18],
  ["an execution of nothing", exec(a), "sdk", 18],
])("is refused: %s", (_what, message, codespace, code) => {
  expect(start().run(a, message)).toMatchObject({ codespace, code });
});

it("creates the account of a grantee, and goes both ways through the genesis without expired grants", () => {
  const chain = start();
  const stranger = account("stranger");
  succeeded(chain.run(a, grant(a, stranger.address, generic(SEND), after(chain, 500))));
  succeeded(chain.run(a, grant(a, b.address, limited(7))));
  expect(chain.base(stranger.address).accountNumber).toBeGreaterThan(0n);
  const exported = exportedGenesis(chain.queries);
  const again = start(exported);
  expect(exportedGenesis(again.queries).get("authz")).toBe(exported.get("authz"));
  const part = JSON.parse(exported.get("authz") ?? "{}");
  part.authorization[0].authorization.spend_limit = [];
  part.authorization[0].authorization["@type"] = `/${SendAuthorizationSchema.typeName}`;
  delete part.authorization[0].authorization.msg;
  const bad = new Map([...exported, ["authz", JSON.stringify(part)]]);
  expect(() => start(bad)).toThrow("genesis of authz, authorization[0]");
});
