// SPDX-License-Identifier: Apache-2.0
/**
 * A new module is added to the chain with a folder, a line in the list and its positions in the
 * orders. All features work.
 */
import { type DescMethod, type Message, toJson } from "@bufbuild/protobuf";
import { formatAddress, moduleAddress } from "@sotto/address";
import type { ChainDefinition } from "@sotto/app";
import { decode } from "@sotto/codec";
import { type Packed, pack } from "@sotto/contract-test/parts";
import { InvariantBroken } from "@sotto/errors";
import {
  accountsOf,
  assemble,
  Branch,
  createCtx,
  defineModule,
  GasMeter,
  hooks,
  type Modules,
  NO_LIMIT,
  type Orders,
  storesOf,
  type TxResult,
  versionsOf,
} from "@sotto/kernel";
import { mustCoins } from "@sotto/math/coins";
import { Query as AuthQuery, ModuleAccountSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { TxMsgDataSchema } from "@sotto/proto/cosmos.base.abci.v1beta1";
import { MsgTransferSchema } from "@sotto/proto/ibc.applications.transfer.v1";
import { chainTypes } from "@sotto/tx";
import type { Minter } from "@sotto/x-bank";
import { afterAll, describe, expect, test } from "vitest";
import { Simulation } from "../sim/simulation.ts";
import { GENESIS_TIME } from "../support/blockMaker.ts";
import { exportedGenesis } from "../support/exported.ts";
import { seedOf } from "../support/seed.ts";
import { a, b, TestChain } from "../support/testChain.ts";
import { counterChain } from "./counter/chain.ts";
import { DENOM, state } from "./counter/keeper.ts";
import { counter } from "./counter/module.ts";
import { messageOf, methodOf } from "./counter/types.ts";

const open: TestChain[] = [];
function start(appState?: ReadonlyMap<string, string>): TestChain {
  const chain = new TestChain({ definition: counterChain, ...(appState === undefined ? {} : { appState }) });
  open.push(chain);
  return chain;
}
afterAll(() => {
  for (const chain of open) chain.close();
});

const message = (name: string, fields: Record<string, unknown>) =>
  pack(messageOf(name), { sender: a.address, ...fields });
const add = (amount: bigint) => message("MsgAdd", { amount });
const ask = (chain: TestChain, method: DescMethod) => chain.ask(method, {}) as Message & Record<string, unknown>;
const value = (chain: TestChain) => ask(chain, methodOf("Query", "Value"))["value"];
const due = (chain: TestChain) => (ask(chain, methodOf("DueQuery", "Due"))["due"] as readonly unknown[]).length;

describe("a module in a new folder", () => {
  test("has its messages checked, run and simulated", () => {
    const chain = start();
    expect(value(chain)).toBe(7n);
    const result = chain.run(a, add(5n));
    expect(result).toMatchObject({ code: 0 });
    const [response] = decode(TxMsgDataSchema, result.data).msgResponses;
    expect(response?.typeUrl).toBe("/sotto.test.counter.MsgAddResponse");
    expect(
      toJson(messageOf("MsgAddResponse"), decode(messageOf("MsgAddResponse"), response?.value as Uint8Array)),
    ).toEqual({
      value: "12",
    });
    expect(result.events.map(({ type }) => type)).toContain("coinbase");
    expect(value(chain)).toBe(12n);
    expect(chain.check.check(chain.tx(a, [add(0n)]), "check")).toMatchObject({
      code: 18,
      log: "nothing to add: invalid request",
    });
    expect(chain.queries.simulate(chain.tx(a, [add(1n)]))).toMatchObject({ code: 0 });
    expect(value(chain)).toBe(12n);
  });

  test("mints with the permission of its account", () => {
    const chain = start();
    chain.run(a, add(5n));
    expect(chain.balance(a.address, DENOM)).toBe(5n);
    const { account } = chain.ask(AuthQuery.method.moduleAccountByName, { name: "counter" });
    expect(decode(ModuleAccountSchema, account?.value as Uint8Array)).toMatchObject({
      name: "counter",
      permissions: ["minter"],
    });
    expect(chain.queries.brokenInvariants()).toEqual([]);
  });

  test("turns a fault of the math library into a failed transaction, and the chain continues", () => {
    const chain = start();
    const failed = { codespace: "undefined", code: 111_222, log: "recovered: division by zero: panic" };
    const divide = message("MsgDivide", { by: 0n });
    expect(chain.run(a, divide)).toMatchObject(failed);
    expect(chain.queries.simulate(chain.tx(a, [divide]))).toMatchObject(failed);
    expect(chain.run(a, message("MsgDivide", { by: 2n }))).toMatchObject({ code: 0 });
  });

  test("runs messages for its account, with their events, answers and failures", () => {
    const chain = start();
    const own = formatAddress(moduleAddress("counter"));
    const run = (...messages: readonly Packed[]) => chain.run(a, message("MsgRun", { messages }));
    const send = (from: string, amount: string) =>
      pack(MsgSendSchema, { fromAddress: from, toAddress: b.address, amount: [{ denom: DENOM, amount }] });
    const addTo = (sender: string, amount: bigint) => pack(messageOf("MsgAdd"), { sender, amount });
    expect(run(addTo(own, 5n))).toMatchObject({ code: 0 });

    const ran = run(send(own, "2"), addTo(own, 1n));
    expect(ran).toMatchObject({ code: 0 });
    expect([chain.balance(b.address, DENOM), chain.balance(own, DENOM), value(chain)]).toEqual([2n, 4n, 13n]);
    const events = ran.events.filter(({ attributes }) => attributes.some(([key]) => key === "counter_index"));
    expect(events.map(({ type }) => type)).toEqual([
      ...["coin_spent", "coin_received", "transfer", "message"],
      ...["coin_received", "coinbase", "coin_spent", "coin_received", "transfer", "message"],
    ]);
    const [response] = decode(TxMsgDataSchema, ran.data).msgResponses;
    const answers = decode(messageOf("MsgRunResponse"), response?.value as Uint8Array) as unknown as {
      responses: Uint8Array[];
    };
    expect(answers.responses.map((bytes) => [...bytes])).toEqual([[], [8, 13]]);

    const at = "failed to execute message; message index: 0: ";
    const refused = (result: TxResult, codespace: string, code: number, log: string) => {
      expect(result).toMatchObject({ codespace, code, log });
      expect([chain.balance(b.address, DENOM), value(chain)]).toEqual([2n, 13n]);
    };
    const foreign = run(send(own, "1"), send(a.address, "1"));
    refused(foreign, "sdk", 4, `${at}/cosmos.bank.v1beta1.MsgSend must be signed by another account: unauthorized`);
    refused(run(send(own, "1"), addTo(own, 0n)), "sdk", 18, `${at}nothing to add: invalid request`);
    refused(run(send(own, "9")), "sdk", 5, `${at}spendable balance 4utick is smaller than 9utick: insufficient funds`);
    const transfer = pack(MsgTransferSchema, { sender: own });
    const unrouted = "no message handler found for /ibc.applications.transfer.v1.MsgTransfer";
    refused(run(transfer), "sdk", 6, `${at}${unrouted}: unknown request`);
    const odd = { ...send(own, "1"), value: Uint8Array.of(0x48, 1) };
    expect(run(odd)).toMatchObject({ codespace: "sdk", code: 2, log: expect.stringContaining("MsgSend") });
    expect(value(chain)).toBe(13n);
  });

  test("has hooks at the begin and at the end of each block", () => {
    const chain = start();
    expect(chain.run(a, message("MsgAddLater", { amount: 3n, seconds: 2n }))).toMatchObject({ code: 0 });
    expect(due(chain)).toBe(1);
    const counting = chain.block().events.filter(({ type }) => type === "counting");
    expect(counting).toEqual([
      {
        type: "counting",
        attributes: [
          ["height", String(chain.maker.height)],
          ["mode", "BeginBlock"],
        ],
      },
    ]);
    expect([value(chain), due(chain)]).toEqual([7n, 1]);
    const ended = chain.block().events.filter(({ attributes }) => attributes.at(-1)?.[1] === "EndBlock");
    expect(ended.map(({ type }) => type)).toContain("coinbase");
    expect([value(chain), due(chain)]).toEqual([10n, 0]);
  });

  test("calls the hooks of another module", () => {
    const chain = start();
    chain.run(a, add(5n));
    chain.run(a, add(6n));
    expect(chain.store.snapshot().store("watcher").get(Uint8Array.of(1))?.at(-1)).toBe(2);
  });

  test("is exported into a genesis file and imported from it", () => {
    const chain = start();
    chain.run(a, add(5n));
    chain.run(a, message("MsgAddLater", { amount: 3n, seconds: 2000n }));
    const file = exportedGenesis(chain.queries);
    expect([[...file.keys()].at(-1), [...file.keys()].at(0)]).toEqual(["counter", "auth"]);
    const again = start(file);
    expect([value(again), due(again)]).toEqual([12n, 1]);
    expect(exportedGenesis(again.queries).get("counter")).toBe(file.get("counter"));
  });

  test("has its state migrated to its consensus version", () => {
    const chain = start();
    const branch = new Branch(chain.store.snapshot());
    const block = { chainId: chain.chainId, height: 2, time: GENESIS_TIME };
    const ctx = createCtx({ mode: "deliver", block, gas: new GasMeter(NO_LIMIT), branch });
    const assembly = assembled(counterChain.modules, counterChain.orders);
    assembly.migrate(ctx, "counter", 1);
    expect(state.value.get(ctx)).toBe(3n);
    assembly.migrate(ctx, "counter", 2);
    expect(state.value.get(ctx)).toBe(3n);
    expect(() => assembly.migrate(ctx, "counter", 0)).toThrow("module counter has no migration from version 0");
    expect(versionsOf(counterChain.modules).get("counter")).toBe(2);
  });
});

describe("the simulation of a chain with an unknown module", () => {
  const seed = seedOf("test/frame");
  /** These seeds are fixed, because the reached operations and faults depend on the seed. */
  const REACHING = 1;
  const run = async (definition: ChainDefinition, of = REACHING) => {
    const simulation = await Simulation.run({ seed: of, blocks: 40, definition, modules: ["bank", "counter"] });
    simulation.close();
    return simulation;
  };

  test(`breaks no invariant (seed ${seed})`, async () => {
    expect((await run(counterChain, seed)).problems).toEqual([]);
  });

  test("reaches its operations", async () => {
    const { problems, counts } = await run(counterChain);
    expect(problems).toEqual([]);
    for (const name of ["add", "add-later", "divide"])
      expect(counts.done.get(`counter/${name}`), name).toBeGreaterThan(0);
    expect(counts.done.get("bank/send-little")).toBeGreaterThan(0);
  });

  test("finds by the module's invariant that it omits due additions", async () => {
    const forgetful = { ...counter, endBlock: () => undefined };
    const { problems } = await run({ ...counterChain, modules: { ...counterChain.modules, counter: forgetful } });
    expect(problems).toEqual([expect.stringMatching(/^block \d+: counter\/queue: a due addition was not done$/)]);
  });

  test("finds coins without a mint", async () => {
    const { problems } = await run({ ...counterChain, keepers: generous });
    expect(problems.join("\n")).toMatch(/^block \d+: bank\/total-supply: balances of utick add up to/);
  });
});

/** Keepers of a counter that pays a sender one tick more than it mints. */
const generous: ChainDefinition["keepers"] = (options, all, router, upgrades) => {
  const network = counterChain.keepers(options, all, router, upgrades);
  const minter = network.bank.minter("counter");
  const noHooks = hooks<never>();
  noHooks.set([]);
  const mint: Minter["mint"] = (ctx, coins) => {
    minter.mint(ctx, coins);
    network.bank.add(ctx, minter.address, mustCoins([{ denom: DENOM, amount: 1n }]));
  };
  return { ...network, counter: counter.keeper({ minter: { ...minter, mint }, hooks: noHooks, router }) };
};

/** The modules with keepers over a router that must not be used. */
function assembled(modules: Modules, orders: Orders) {
  const noHooks = hooks<never>();
  noHooks.set([]);
  const noRouter = () => {
    throw new InvariantBroken("nothing is routed here");
  };
  const minter = { address: new Uint8Array(20), collect() {}, pay() {}, payModule() {}, mint() {} };
  const keepers = { ...modules, counter: counter.keeper({ minter, hooks: noHooks, router: noRouter }) };
  return assemble(modules, keepers, orders, { types: chainTypes, assertExecutable: () => {} });
}

describe("a chain is not created", () => {
  const { modules } = counterChain;

  test("from modules that own the same store or account", () => {
    const twin = defineModule({ name: "twin", version: 1, stores: ["counter"], keeper: () => ({}) });
    expect(() => storesOf({ ...modules, twin })).toThrow("two modules own one store");
    const thief = defineModule({ name: "thief", version: 1, accounts: { counter: [] }, keeper: () => ({}) });
    expect(() => accountsOf({ ...modules, thief })).toThrow("module thief owns the account counter of another module");
  });

  test("when a module with a hook is not in the order, or the order names an unknown module", () => {
    const only = { counter };
    const turns: Orders = { preBlock: [], beginBlock: ["counter"], endBlock: ["counter"], initGenesis: ["counter"] };
    for (const turn of ["beginBlock", "endBlock", "initGenesis"] as const) {
      expect(() => assembled(only, { ...turns, [turn]: [] })).toThrow(
        `module counter has something to do in ${turn} and is not in its order`,
      );
    }
    expect(() => assembled(only, { ...turns, preBlock: ["mint"] })).toThrow(
      "the order preBlock names mint, which is not a module of this chain",
    );
    expect(() => assembled(only, { ...turns, endBlock: ["counter", "counter"] })).toThrow(
      "a module is twice in the order endBlock",
    );
  });

  test("when a module mints without the permission", () => {
    const poor = { ...modules, counter: { ...counter, accounts: { counter: [] } } };
    expect(() => new TestChain({ definition: { ...counterChain, modules: poor } })).toThrow(
      "module account counter does not have the permission minter",
    );
  });

  test("with hooks that were not set, or set twice", () => {
    const list = hooks<string>();
    expect(() => list.all).toThrow(InvariantBroken);
    list.set(["one"]);
    expect(list.all).toEqual(["one"]);
    expect(() => list.set([])).toThrow(InvariantBroken);
  });
});
