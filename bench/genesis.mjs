// SPDX-License-Identifier: Apache-2.0
// A genesis file of many accounts, each with a balance: imported into block 1 and exported again,
// each step in a process of its own whose heap is bounded. Resident memory has the pages of the
// database file that were touched; the system takes those back.
// Usage: node bench/genesis.mjs [--accounts 10000,100000] [--heap MIB]
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { note, report } from "./lib/report.mjs";
import { short } from "./lib/stats.mjs";

const { values: flags } = parseArgs({
  options: {
    accounts: { type: "string", default: "10000,100000" },
    heap: { type: "string", default: "200" },
  },
});
const script = join(import.meta.dirname, "lib/genesisChain.mjs");

/** Seconds and peak of resident memory of a step. @param {...string} args */
function step(...args) {
  const { status, stdout, stderr } = spawnSync("node", [`--max-old-space-size=${flags.heap}`, script, ...args], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${args[0]} failed: ${stderr}`);
  return JSON.parse(stdout);
}

for (const accounts of flags.accounts.split(",")) {
  const folder = mkdtempSync(join(tmpdir(), "sotto-genesis-"));
  try {
    const [file, out, chain] = ["in.json", "out.json", "chain"].map((name) => join(folder, name));
    mkdirSync(chain);
    step("make", file, accounts);
    const [imported, exported] = [step("import", chain, file), step("export", chain, out)];
    const shown = ({ seconds, cpuSeconds, rssMib }) =>
      `${short(seconds)} s (${short(cpuSeconds)} s of the processor), ${Math.round(rssMib)} MiB resident`;
    note(
      `${accounts} accounts, a file of ${Math.round(statSync(file).size / 2 ** 20)} MiB, a heap of ${flags.heap} MiB`,
    );
    report({
      id: `genesis-import-${accounts}`,
      what: `genesis of ${accounts} accounts, imported`,
      figure: shown(imported),
    });
    report({
      id: `genesis-export-${accounts}`,
      what: `genesis of ${accounts} accounts, exported`,
      figure: shown(exported),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
