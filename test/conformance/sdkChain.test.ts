// SPDX-License-Identifier: Apache-2.0
/**
 * Runs recorded chains of the Cosmos SDK in Sotto's application, with the same genesis, blocks and
 * transactions, and compares every answer (`sdk/compare.ts`). `sdk/exclusions.ts` has all that
 * cannot be equal.
 */
import { readdirSync } from "node:fs";
import { fromUtf8, toHex } from "@sotto/bytes";
import { expect, it, onTestFinished } from "vitest";
import { Comparison, type Difference } from "./sdk/compare.ts";
import type { Scope } from "./sdk/scope.ts";
import { compareCharges } from "./sdk/txs.ts";
import { type BlockOut, readVector, type SdkVector } from "./sdk/vector.ts";

const folder = new URL("../../vectors/sdk/", import.meta.url);

/** The vectors of `vectors/sdk`, with what they show. */
const VECTORS: Readonly<Record<string, string>> = {
  "authority-alone": "messages of governance from users, and the reported one of several faults",
  authz: "generic, send and stake grants, executed, used up, revoked, expired, nested",
  bank: "sends, two denoms, new accounts, long addresses, send enabled by governance",
  "bank-alone": "random sends and multi-sends, also failing ones",
  circuit: "the circuit breaker, also within authz and governance",
  consensus: "consensus parameters changed by governance, block gas limit reached",
  distribution: "fees and inflation shared out, commissions, community pool, rewards of a slashed validator",
  "distribution-input": "every field of distribution's messages malformed",
  feegrant: "allowances used, exhausted, renewed, expired, pruned, revoked",
  "genesis-alone": "a genesis that the import must sort",
  gov: "proposals that pass, fail, are vetoed, miss quorum or deposit, expedited and cancelled ones",
  "gov-input": "every field of governance's messages and queries malformed",
  "gov-legacy": "contents of v1beta1, weighted votes, parameter changes that panic",
  "initial-height": "slashing, on a chain that begins at height 100",
  mint: "inflation towards its goal, parameters changed, no inflation",
  pages: "every paginated query with huge limits, offsets, real and broken keys, both directions",
  random: "random messages of all modules, absences, double signs, time jumps",
  slashing: "downtime, jail, nil votes, double signs, tombstones, old evidence",
  staking: "validators, delegations, redelegations, unbondings, historical info",
  "staking-input": "every field of staking's and slashing's messages malformed",
  transactions: "the ante chain beside all modules",
  "transactions-alone": "every way to sign a transaction, and every failure",
  upgrade: "a plan scheduled and cancelled, another carried out, plans of the past",
  vesting: "accounts whose coins are locked: sends, delegations, slashes",
};

/** Compared by `sdkQueries.test.ts`, with endpoints that are not modules. */
const OTHER_TESTS = ["queries-alone"];

const load = (name: string): SdkVector => readVector(new URL(`${name}.json.gz`, folder));

async function compared(vector: SdkVector, scope: Scope = {}) {
  const comparison = new Comparison(vector, scope);
  onTestFinished(() => comparison.close());
  const found: Difference[] = [];
  for await (const difference of comparison.differences()) found.push(difference);
  return { found, counts: comparison.counts };
}

it("lists every vector", () => {
  const files = readdirSync(folder).map((file) => file.replace(".json.gz", ""));
  expect(files.sort()).toEqual([...Object.keys(VECTORS), ...OTHER_TESTS].sort());
});

it.each(Object.entries(VECTORS))("%s: %s", async (name) => {
  const vector = load(name);
  const { found, counts } = await compared(vector);
  expect(found).toEqual([]);
  const txs = vector.script.blocks.reduce((sum, block) => sum + block.txs.length, 0);
  expect(counts).toMatchObject({ blocks: vector.script.blocks.length, txs });
});

it("a module's part alone, from the SDK's state in each block", async () => {
  const { found, counts } = await compared(load("bank-alone"), {
    stores: new Set(["bank"]),
    modules: new Set(["bank"]),
  });
  expect(found).toEqual([]);
  expect(counts).toMatchObject({ blocks: 39, txs: 124, hashes: 0 });
});

/** The vector with another answer in its fifth block. */
function altered(vector: SdkVector, change: (block: BlockOut) => Partial<BlockOut>): SdkVector {
  const blocks = vector.out.blocks.map((block) => (block.height === 5 ? { ...block, ...change(block) } : block));
  return { ...vector, out: { ...vector.out, blocks } };
}

it.each<[string, (block: BlockOut) => Partial<BlockOut>, RegExp]>([
  [
    "a row",
    ({ writes = {} }) => ({ writes: { ...writes, bank: (writes["bank"] ?? []).slice(1) } }),
    /^block 5: store bank, balance 02.* want nothing written {3}got {2}[0-9]+$/,
  ],
  ["a hash", ({ stores }) => ({ stores: { ...stores, bank: "00" } }), /^block 5, hash of store bank: {3}want 00 /],
  [
    "a charge",
    ({ txs }) => ({ txs: txs.map((tx) => ({ ...tx, gas_used: tx.gas_used + 1, trace: tx.trace?.slice(0, 7) ?? [] })) }),
    /^block 5, transaction 0 .*: gas_used .*charge [67] of [67] .*want ends .*got {2}[67] /,
  ],
  ["an event", () => ({ events: [["mint", ["amount", "1"]]] }), /^block 5, the block's events: event 0 of 1 .*mint/],
  ["an update", () => ({ validator_updates: [{ pub_key: "00", power: 1 }] }), /^block 5, validator updates: /],
  ["parameters", () => ({ consensus_params: "00" }), /^block 5, consensus parameters: /],
])("names a difference in %s", async (_what, change, text) => {
  const { found } = await compared(altered(load("bank-alone"), change));
  expect(`${found[0]?.at}: ${found[0]?.lines.join(" ")}`).toMatch(text);
});

it("a row that cannot be equal may differ where the transaction reads it again", () => {
  const update = toHex(fromUtf8("/cosmos.distribution.v1beta1.MsgUpdateParams"));
  const isFree = { store: () => false, row: () => false };
  const compare = (first: string, second: string) =>
    compareCharges(
      [`1400 gov set 0001 ${first}`, "355 gov get 0001", "100 gov get 0002"],
      [`1500 set 0001 ${first}00`, "365 get 0001", second],
      isFree,
    );
  expect(compare(update, "100 get 0002")).toEqual({ problem: [], beyond: 110 });
  expect(compare(update, "101 get 0002").problem[0]).toBe("charge 2 of 3");
  expect(compare("aa", "100 get 0002").problem[0]).toBe("charge 0 of 3");
});
