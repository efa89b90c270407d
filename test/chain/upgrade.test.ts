// SPDX-License-Identifier: Apache-2.0
/**
 * Plans of upgrades: the chain stops at the height, and goes on with a program that knows the plan.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatAddress } from "@sotto/address";
import { type ChainDefinition, migrateAll, secretChain, type UpgradePlan } from "@sotto/app";
import { pack } from "@sotto/contract-test/parts";
import { type AnyModule, type WriteCtx } from "@sotto/kernel";
import { MsgCancelUpgradeSchema, MsgSoftwareUpgradeSchema, Query } from "@sotto/proto/cosmos.upgrade.v1beta1";
import { afterAll, expect, it } from "vitest";
import { actingGovernance, GOV } from "../support/acting.ts";
import { exportedGenesis } from "../support/exported.ts";
import { a, TestChain } from "../support/testChain.ts";

const folders: string[] = [];
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "sotto-upgrade-"));
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const authority = formatAddress(GOV);
const planOf = (name: string, height: number, info = "") =>
  pack(MsgSoftwareUpgradeSchema, { authority, plan: { name, height: BigInt(height), info } });
const cancel = pack(MsgCancelUpgradeSchema, { authority });

function governed(definition: ChainDefinition = secretChain, path = newFolder()) {
  const acting = actingGovernance(definition);
  const needed: UpgradePlan[] = [];
  const setup = { definition: acting.definition, path, onUpgradeNeeded: (plan: UpgradePlan) => void needed.push(plan) };
  const chain = new TestChain(setup);
  const pass = (...messages: ReturnType<typeof pack>[]) => {
    acting.passed.push(...messages);
    chain.block();
  };
  return { chain, setup, needed, pass };
}

const current = (chain: TestChain) => chain.ask(Query.method.currentPlan, {}).plan;

it("only the authority plans and cancels, and a plan must be possible", () => {
  const { chain, pass } = governed();
  const other = pack(MsgSoftwareUpgradeSchema, { authority: a.address, plan: { name: "x", height: 9n } });
  expect(chain.run(a, other)).toMatchObject({
    codespace: "upgrade",
    code: 6,
    log: `failed to execute message; message index: 0: expected ${authority} got ${a.address}: expected authority account as only signer for proposal message`,
  });
  expect(() => pass(planOf("", 50))).toThrow("name cannot be empty: invalid request");
  chain.close();
  const bad: [ReturnType<typeof pack>, string][] = [
    [planOf("x", 0), "height must be greater than 0"],
    [planOf("x", 1), "upgrade cannot be scheduled in the past"],
    [
      pack(MsgSoftwareUpgradeSchema, { authority, plan: { name: "x", height: 9n, time: { seconds: 5n, nanos: 0 } } }),
      "time-based upgrades have been deprecated in the SDK",
    ],
  ];
  for (const [message, text] of bad) {
    const each = governed();
    expect(() => each.pass(message)).toThrow(text);
    each.chain.close();
  }
});

it("a later plan replaces the earlier one, and a cancelled plan does nothing", () => {
  const { chain, pass } = governed();
  pass(planOf("one", 5));
  pass(planOf("two", 6, "info"));
  expect(current(chain)).toMatchObject({ name: "two", height: 6n, info: "info" });
  pass(cancel);
  expect(current(chain)).toBeUndefined();
  while (chain.store.version < 7) chain.block();
  expect(chain.queries.brokenInvariants()).toEqual([]);
  chain.close();
});

it("the chain stops without a handler, and goes on with a program whose module has a migration", () => {
  const { chain, setup, needed, pass } = governed();
  pass(planOf("next", 4, "see the release"));
  chain.block();
  expect(() => chain.block()).toThrow('UPGRADE "next" NEEDED at height: 4: see the release');
  expect(needed).toEqual([{ name: "next", height: 4, info: "see the release" }]);
  expect(chain.store.version).toBe(3);
  chain.close();

  const migrated: number[] = [];
  const circuit = {
    ...secretChain.modules.circuit,
    version: 2,
    migrations: { 1: (_keeper: never, ctx: WriteCtx) => void migrated.push(ctx.block.height) },
  } as unknown as AnyModule;
  const next: ChainDefinition = {
    ...secretChain,
    modules: { ...secretChain.modules, circuit },
    upgradeHandlers: new Map([["next", migrateAll]]),
  };
  const acting = actingGovernance(next);
  const again = new TestChain({ ...setup, definition: acting.definition }, chain);
  again.block();
  expect(migrated).toEqual([4]);
  expect(current(again)).toBeUndefined();
  expect(again.ask(Query.method.appliedPlan, { name: "next" }).height).toBe(4n);
  const versions = again.ask(Query.method.moduleVersions, { moduleName: "circuit" }).moduleVersions;
  expect(versions).toMatchObject([{ name: "circuit", version: 2n }]);
  expect(() => again.ask(Query.method.moduleVersions, { moduleName: "none" })).toThrow("module version not found");
  expect(again.queries.brokenInvariants()).toEqual([]);
  // A name is used once.
  acting.passed.push(planOf("next", 9));
  expect(() => again.block()).toThrow("upgrade with name next has already been completed");
  again.close();
  // The program before the upgrade does not run the state after it.
  const old = new TestChain(setup, again);
  expect(() => old.block()).toThrow('no handler for the done upgrade "next"');
  old.close();
});

it("a program with the handler of a plan that is not due stops", () => {
  const { chain, pass } = governed({ ...secretChain, upgradeHandlers: new Map([["early", migrateAll]]) });
  pass(planOf("early", 9));
  expect(() => chain.block()).toThrow('BINARY UPDATED BEFORE TRIGGER! UPGRADE "early"');
  chain.close();
});

it("the genesis has no plan: exported state starts with the versions of its program", () => {
  const { chain, pass } = governed();
  pass(planOf("one", 50));
  const exported = exportedGenesis(chain.queries);
  expect(exported.get("upgrade")).toBe("{}");
  const again = new TestChain({ definition: secretChain, appState: exported });
  expect(current(again)).toBeUndefined();
  expect(again.queries.brokenInvariants()).toEqual([]);
  again.close();
  chain.close();
});
