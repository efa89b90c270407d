// SPDX-License-Identifier: Apache-2.0
/**
 * A module that begins at a height: its store, its genesis, its hooks, and the migrations of that
 * block.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatAddress, moduleAddress } from "@sotto/address";
import { type ChainDefinition, secretChain } from "@sotto/app";
import { toHex } from "@sotto/bytes";
import { pack } from "@sotto/contract-test/parts";
import { type AnyModule, defineModule, type Modules, serveMessages, versionsOf, type WriteCtx } from "@sotto/kernel";
import { multistoreRoot } from "@sotto/merkle";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { MsgUpdateParamsSchema, Msg as TransferMsg } from "@sotto/proto/ibc.applications.transfer.v1";
import { openStore } from "@sotto/store";
import { afterAll, describe, expect, test } from "vitest";
import { exportedGenesis } from "../support/exported.ts";
import { a, genesisState, TestChain } from "../support/testChain.ts";
import { counterChain } from "./counter/chain.ts";
import { messageOf, methodOf } from "./counter/types.ts";

const HEIGHT = 5;
const { counter, watcher, ...others } = counterChain.modules as Record<string, AnyModule>;
const withModules = (modules: Modules): ChainDefinition => ({ ...counterChain, modules });
const at = (module: AnyModule | undefined, name: string) =>
  ({ ...module, stores: [{ name, from: HEIGHT }] }) as AnyModule;

/** The chain with the counter from the fifth block on. */
const late = withModules({ ...others, counter: at(counter, "counter"), watcher: at(watcher, "watcher") });
/** The earlier chain, without the counter. */
const before: ChainDefinition = secretChain;

const folder = mkdtempSync(join(tmpdir(), "sotto-mounted-"));
const open: TestChain[] = [];
const start = (definition: ChainDefinition, path?: string): TestChain => {
  const chain = new TestChain({ definition, ...(path === undefined ? {} : { path }) });
  open.push(chain);
  return chain;
};
afterAll(() => {
  for (const chain of open) chain.close();
  rmSync(folder, { recursive: true, force: true });
});

const add = pack(messageOf("MsgAdd"), { sender: a.address, amount: 5n });
const value = (chain: TestChain, height = 0) =>
  (chain.ask(methodOf("Query", "Value"), {}, height) as unknown as { value: bigint }).value;
const advance = (chain: TestChain, to: number): void => {
  while (chain.store.version < to) chain.block();
};

describe("a module that begins at a height", () => {
  test("does not affect the chain before: hashes, results and events equal those of the chain without it", () => {
    const [old, chain] = [start(before), start(late)];
    while (chain.store.version < HEIGHT - 1) {
      const results = [old, chain].map((each) => each.block(each.tx(a, [add])));
      expect(results[0]?.txResults[0]).toMatchObject({ codespace: "sdk", code: 2, gasUsed: 0n });
      expect(results[1]?.txResults.map(({ code, gasUsed }) => [code, gasUsed])).toEqual([[2, 0n]]);
      expect(results[1]?.events).toEqual(results[0]?.events);
      expect(toHex(chain.store.appHash)).toBe(toHex(old.store.appHash));
    }
    expect(chain.check.check(chain.tx(a, [add]), "check")).toMatchObject({ code: 2 });
    expect(exportedGenesis(chain.queries).has("counter")).toBe(false);
    expect([...versionsOf(late.modules, HEIGHT - 1).keys()]).not.toContain("counter");
    expect(versionsOf(late.modules, HEIGHT).get("counter")).toBe(2);
  });

  test("has its store with its default genesis, its hooks and its messages from that block on", () => {
    const chain = start(late);
    advance(chain, HEIGHT - 1);
    const names = (height: number) => chain.store.commitInfo(height).stores.map(({ name }) => name);
    expect(names(HEIGHT - 1)).not.toContain("counter");
    const { events, txResults } = chain.block(chain.tx(a, [add]));
    expect(events.map(({ type }) => type)).toContain("counting");
    expect(txResults[0]).toMatchObject({ code: 0 });
    expect([names(HEIGHT).includes("counter"), value(chain)]).toEqual([true, 12n]);
    expect(exportedGenesis(chain.queries).get("counter")).toBe('{"value":"12","due":[]}');
    expect(chain.queries.brokenInvariants()).toEqual([]);
  });

  test("has the hash of a tree whose first version is that height", () => {
    const chain = start(late);
    advance(chain, HEIGHT);
    const { stores } = chain.store.commitInfo(HEIGHT);
    expect(toHex(chain.store.appHash)).toBe(toHex(multistoreRoot(stores)));
    // The same rows in a separate store (iavl SetInitialVersion).
    const rows = [...chain.store.snapshot().store("counter").iterate(undefined, undefined)];
    expect(rows.length).toBe(2);
    const hashOf = (initialVersion: number) => {
      const own = openStore({
        path: undefined,
        stores: ["counter"],
        pruning: { keepVersions: undefined },
        initialVersion,
      });
      own.commit(new Map([["counter", rows]]));
      const hash = toHex(own.commitInfo(initialVersion).stores[0]?.hash ?? new Uint8Array());
      own.close();
      return hash;
    };
    const mounted = toHex(stores.find(({ name }) => name === "counter")?.hash ?? new Uint8Array());
    expect([mounted === hashOf(HEIGHT), mounted === hashOf(1)]).toEqual([true, false]);
    // The watcher has no rows: an empty tree is also a leaf of the multistore.
    expect(stores.map(({ name }) => name)).toContain("watcher");
  });

  test("answers queries of earlier heights like the SDK: with the error of a missing store", () => {
    const chain = start(late);
    advance(chain, HEIGHT + 1);
    const panic = "runtime error: invalid memory address or nil pointer dereference: panic";
    expect(() => value(chain, HEIGHT - 1)).toThrow(panic);
    expect([value(chain, HEIGHT), value(chain)]).toEqual([7n, 7n]);
    const query = (path: string, height: number, prove = false) =>
      chain.queries.query({ path, data: Uint8Array.of(1), height, prove });
    expect(query("/sotto.test.counter.Query/Value", HEIGHT - 1)).toMatchObject({
      code: 111_222,
      codespace: "undefined",
    });
    expect(query("/store/counter/key", HEIGHT - 1)).toMatchObject({ code: 0, log: "version does not exist" });
    expect(query("/store/counter/key", HEIGHT - 1, true).code).not.toBe(0);
    expect(query("/store/counter/key", HEIGHT, true)).toMatchObject({ code: 0, height: HEIGHT });
  });

  test("begins in the same way when the block runs again after a kill", () => {
    const straight = start(late);
    advance(straight, HEIGHT + 1);
    const path = join(folder, "killed");
    const first = start(late, path);
    advance(first, HEIGHT - 1);
    // Executed and not committed.
    first.app.finalizeBlock(first.maker.make([]));
    first.close();
    const again = new TestChain({ definition: late, path }, first);
    open.push(again);
    expect(again.store.version).toBe(HEIGHT - 1);
    advance(again, HEIGHT + 1);
    expect(toHex(again.store.appHash)).toBe(toHex(straight.store.appHash));
    expect(again.store.commitInfo(HEIGHT)).toEqual(straight.store.commitInfo(HEIGHT));
  });

  test("is refused by a state beyond that height without its store", () => {
    const path = join(folder, "past");
    const old = start(before, path);
    advance(old, HEIGHT);
    old.close();
    expect(() => start(late, path)).toThrow(
      `version ${HEIGHT} of the state has no store counter, which is there from version ${HEIGHT}`,
    );
  });

  test("may not change the validators with its genesis", () => {
    const update = [{ pubKey: new Uint8Array(32), power: 1n }];
    const greedy = { ...at(counter, "counter"), genesis: { ...counter?.genesis, init: () => update } } as AnyModule;
    const chain = start(withModules({ ...others, counter: greedy, watcher: at(watcher, "watcher") }));
    expect(() => advance(chain, HEIGHT)).toThrow("module counter begins at height 5 and changes the validators");
  });
});

describe("a module of the reference that begins at a height", () => {
  const answer = () => ({});
  const transfer = defineModule({
    name: "transfer",
    version: 1,
    stores: [{ name: "transfer", from: HEIGHT }],
    keeper: () => ({}),
    services: [serveMessages(TransferMsg, () => ({ transfer: answer, updateParams: answer }))],
  });
  const withTransfer: ChainDefinition = {
    ...counterChain,
    modules: { ...counterChain.modules, transfer },
    keepers: (...needs) => ({ ...counterChain.keepers(...needs), transfer: {} }),
  };
  const update = (signer: string) => pack(MsgUpdateParamsSchema, { signer });
  const nested = (...messages: ReturnType<typeof pack>[]) => pack(messageOf("MsgRun"), { sender: a.address, messages });
  const own = formatAddress(moduleAddress("counter"));

  test("leaves its messages without a handler before, alone and inside of others, as in the earlier program", () => {
    const [old, chain] = [start(counterChain), start(withTransfer)];
    const text = "no message handler found for /ibc.applications.transfer.v1.MsgUpdateParams: unknown request";
    while (chain.store.version < HEIGHT - 1) {
      const results = [old, chain].map((each) =>
        each.block(each.tx(a, [update(a.address)]), each.tx(a, [nested(update(own))])),
      );
      expect(results[1]).toEqual(results[0]);
      expect(results[1]?.txResults.map(({ codespace, code }) => [codespace, code])).toEqual([
        ["sdk", 6],
        ["sdk", 6],
      ]);
      for (const { log } of results[1]?.txResults ?? []) expect(log).toContain(text);
      expect(toHex(chain.store.appHash)).toBe(toHex(old.store.appHash));
    }
    expect(chain.deliver(chain.tx(a, [update(a.address)]))).toMatchObject({ code: 0 });
    expect(chain.deliver(chain.tx(a, [nested(update(own))]))).toMatchObject({ code: 0 });
  });
});

test("a chain that gets schedules at a height has no scheduled calls before", () => {
  const cron = at((secretChain.modules as Modules)["cron"], "cron");
  const chain = start({ ...secretChain, modules: { ...secretChain.modules, cron } });
  expect(chain.app.ownTxs()).toEqual({ txs: [], gas: 0n });
  advance(chain, HEIGHT + 1);
  expect(chain.app.ownTxs()).toEqual({ txs: [], gas: 0n });
  expect(exportedGenesis(chain.queries).get("cron")).toContain('"limit":"5"');
});

describe("the account of a module that begins at a height", () => {
  test("may receive coins before that height and not from it on", () => {
    const chain = start(late);
    const send = () => {
      const toAddress = formatAddress(moduleAddress("counter"));
      const amount = [{ denom: "uscrt", amount: "1" }];
      return chain.run(a, pack(MsgSendSchema, { fromAddress: a.address, toAddress, amount })).code;
    };
    const codes: number[] = [];
    while (chain.store.version < HEIGHT + 1) codes.push(send());
    expect(codes).toEqual([0, 0, 0, 4, 4]);
  });
});

describe("a module of the first block", () => {
  test("reads its part of the genesis file once, whatever height up to the first its store declares", () => {
    let count = 0;
    const genesis = (counter as AnyModule).genesis as NonNullable<AnyModule["genesis"]>;
    const init: typeof genesis.init = (...args) => {
      count++;
      return genesis.init(...args);
    };
    const module = { ...counter, stores: [{ name: "counter", from: 1 }], genesis: { ...genesis, init } } as AnyModule;
    const definition = withModules({ ...others, counter: module, watcher: watcher as AnyModule });
    const appState = new Map([...genesisState(), ["counter", '{"value":"20"}']]);
    const path = join(folder, "first");
    const chain = new TestChain({ definition, path, appState });
    expect([count, value(chain)]).toEqual([1, 20n]);
    chain.close();
    const again = new TestChain({ definition, path }, chain);
    open.push(again);
    again.block();
    expect([count, value(again)]).toEqual([1, 20n]);
  });
});

describe("a store that a module gains later", () => {
  const plain = withModules({ ...others, counter: { ...counter, version: 1, migrations: {} }, watcher } as Modules);
  const migrated: number[] = [];
  const grown = {
    ...counter,
    stores: ["counter", { name: "counter2", from: HEIGHT }],
    migrations: {
      1: (_keeper: never, ctx: WriteCtx) => {
        migrated.push(ctx.block.height);
        ctx.store("counter2").set(Uint8Array.of(1), Uint8Array.of(2));
      },
    },
  } as unknown as AnyModule;
  const definition = {
    ...withModules({ ...others, counter: grown, watcher: watcher as AnyModule }),
    upgrades: [{ height: HEIGHT, from: { counter: 1 } }],
  };

  test("does not make it a new module: it works before, and an upgrade at that height migrates into the store", () => {
    const [old, chain] = [start(plain), start(definition)];
    while (chain.store.version < HEIGHT - 1) {
      const results = [old, chain].map((each) => each.block(each.tx(a, [add])));
      expect(results[1]).toEqual(results[0]);
      expect(results[1]?.txResults[0]).toMatchObject({ code: 0 });
      expect(toHex(chain.store.appHash)).toBe(toHex(old.store.appHash));
    }
    expect(migrated).toEqual([]);
    const reached = value(chain);
    expect(reached).toBe(22n);
    chain.block();
    expect([migrated, value(chain), value(chain, HEIGHT - 1)]).toEqual([[HEIGHT], reached, reached]);
    expect([...chain.store.snapshot().store("counter2").iterate(undefined, undefined)]).toEqual([
      [Uint8Array.of(1), Uint8Array.of(2)],
    ]);
  });
});

describe("an upgrade", () => {
  test("migrates modules in the order of their names with auth last, before all other work of its block", () => {
    const path = join(folder, "upgraded");
    const first = { ...counter, version: 1, migrations: {} } as AnyModule;
    const old = start(withModules({ ...others, counter: first, watcher: watcher as AnyModule }), path);
    advance(old, 3);
    old.close();
    const order: string[] = [];
    const noted = (name: string, module: AnyModule | undefined, version: number): AnyModule => {
      const step = module?.migrations?.[version];
      const migration = (keeper: never, ctx: WriteCtx): void => {
        order.push(`${name} at ${ctx.block.height}`);
        step?.(keeper, ctx);
      };
      const preBlock = () => void order.push("pre-block");
      return { ...module, version: version + 1, migrations: { [version]: migration }, preBlock } as AnyModule;
    };
    const modules = {
      ...others,
      auth: noted("auth", others["auth"], 5),
      watcher: noted("watcher", watcher, 1),
      counter: noted("counter", counter, 1),
    };
    const definition = {
      ...withModules(modules),
      orders: { ...counterChain.orders, preBlock: ["upgrade", "auth", "watcher", "counter"] },
      upgrades: [{ height: 4, from: { auth: 5, counter: 1, watcher: 1 } }],
    };
    const chain = new TestChain({ definition, path }, old);
    open.push(chain);
    chain.block();
    expect(order.slice(0, 4)).toEqual(["counter at 4", "watcher at 4", "auth at 4", "pre-block"]);
    expect([value(chain), value(chain, 3)]).toEqual([3n, 7n]);
    order.length = 0;
    chain.block();
    expect([order, value(chain)]).toEqual([["pre-block", "pre-block", "pre-block"], 3n]);
  });
});
