// SPDX-License-Identifier: Apache-2.0
/** Schedules under a hostile proposer, over restarts and genesis files, and with many rows. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { formatAddress } from "@sotto/address";
import type { ChainDefinition } from "@sotto/app";
import { fromUtf8, toHex } from "@sotto/bytes";
import { encode } from "@sotto/codec";
import { type Packed, pack } from "@sotto/contract-test/parts";
import { sha256 } from "@sotto/crypto";
import { Branch, createCtx, GasMeter, NO_LIMIT } from "@sotto/kernel";
import { MsgUpdateParamsSchema } from "@sotto/proto/cosmos.consensus.v1";
import { MsgAddScheduleSchema, Query } from "@sotto/proto/secret.cron";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import type { CronKeeper } from "@sotto/x-cron";
import { afterAll, expect, it, onTestFinished } from "vitest";
import { actingGovernance, GOV } from "../support/acting.ts";
import { type Contract, deploy } from "../support/contract.ts";
import { exportedGenesis } from "../support/exported.ts";
import { get, set } from "../support/probe.ts";
import { stakedGenesis } from "../support/staked.ts";
import { a, type ChainSetup, TestChain } from "../support/testChain.ts";
import { unsignedCall } from "../support/unsigned.ts";
import { wasm } from "../support/wasm.ts";

const { definition, passed } = actingGovernance();
const seed = sha256(fromUtf8("schedules"));
const open = new Set<TestChain>();
afterAll(() => {
  for (const chain of open) chain.close();
});
function start(setup: ChainSetup = {}, before?: TestChain): TestChain {
  const chain = new TestChain({ definition, seed, appState: stakedGenesis(), ...setup }, before);
  open.add(chain);
  return chain;
}

function schedule(chain: TestChain, to: Contract, op: unknown, name: string, period = 1n, calls = 1): void {
  const msgs = Array.from({ length: calls }, () => ({ contract: to.address, msg: to.codeHash + JSON.stringify(op) }));
  const message: Packed = pack(MsgAddScheduleSchema, { authority: formatAddress(GOV), name, period, msgs });
  passed.push(message);
  chain.block();
}

it("nobody sends a call in the name of the scheduler: not to the mempool, not in a block", () => {
  const chain = start();
  const probe = deploy(chain, wasm.v1, { ops: [] });
  const call = () => unsignedCall(probe, set("k", "stolen"), chain.maker.height + 1);
  const refused = { codespace: "sdk", code: 15 };
  expect(chain.check.check(call(), "check")).toMatchObject(refused);
  expect(chain.queries.simulate(call())).toMatchObject(refused);
  const user = chain.tx(a, [probe.message(a, { noop: {} }).packed], { gas: 400_000n });
  expect(chain.block(user, call()).txResults[1]).toMatchObject(refused);
  const signed = unsignedCall(probe, set("k", "stolen"), chain.maker.height + 1, [new Uint8Array(64)]);
  expect(chain.check.check(signed, "check")).toMatchObject({ codespace: "sdk", code: 4 });
  expect(get(probe, "k")).toBeNull();
});

it("a block that begins with other calls than the scheduled ones stops the node", () => {
  const chain = start();
  const probe = deploy(chain, wasm.v1, { ops: [] });
  const begin = (...txs: Uint8Array[]) => chain.app.finalizeBlock(chain.maker.make(txs));
  const call = unsignedCall(probe, set("k", "stolen"), chain.maker.height + 1);
  expect(() => begin(call)).toThrow("does not begin with the 0 calls that the chain scheduled");
  schedule(chain, probe, set("k", "scheduled"), "one");
  schedule(chain, probe, set("k", "scheduled"), "two");
  const [first, second] = chain.app.ownTxs().txs as [Uint8Array, Uint8Array];
  const more = unsignedCall(probe, set("k", "stolen"), chain.maker.height + 1);
  for (const head of [[], [first], [second, first], [first, first], [first, second, more]]) {
    expect(() => begin(...head)).toThrow("does not begin with the 2 calls that the chain scheduled");
  }
  expect(chain.block().txResults.map(({ code }) => code)).toEqual([0, 0]);
  expect(get(probe, "k")).toBe("scheduled");
});

it("a scheduled call of an earlier block, sent again by anybody, has no effect", () => {
  const chain = start();
  const probe = deploy(chain, wasm.v1, { ops: [] });
  schedule(chain, probe, set("k", "scheduled"), "once", 1000n);
  schedule(chain, probe, set("k", "again"), "now");
  const [tx] = chain.app.ownTxs().txs as [Uint8Array];
  chain.block();
  const user = chain.tx(a, [probe.message(a, { noop: {} }).packed], { gas: 400_000n });
  expect(chain.block(user, tx).txResults.at(-1)).toMatchObject({ codespace: "sdk", code: 15 });
});

it("scheduled calls that never end leave half of a block's gas to users, and none of them is lost", () => {
  const block = { maxBytes: 22_020_096n, maxGas: 24_000_000n };
  const chain = start({ consensusParams: encode(ConsensusParamsSchema, create(ConsensusParamsSchema, { block })) });
  const probe = deploy(chain, wasm.v1, { ops: [] });
  const endless = { loop: { kind: "cpu" } };
  schedule(chain, probe, endless, "a", 1n, 6);
  schedule(chain, probe, endless, "b");
  const wanted = [1, 2].map(() => {
    const { gas } = chain.app.ownTxs();
    expect(gas).toBeLessThanOrEqual(12_000_000n);
    const { txResults } = chain.block(chain.tx(a, [probe.message(a, { noop: {} }).packed], { gas: 400_000n }));
    expect(txResults.map(({ code }) => code)).toEqual([...txResults.slice(1).map(() => 11), 0]);
    return txResults.map(({ gasWanted }) => gasWanted);
  });
  expect(wanted).toEqual([
    [...Array.from({ length: 6 }, () => 2_000_000n), 400_000n],
    [5_000_000n, 400_000n],
  ]);
});

it("a schedule that blocks became too small for waits alone", () => {
  const chain = start();
  const probe = deploy(chain, wasm.v1, { ops: [] });
  const [evidence, validator] = [
    { maxAgeNumBlocks: 1n, maxAgeDuration: { seconds: 1n } },
    { pubKeyTypes: ["ed25519"] },
  ];
  const block = { maxBytes: 20_000n, maxGas: -1n };
  const params = { authority: formatAddress(GOV), block, evidence, validator };
  schedule(chain, probe, set("k", "x".repeat(12_000)), "long");
  passed.push(pack(MsgUpdateParamsSchema, params));
  schedule(chain, probe, set("k", "short"), "short");
  chain.block();
  expect(get(probe, "k")).toBe("short");
  expect(chain.app.ownTxs().txs).toHaveLength(1);
});

/** What came into a block from outside, and the state after it. */
interface Step {
  readonly txs: readonly Uint8Array[];
  readonly governed: readonly Packed[];
  readonly appHash: string;
}

/** A chain with schedules that succeed and fail. */
function recorded(): Step[] {
  const chain = start();
  const steps: Step[] = [];
  const run = chain.block.bind(chain);
  chain.block = (...txs) => {
    const governed = [...passed];
    const result = run(...txs);
    steps.push({ txs, governed, appHash: toHex(chain.app.appHash) });
    return result;
  };
  const probe = deploy(chain, wasm.v1, { ops: [] });
  schedule(chain, probe, { batch: { ops: [{ random: {} }, set("k", "v")] } }, "works");
  schedule(chain, probe, { panic: { text: "no" } }, "panics", 2n);
  for (let i = 0; i < 5; i++) chain.block();
  expect(get(probe, "k")).toBe("v");
  expect(chain.queries.brokenInvariants()).toEqual([]);
  return steps;
}

it("another node makes the same states, though it starts again before each block", () => {
  const path = mkdtempSync(join(tmpdir(), "sotto-cron-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const steps = recorded();
  let chain = start({ path });
  for (const { txs, governed, appHash } of steps) {
    chain.close();
    open.delete(chain);
    chain = start({ path }, chain);
    passed.push(...governed);
    chain.block(...txs);
    expect(toHex(chain.app.appHash)).toBe(appHash);
  }
});

it("the genesis goes both ways, and a call that waits for the next block is not lost", () => {
  const chain = start();
  const probe = deploy(chain, wasm.v1, { ops: [] });
  schedule(chain, probe, set("k", "v"), "waiting", 2n);
  schedule(chain, probe, set("k", "v"), "resting", 50n);
  expect(chain.app.ownTxs().txs).toHaveLength(1);
  const file = exportedGenesis(chain.queries);
  const part = JSON.parse(file.get("cron") as string);
  expect(part.params).toEqual({ security_address: "", limit: "5" });
  const { height } = chain.maker;
  expect(
    part.scheduleList.map(({ name, ...each }: Record<string, string>) => [name, each["last_execute_height"]]),
  ).toEqual([
    ["resting", String(height)],
    ["waiting", String(height - 1)],
  ]);
  const second = start({ appState: new Map([...stakedGenesis(), ["cron", file.get("cron") as string]]) });
  expect(JSON.parse(exportedGenesis(second.queries).get("cron") as string)).toEqual(part);
  expect(second.queries.brokenInvariants()).toEqual([]);
});

it.each([
  ["a doubled name", [{}, {}], "schedule already exists with name=one"],
  ["no period", [{ period: "0" }], "schedule one: period is invalid"],
  ["no calls", [{ msgs: [] }], "schedule one: msgs should not be empty"],
  [
    "a contract that is no address",
    [{ msgs: [{ contract: "x", msg: `${"0".repeat(64)}{}` }] }],
    "schedule one: message 0: contract x: invalid address",
  ],
])("a genesis with %s is refused", (_what, schedules, text) => {
  const msgs = [{ contract: a.address, msg: `${"0".repeat(64)}{}` }];
  const scheduleList = schedules.map((each) => ({ name: "one", period: "1", msgs, ...each }));
  const cron = JSON.stringify({ params: { limit: "5" }, scheduleList });
  expect(() => start({ appState: new Map([...stakedGenesis(), ["cron", cron]]) })).toThrow(text);
  const noLimit = JSON.stringify({ params: { limit: "0" } });
  expect(() => start({ appState: new Map([...stakedGenesis(), ["cron", noLimit]]) })).toThrow("limit cannot be zero");
});

/**
 * A chain of so many schedules that are all due, and the gas of the next choice: it counts the rows
 * read.
 */
function gasOfChoice(count: number): number {
  let keeper: CronKeeper | undefined;
  const watched: ChainDefinition = {
    ...definition,
    keepers(...given) {
      const all = definition.keepers(...given);
      keeper ??= all.cron;
      return all;
    },
  };
  const msgs = [{ contract: a.address, msg: `${"0".repeat(64)}{}` }];
  const scheduleList = Array.from({ length: count }, (_, i) => ({ name: `s${100_000 + i}`, period: "1", msgs }));
  const cron = JSON.stringify({ params: { limit: "5" }, scheduleList });
  const chain = start({ definition: watched, appState: new Map([...stakedGenesis(), ["cron", cron]]) });
  const snapshot = chain.store.snapshot();
  onTestFinished(() => snapshot.close());
  const gas = new GasMeter(NO_LIMIT);
  const block = { chainId: chain.chainId, height: chain.store.version + 1, time: 1n };
  keeper?.prepare(createCtx({ mode: "deliver", block, gas, branch: new Branch(snapshot) }));
  // The chain itself goes on in the order of names, five in a block.
  for (const from of [5, 10]) {
    chain.block();
    const { schedules } = chain.ask(Query.method.schedules, { pagination: { limit: 20n } });
    const last = BigInt(chain.maker.height + 1);
    const ran = schedules.flatMap(({ lastExecuteHeight }, i) => (lastExecuteHeight === last ? [i] : []));
    expect(ran).toEqual([from, from + 1, from + 2, from + 3, from + 4]);
  }
  return gas.consumed;
}

it("a choice among many due schedules reads as many rows as one among few", () => {
  expect(gasOfChoice(5_000)).toBe(gasOfChoice(20));
});
