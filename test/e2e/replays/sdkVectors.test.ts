// SPDX-License-Identifier: Apache-2.0
/**
 * Recorded chains of the Cosmos SDK through a stock CometBFT: it sends their blocks over ABCI, and
 * all answers are those of the SDK (`node tools/sdk/compare.mjs --through cometbft`).
 */
import { expect, it, onTestFinished } from "vitest";
import { type AbciForm, CometDrive } from "../../conformance/sdk/comet/drive.ts";
import { Comparison, type Difference } from "../../conformance/sdk/compare.ts";
import type { MakeDrive } from "../../conformance/sdk/drive.ts";
import { cut } from "../../conformance/sdk/shrinkVector.ts";
import { readVector, type SdkVector } from "../../conformance/sdk/vector.ts";

const load = (name: string): SdkVector => readVector(new URL(`../../../vectors/sdk/${name}.json.gz`, import.meta.url));

const through =
  (form: AbciForm): MakeDrive =>
  (...parts) =>
    new CometDrive(...parts, form);

async function compared(vector: SdkVector, drive: MakeDrive) {
  const comparison = new Comparison(vector, {}, drive);
  onTestFinished(() => comparison.close());
  const found: Difference[] = [];
  for await (const difference of comparison.differences()) found.push(difference);
  return { found, counts: comparison.counts, way: comparison.way };
}

// The first: changes of validators, missed votes, faults of both kinds. The second: queries,
// simulations, and the other form of ABCI.
it.each([
  ["random", "socket", { blocks: 36, txs: 152, queries: 0 }],
  ["transactions", "grpc", { blocks: 9, txs: 36, queries: 124, simulations: 2 }],
] as const)("%s has the SDK's answers over ABCI's form %s", async (name, form, counts) => {
  const compare = await compared(cut(load(name), counts.blocks), through(form));
  expect(compare.found).toEqual([]);
  expect(compare.counts).toMatchObject(counts);
  expect(compare.way).toMatch(
    new RegExp(
      `^CometBFT 0\\.38\\.19 sent ${counts.blocks} blocks over ABCI \\(${form}\\), .* height ${counts.blocks} `,
    ),
  );
});

it("names a block in which the SDK's answer is another one, and one in which the state is", async () => {
  const vector = cut(load("bank-alone"), 4);
  const blocks = vector.out.blocks.map((block) => (block.height === 3 ? { ...block, results_hash: "00" } : block));
  const drive: MakeDrive = (of, replayed, listeners) => {
    let height = 0;
    // Only the application behind CometBFT is corrected: its fourth block begins with other rows.
    const stateBefore = () => (++height < 4 ? new Map() : new Map([["bank", new Map([["0275736372740a", "01"]])]]));
    return new CometDrive(of, replayed, { ...listeners, stateBefore }, "socket");
  };
  const { found } = await compared({ ...vector, out: { ...vector.out, blocks } }, drive);
  expect(found.map(({ at, lines }) => `${at}: ${lines.slice(0, 2).join(" ")}`)).toEqual([
    expect.stringMatching(/^block 3, hash of the results: {3}want 00 /),
    expect.stringMatching(/^block 4: the chain stopped Error: application hash: want [0-9a-f]{64}, as in process; /),
  ]);
});

it("refuses a chain with a fault that no block of CometBFT reports", async () => {
  const comparison = new Comparison(load("slashing"), {}, through("socket"));
  onTestFinished(() => comparison.close());
  await expect(comparison.differences().next()).rejects.toThrow(
    "block 38 reports a fault at height -200000, and CometBFT takes no block with such evidence; compare the blocks before it with --blocks 37",
  );
});
