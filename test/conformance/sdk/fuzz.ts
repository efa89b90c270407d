// SPDX-License-Identifier: Apache-2.0
/** The program behind tools/sdk/fuzz.mjs. */
import "../../../tools/contractThread.mjs";
import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { setImmediate } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Refusal, root } from "../../../tools/setup.mjs";
import { Comparison, type Counts, type Difference } from "./compare.ts";
import { countsText, differenceText } from "./report.ts";
import { SdkApp } from "./sdkapp.ts";
import { cutAfter, type Found, shrinkVector } from "./shrinkVector.ts";
import { type SdkVector, writeVector } from "./vector.ts";

const USAGE =
  "usage: node tools/sdk/fuzz.mjs [--seeds N] [--blocks K] [--from SEED] [--scenarios NAME,...] [--minutes N]";
const FOLDER = join(root, ".cache", "sdk-fuzz");

interface Options {
  readonly seeds: number;
  readonly blocks: number;
  readonly from: number;
  readonly scenarios: readonly string[];
  /** For shrinking. */
  readonly minutes: number;
}

function optionsOf(args: readonly string[]): Options {
  // Throws a TypeError with a code for an option that does not exist.
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: "string", default: "50" },
      blocks: { type: "string", default: "100" },
      from: { type: "string", default: "1000" },
      scenarios: { type: "string", default: "random,mixed,bank-alone" },
      minutes: { type: "string", default: "10" },
    },
  });
  const numberOf = (name: "seeds" | "blocks" | "from" | "minutes", least: number): number => {
    const number = Number(values[name]);
    if (!Number.isSafeInteger(number) || number < least)
      throw new Refusal(`--${name} needs a whole number of at least ${least}`);
    return number;
  };
  const scenarios = values.scenarios.split(",").filter((name) => name !== "");
  if (scenarios.length === 0) throw new Refusal("--scenarios needs at least one name");
  return {
    ...{ seeds: numberOf("seeds", 1), blocks: numberOf("blocks", 1), from: numberOf("from", 0) },
    ...{ minutes: numberOf("minutes", 0), scenarios },
  };
}

/** The first difference, and what was compared until then. */
async function compared(vector: SdkVector): Promise<{ difference: Difference | undefined; counts: Counts }> {
  const comparison = new Comparison(vector);
  try {
    const { value } = await comparison.differences().next();
    return { difference: value ?? undefined, counts: comparison.counts };
  } finally {
    await comparison.close();
  }
}

/** Lines of this thread reach the terminal only in its pauses. */
async function print(text: string): Promise<void> {
  console.log(text);
  await setImmediate();
}

/** Stores the difference, makes it smaller, and prints how to see it again. */
async function report(app: SdkApp, found: Found, minutes: number): Promise<void> {
  const { name } = found.vector;
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `${name}.json.gz`);
  // Stored before the shrinking, so that an end by the user loses nothing.
  writeVector(file, cutAfter(found).vector);
  await print(`${differenceText(name, found.difference)}\n${name}: shrinking for at most ${minutes} minutes`);
  const end = Date.now() + minutes * 60_000;
  const sides = {
    answers: app.answers.bind(app),
    difference: async (vector: SdkVector) => (await compared(vector)).difference,
  };
  const { vector, difference } = await shrinkVector(found, sides, () => Date.now() >= end);
  writeVector(file, vector);
  const { blocks } = vector.script;
  const txs = blocks.reduce((sum, block) => sum + block.txs.length, 0);
  await print(`${differenceText(name, difference)}\n${name}: ${blocks.length} blocks, ${txs} transactions show it:`);
  await print(`node tools/sdk/compare.mjs ${relative(root, file)}`);
}

const failedTxs = ({ out }: SdkVector): number =>
  out.blocks.reduce((sum, block) => sum + block.txs.filter(({ code }) => code !== 0).length, 0);

/** Returns whether no vector has a difference; ends at the first one. */
async function fuzz(app: SdkApp, { seeds, blocks, from, scenarios, minutes }: Options): Promise<boolean> {
  const total: Counts = { blocks: 0, txs: 0, rows: 0, hashes: 0, queries: 0, simulations: 0 };
  let failed = 0;
  for (let seed = from; seed < from + seeds; seed++) {
    for (const scenario of scenarios) {
      const vector = app.scenario(scenario, seed, blocks);
      const { difference, counts } = await compared(vector);
      if (difference !== undefined) {
        await report(app, { vector, difference }, minutes);
        return false;
      }
      for (const what of Object.keys(total) as (keyof Counts)[]) total[what] += counts[what];
      failed += failedTxs(vector);
      await print(`${vector.name}: no difference (${countsText(counts)})`);
    }
  }
  const vectors = seeds * scenarios.length;
  await print(`${vectors} vectors: no difference (${countsText(total)}; ${failed} of the transactions fail)`);
  return true;
}

/** The exit code: 1 for a difference, 2 when there is nothing to compare. */
async function main(args: readonly string[]): Promise<number> {
  let app: SdkApp | undefined;
  try {
    const options = optionsOf(args);
    app = new SdkApp(process.env["SDKAPP"] ?? join(root, "tools", "sdkapp", "sdkapp"));
    return (await fuzz(app, options)) ? 0 : 1;
  } catch (thrown) {
    const isUsers = thrown instanceof Refusal || (thrown instanceof TypeError && "code" in thrown);
    console.error(isUsers ? `${thrown.message}\n${USAGE}` : thrown);
    return 2;
  } finally {
    app?.close();
  }
}

process.exitCode = await main(process.argv.slice(2));
