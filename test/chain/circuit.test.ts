// SPDX-License-Identifier: Apache-2.0
/**
 * Messages that the genesis disabled, and the gas of the chain's own accesses around a contract
 * message.
 */
import { fromUtf8, toHex } from "@sotto/bytes";
import { type Account, pack, succeeded } from "@sotto/contract-test/parts";
import { MsgMultiSendSchema, MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import {
  MsgAuthorizeCircuitBreakerSchema,
  MsgResetCircuitBreakerSchema,
  MsgTripCircuitBreakerSchema,
  Query,
} from "@sotto/proto/cosmos.circuit.v1";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { deploy, instantiate } from "../support/contract.ts";
import { exportedGenesis } from "../support/exported.ts";
import { a, b, c, d, genesisState, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";
import { traceCharges } from "./chargeTrace.ts";

const SEND = "/cosmos.bank.v1beta1.MsgSend";
const MULTI_SEND = "/cosmos.bank.v1beta1.MsgMultiSend";
const EXECUTE = "/secret.compute.v1beta1.MsgExecuteContract";
const amount = [{ denom: "uscrt", amount: "5" }];

describe("a disabled message", () => {
  const chain = new TestChain({ disabledTypes: [SEND] });
  afterAll(() => chain.close());

  it("is refused by the ante chain, and no fee is paid", () => {
    const before = chain.balance(a.address);
    const send = pack(MsgSendSchema, { fromAddress: a.address, toAddress: b.address, amount });
    const refused = { code: 1, codespace: "undefined", log: "tx type not allowed" };
    expect(chain.run(a, send)).toMatchObject(refused);
    expect(chain.check.check(chain.tx(a, [send]), "check")).toMatchObject(refused);
    expect(chain.balance(a.address)).toBe(before);
  });

  it("does not affect other messages", () => {
    const coins = amount;
    const inputs = [{ address: a.address, coins }];
    const many = pack(MsgMultiSendSchema, { inputs, outputs: [{ address: b.address, coins }] });
    succeeded(chain.run(a, many));
  });

  it("does not run when a contract sends it either", () => {
    const probe = deploy(chain, wasm.v1);
    probe.execute({ noop: {} }, { funds: amount });
    const { result } = probe.try({ send: { to: b.address, amount, sub: null } });
    expect(result).toMatchObject({ code: 1, codespace: "undefined" });
    expect(result.log).toBe(
      `failed to execute message; message index: 0: dispatch: submessages: circuit breaker disables execution of this message: ${SEND}`,
    );
  });
});

describe("the breaker's own messages", () => {
  const level = { some: 1, all: 2 } as const;
  const state = new Map([
    ...genesisState(),
    [
      "circuit",
      JSON.stringify({ account_permissions: [{ address: a.address, permissions: { level: "LEVEL_SUPER_ADMIN" } }] }),
    ],
  ]);
  const chain = new TestChain({ appState: state });
  afterAll(() => chain.close());

  const authorize = (
    granter: Account,
    grantee: string,
    permissions?: { level: 0 | 1 | 2 | 3; limitTypeUrls?: string[] },
  ) =>
    chain.run(
      granter,
      pack(MsgAuthorizeCircuitBreakerSchema, {
        granter: granter.address,
        grantee,
        ...(permissions && { permissions }),
      }),
    );
  const trip = (by: Account, ...msgTypeUrls: string[]) =>
    chain.run(by, pack(MsgTripCircuitBreakerSchema, { authority: by.address, msgTypeUrls }));
  const reset = (by: Account, ...msgTypeUrls: string[]) =>
    chain.run(by, pack(MsgResetCircuitBreakerSchema, { authority: by.address, msgTypeUrls }));
  const refused = (text: string, codespace = "sdk", code = 4) => ({
    ...{ codespace, code },
    log: `failed to execute message; message index: 0: ${text}`,
  });
  const disabled = () => chain.ask(Query.method.disabledList, {}).disabledList;

  it("are for accounts with permission", () => {
    expect(authorize(b, c.address, { level: level.all })).toMatchObject(
      refused("only super admins can authorize users: unauthorized"),
    );
    expect(trip(b, SEND)).toMatchObject(
      refused("account does not have permission to trip circuit breaker: unauthorized"),
    );
    expect(authorize(a, b.address)).toMatchObject(refused("permissions cannot be nil: invalid request", "sdk", 18));
    expect(authorize(a, "secret1nobody", { level: level.all })).toMatchObject(
      refused("decoding bech32 failed: invalid character not part of charset: 111", "undefined", 1),
    );
    const granted = authorize(a, b.address, { level: level.some, limitTypeUrls: [MULTI_SEND] });
    expect(granted.events.find(({ type }) => type === "authorize_circuit_breaker")?.attributes).toContainEqual([
      "permission",
      `level:LEVEL_SOME_MSGS limit_type_urls:"${MULTI_SEND}" `,
    ]);
    succeeded(authorize(a, c.address, { level: level.all }));
    expect(chain.ask(Query.method.accounts, {}).accounts).toHaveLength(3);
    expect(() => chain.ask(Query.method.account, { address: d.address })).toThrow(
      "collections: not found: key 'hexBytes:",
    );
  });

  it("disable and enable types, one after the other, all or none", () => {
    succeeded(trip(b, MULTI_SEND));
    expect(trip(b, SEND)).toMatchObject(
      refused(`account does not have permission to trip circuit breaker for message ${SEND}: unauthorized`),
    );
    expect(trip(c, SEND, MULTI_SEND)).toMatchObject(
      refused(`message ${MULTI_SEND} is already disabled`, "undefined", 1),
    );
    expect(disabled()).toEqual([MULTI_SEND]);
    succeeded(trip(c, SEND));
    expect(disabled()).toEqual([MULTI_SEND, SEND]);
    succeeded(reset(a, SEND, MULTI_SEND));
    expect(reset(a, SEND)).toMatchObject(refused(`message ${SEND} is not disabled`, "undefined", 1));
    expect(disabled()).toEqual([]);
  });

  it("are in the genesis, both ways", () => {
    succeeded(trip(a, SEND));
    const exported = exportedGenesis(chain.queries);
    const again = new TestChain({ appState: exported });
    onTestFinished(() => again.close());
    expect(exportedGenesis(again.queries).get("circuit")).toBe(exported.get("circuit"));
    const bad = (part: unknown) => () =>
      new TestChain({ appState: new Map([...state, ["circuit", JSON.stringify({ account_permissions: [part] })]]) });
    expect(bad({ address: a.address })).toThrow("genesis of circuit, account_permissions[0]");
    expect(bad({ address: a.address, permissions: { level: 9 } })).toThrow("a level from 0 to 3");
  });
});

it("a contract's message reads the circuit breaker as often as in the reference, and the account of its sender", () => {
  const chain = new TestChain();
  onTestFinished(() => chain.close());
  const parent = deploy(chain, wasm.v1);
  const child = instantiate(chain, parent.codeId, wasm.v1, { ops: [] });
  const trace = traceCharges();
  const call = { contract: child.address, code_hash: child.codeHash, msg: JSON.stringify({ noop: {} }), funds: [] };
  parent.execute({ batch: { ops: [{ call }] } });
  const lines = trace.take().at(-1) ?? [];
  // The ante chain, the router, and the router again for the contract's own message.
  const asked = `100 has 02${toHex(fromUtf8(EXECUTE))}`;
  expect(lines.filter((line) => line === asked).length).toBe(3);
  // Only the transaction's own message has a signature, so only its sender's account is read,
  // before the contract is looked up.
  const account = new RegExp(`^[0-9]+ get 01${toHex(a.raw)}$`);
  const loads = lines.flatMap((line, i) => (line.startsWith("20000 Loading") ? [i] : []));
  expect(loads.map((i) => account.test(lines[i + 1] ?? ""))).toEqual([true, false]);
});
