// SPDX-License-Identifier: Apache-2.0
/**
 * Blocks of the embedded sequencer through a stock CometBFT: it sends them over ABCI to a node
 * without a block, and all answers are byte for byte those that the sequencer got. With
 * SOTTO_WHOLE=1 the blocks are those of test/determinism/golden.json; without it a part of the
 * workload, which takes seconds.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { genesisSet } from "@sotto/blocks";
import { concat, fromHex, toHex } from "@sotto/bytes";
import { openApplication } from "@sotto/contract-test/parts";
import { expect, it, onTestFinished } from "vitest";
import { differs, GOLDEN } from "../../determinism/golden.ts";
import { CHAIN_ID, genesis, RecordedChain, SEED } from "../../determinism/recordedChain.ts";
import { smallWorkload, wholeWorkload } from "../../determinism/workload.ts";
import { Replay, storedBlocks } from "../../support/replay.ts";

const isWhole = process.env["SOTTO_WHOLE"] === "1";

/** tendermint.abci.ResponseFinalizeBlock: the results, and the application hash as field 5. */
const answer = (results: Uint8Array, appHash: string): string =>
  toHex(concat(results, Uint8Array.of(0x2a, 32), fromHex(appHash) ?? new Uint8Array(0)));

it("a stock CometBFT gets the answers that the embedded sequencer got", { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "sotto-golden-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const first = new RecordedChain({ path: folder });
  onTestFinished(() => first.close());
  (isWhole ? wholeWorkload : smallWorkload)(first);
  if (isWhole) expect(differs(JSON.parse(readFileSync(GOLDEN, "utf8")), first.blocks)).toBeUndefined();
  else expect(first.blocks.length).toBeGreaterThan(20);

  const { app, queries, store } = openApplication({
    chainId: CHAIN_ID,
    validators: genesisSet(genesis.validators),
    seed: SEED,
  });
  onTestFinished(() => store.close());
  const { appState: _state, json: genesisText, ...chain } = genesis;
  const blocks = storedBlocks(first.opened.log);
  const replay = await Replay.open({ genesis: chain, genesisText, blocks, app, queries, form: "socket" });
  onTestFinished(() => replay.close());
  for (const { height, appHash } of first.blocks) {
    expect(toHex(await replay.next()), `block ${height}`).toBe(answer(first.results(height), appHash));
  }
  await replay.end();
});
