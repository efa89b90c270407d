// SPDX-License-Identifier: Apache-2.0
// What proofs of rows cost (ADR 112): two chains of one process, one with proofs and one without,
// durable, in turns, each with a state of a million rows and blocks of private transfers. To new
// addresses every transfer reads cold rows, which is the most that proofs can cost; among the
// senders most rows of a block are warm. A block of one transfer proves all rows that it reads.
// Budget: at most 12 % slower with proofs at 10^6 rows.
// Usage: node bench/rows.mjs [--rows 1000000] [--blocks 12]
import "../tools/contractThread.mjs";
import "../tools/example/register.mjs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatAddress } from "@sotto/address";
import { fromUtf8 } from "@sotto/bytes";
import { account } from "@sotto/contract-test/parts";
import { sha256 } from "@sotto/crypto";
import { fill } from "./lib/fill.mjs";
import { note, report } from "./lib/report.mjs";
import { median, short } from "./lib/stats.mjs";

const { TransferChain } = await import("./lib/transferChain.ts");

const { values: flags } = parseArgs({
  options: { rows: { type: "string", default: "1000000" }, blocks: { type: "string", default: "12" } },
});
const rows = Number(flags.rows);
const blocks = Number(flags.blocks);
const SENDERS = 50;

let strangers = 0;
const stranger = () => formatAddress(sha256(fromUtf8(`stranger ${strangers++}`)).subarray(0, 20));
const friend = (i) => account(`sender ${(i + 7) % SENDERS}`).address;

/** Kinds of blocks: their transfers, and the recipient of each. */
const KINDS = [
  { name: "to new addresses", count: 500, recipient: stranger },
  { name: "among 50 addresses", count: 500, recipient: friend },
  { name: "one transfer a block, to a new address", count: 1, recipient: stranger },
];

/** Milliseconds of a block, and of the processor for it. */
function measure(chain, { count, recipient }) {
  const txs = Array.from({ length: count }, (_, i) => chain.transfer(i % SENDERS, recipient(i)));
  const [start, before] = [performance.now(), process.cpuUsage()];
  chain.block(txs);
  const { user, system } = process.cpuUsage(before);
  return { total: performance.now() - start, processor: (user + system) / 1000 };
}

const folder = mkdtempSync(join(tmpdir(), "sotto-rows-"));
const chains = ["proven", "believed"].map((name) => ({
  name,
  chain: new TransferChain(join(folder, name), SENDERS, name === "believed"),
}));
try {
  for (const { chain } of chains) fill(chain, 0, rows);
  for (const kind of KINDS) {
    const runs = { proven: [], believed: [] };
    const turns = kind.count === 1 ? blocks * 10 : blocks;
    for (let i = -4; i < turns; i++) {
      for (const { name, chain } of i % 2 === 0 ? chains : chains.toReversed()) {
        const run = measure(chain, kind);
        if (i >= 0) runs[name].push(run);
      }
    }
    const of = (name, part) => (median(runs[name].map((run) => run[part])) * 1000) / kind.count;
    const ratio = (part) => of("proven", part) / of("believed", part);
    note(
      `${kind.name}: with proofs ${short(of("proven", "total"))} us a transfer, without ${short(of("believed", "total"))} us` +
        ` (of the processor ${short(of("proven", "processor"))} and ${short(of("believed", "processor"))} us)`,
    );
    report({
      id: `rows-${kind.name.split(" ").join("-").replace(",", "")}`,
      what: `private transfers ${kind.name}, ${rows.toLocaleString("en-US")} rows: with proofs of rows against without`,
      figure: `${short(ratio("total"))}x the time, ${short(ratio("processor"))}x the processor time`,
      target: kind.count === 1 ? "shown" : "at most 1.12x",
    });
  }
} finally {
  for (const { chain } of chains) chain.close();
  rmSync(folder, { recursive: true, force: true });
}
