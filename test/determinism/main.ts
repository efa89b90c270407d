// SPDX-License-Identifier: Apache-2.0
/**
 * Runs a workload and prints its transcript, to compare this Node with another one, or with other
 * flags of V8.
 * Usage: node --import ./tools/example/register.mjs test/determinism/main.ts whole|small|golden
 */
import "../../tools/contractThread.mjs";
import { writeFileSync } from "node:fs";
import { secp256k1Backend } from "@sotto/crypto";
import { GOLDEN, goldenOf } from "./golden.ts";
import { RecordedChain } from "./recordedChain.ts";
import { smallWorkload, wholeWorkload } from "./workload.ts";

const [what = "whole"] = process.argv.slice(2);
if (!["whole", "small", "golden"].includes(what)) throw new Error("usage: main.ts whole|small|golden");
console.error(`node ${process.version}, secp256k1 ${secp256k1Backend}`);
const chain = new RecordedChain();
try {
  if (what === "small") smallWorkload(chain);
  else wholeWorkload(chain);
} finally {
  chain.close();
}
if (what === "golden") {
  writeFileSync(GOLDEN, goldenOf(chain));
  console.log(`wrote ${chain.blocks.length} blocks, the last with application hash ${chain.appHash}`);
} else {
  process.stdout.write(`${chain.lines.join("\n")}\n`);
}
