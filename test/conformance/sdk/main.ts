// SPDX-License-Identifier: Apache-2.0
/** The program behind tools/sdk/compare.mjs. */
import "../../../tools/contractThread.mjs";
import { parseArgs } from "node:util";
import { Comparison } from "./compare.ts";
import { countsText, differenceText } from "./report.ts";
import { isWhole, type Scope } from "./scope.ts";
import { readVector } from "./vector.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    stores: { type: "string" },
    modules: { type: "string" },
    without: { type: "string" },
    most: { type: "string", default: "1" },
  },
});

const listOf = (text: string | undefined): ReadonlySet<string> | undefined =>
  text === undefined ? undefined : new Set(text.split(",").filter((name) => name !== ""));

const scope: Scope = {
  stores: listOf(values.stores),
  modules: listOf(values.modules),
  without: listOf(values.without),
};
const most = Number(values.most);

function scopeText(): string {
  if (isWhole(scope)) return "";
  const [stores, modules] = [scope.stores, scope.modules].map((names) => [...(names ?? [])].join(", "));
  return `; compared are only stores: ${stores || "none"}; modules: ${modules || "none"}`;
}

/** Returns the number of printed differences. */
function compareFile(path: string): number {
  const vector = readVector(path);
  const comparison = new Comparison(vector, scope);
  let found = 0;
  try {
    const { modules } = comparison.missing;
    if (modules.length > 0) console.log(`${vector.name}: this chain has no module ${modules.join(", ")}`);
    for (const difference of comparison.differences()) {
      found += 1;
      console.log(differenceText(vector.name, difference));
      if (found === most) break;
    }
    const end = found === 0 ? "no difference" : `stopped after ${found} of the differences`;
    console.log(`${vector.name}: ${end} (${countsText(comparison.counts)}${scopeText()})`);
  } finally {
    comparison.close();
  }
  return found;
}

if (positionals.length === 0 || !Number.isInteger(most) || most < 1) {
  console.error(
    "usage: node tools/sdk/compare.mjs FILE.json.gz ... [--stores NAME,...] [--modules NAME,...] [--without NAME,...] [--most N]",
  );
  process.exitCode = 2;
} else {
  const found = positionals.map(compareFile);
  process.exitCode = found.some((count) => count > 0) ? 1 : 0;
}
