// SPDX-License-Identifier: Apache-2.0
/** A node on CometBFT whose places of blocks lie, and one with another genesis file. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cometFiles } from "@sotto/cometbft";
import { afterAll, describe, expect, test } from "vitest";
import { lyingRpc } from "../support/lyingRpc.ts";
import { newHome, removeAll } from "./node.ts";
import { Pair } from "./pair.ts";

const pairs: Pair[] = [];
const LONG_MS = 120_000;

afterAll(async () => {
  await removeAll();
  for (const { comet } of pairs) await comet.remove();
});

async function newPair(): Promise<Pair> {
  const pair = await Pair.make("lies-1");
  pairs.push(pair);
  return pair;
}

describe("a node on CometBFT", { timeout: LONG_MS }, () => {
  test("goes on when one place lies in rounds and signatures of commits", async () => {
    const pair = await newPair();
    const liar = await lyingRpc(pair.comet, "both");
    const elsewhere = newHome();
    const flags = ["--comet-rpc", liar.url, "--comet-home", elsewhere, "--comet-others", pair.comet.rpc];
    const node = await pair.startNode(flags);
    await pair.startEngine();
    await pair.comet.reached(1);
    await pair.comet.reached(6);
    expect(node.stderr).toContain(`the RPC ${liar.url} is not used: gives false parts: `);
    expect(node.stderr).not.toContain("cannot continue");
    await pair.stop();
    await liar.close();
  });

  test("does not begin with other consensus parameters than CometBFT's, and names the first", async () => {
    const pair = await newPair();
    const document = JSON.parse(readFileSync(cometFiles(pair.comet.home).genesis, "utf8")) as {
      consensus_params: { evidence: { max_age_num_blocks: string } };
    };
    const { evidence } = document.consensus_params;
    const theirs = evidence.max_age_num_blocks;
    evidence.max_age_num_blocks = String(Number(theirs) + 1);
    const folder = newHome();
    mkdirSync(folder, { recursive: true });
    const other = join(folder, "genesis.json");
    writeFileSync(other, JSON.stringify(document));
    const node = await pair.startNode(["--genesis", other]);
    await pair.startEngine();
    await node.ended;
    expect(node.stderr).toContain(
      `have another consensus_params.evidence.max_age_num_blocks (the node has ${evidence.max_age_num_blocks}, CometBFT has ${theirs}): give both the same file`,
    );
    await pair.engine.exited;
  });
});
