// SPDX-License-Identifier: Apache-2.0
/**
 * Runs recorded chains of the Cosmos SDK's own auth and bank in Sotto's whole application, with the
 * same genesis and transactions. Each block must have the same written rows (also rewrites of equal
 * values), store hashes, codes, data, events, single charges and gas. The test reads every entry
 * and every field of the vectors.
 */
import { toHex } from "@sotto/bytes";
import { resultsHash } from "@sotto/comet";
import { sha256 } from "@sotto/crypto";
import type { TxResult } from "@sotto/kernel";
import { expect, it, onTestFinished, vi } from "vitest";
import { traceCharges } from "../chain/chargeTrace.ts";
import { base64, SdkChain, wireEvents } from "./sdkChain.ts";
import { type BlockOut, loadSdkVector, type SdkVector, type TxOut } from "./sdkVector.ts";
import { fields } from "./vectorFiles.ts";

/**
 * Stores that must hold the same rows. Other stores belong to modules that these chains do not
 * have, and the app hash covers all stores.
 */
const COMPARED = ["acc", "bank", "circuit", "consensus"];

/**
 * Different results, by the script's description of the transaction: Sotto has no module of fee
 * grants yet.
 */
const NO_GRANTS = { code: 18, codespace: "sdk" };
const OTHERWISE: Readonly<Record<string, typeof NO_GRANTS>> = {
  "fee granter who granted nothing": NO_GRANTS,
  "fee granter in amino JSON": NO_GRANTS,
};

/**
 * Different texts: the SDK prints an unknown payer's raw bytes, and no reason of a failed decoding.
 */
const OTHER_TEXT = /^fee payer address: |^tx parse error$/;

/** The hash of a store without rows. */
const EMPTY = toHex(sha256(new Uint8Array(0)));

const ours = ({ code, codespace, gasWanted, gasUsed, data, events }: TxResult) => ({
  code,
  codespace,
  gas_wanted: Number(gasWanted),
  gas_used: Number(gasUsed),
  data: toHex(data),
  events: wireEvents(events),
});

const theirs = ({ code, codespace = "", gas_wanted, gas_used, data = "", events }: TxOut) => ({
  code,
  codespace,
  gas_wanted,
  gas_used,
  data,
  events,
});

/**
 * The SDK's charges in Sotto's form: without the stores' names, and without charges of zero gas (a
 * read of the next transaction).
 */
const charges = (trace: readonly string[]): string[] =>
  trace
    .filter((line) => !line.startsWith("0 "))
    .map((line) => line.replace(/^([0-9]+) [a-z]+ (get|has|set|delete) /, "$1 $2 ").trimEnd());

/** Compares one transaction. Returns whether the result was the same. */
function compareTx(about: string, result: TxResult, lines: readonly string[], answer: TxOut, at: string): boolean {
  fields(answer, "code", "codespace", "log", "gas_wanted", "gas_used", "data", "events", "trace");
  const otherwise = OTHERWISE[about];
  if (otherwise !== undefined) {
    expect(result, at).toMatchObject(otherwise);
    return false;
  }
  expect(lines, at).toEqual(charges(answer.trace ?? []));
  expect(ours(result), at).toEqual(theirs(answer));
  const text = answer.log ?? "";
  if (OTHER_TEXT.test(text)) expect(result.log, at).not.toBe("");
  else expect(result.log, at).toBe(text);
  return true;
}

function compareStores(ran: ReturnType<SdkChain["run"]>, answer: BlockOut, at: string): void {
  for (const store of COMPARED) {
    // Genesis and the first block are one commit, and the rows of the vector's genesis are compared
    // after it.
    if (answer.height > 1) expect(ran.written[store] ?? [], `${at}, ${store}`).toEqual(answer.writes?.[store] ?? []);
    expect(ran.roots.get(store), `${at}, hash of ${store}`).toBe(answer.stores[store]);
  }
  // The comparison is complete: the other stores are empty.
  const others = Object.entries(answer.stores).filter(([name]) => !COMPARED.includes(name));
  expect(new Set(others.map(([, hash]) => hash)), `${at}, other stores`).toEqual(new Set([EMPTY]));
}

/** Compares simulations: the gas of a transaction and the reason of its failure. */
function compareSimulations(chain: SdkChain, block: SdkVector["script"]["blocks"][number], answer: BlockOut): void {
  expect((block.simulate ?? []).length).toBe((answer.simulate ?? []).length);
  block.simulate?.forEach((entry, i) => {
    const { gas_used, error = "" } = fields(answer.simulate?.[i] ?? { gas_used: 0 }, "gas_used", "error");
    const { gasUsed, log } = chain.queries.simulate(base64(fields(entry, "tx").tx));
    expect({ gas: Number(gasUsed), log }, `block ${block.height}, simulation ${i}`).toEqual({
      gas: gas_used,
      log: error,
    });
  });
}

function runVector(vector: SdkVector): void {
  fields(vector, "name", "seed", "about", "keys", "genesis", "script", "out");
  const { script, out } = vector;
  fields(script, "chain_id", "options", "blocks");
  fields(out, "genesis_rows", "genesis_validators", "blocks");
  expect(script.blocks.length).toBe(out.blocks.length);
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  const trace = traceCharges();
  const chain = new SdkChain(vector);
  script.blocks.forEach((block, i) => {
    const known = ["votes", "txs", "simulate"] as const;
    fields(block, "height", "time", "hash", "proposer", "next_validators_hash", ...known);
    const answer = fields(
      out.blocks[i] as BlockOut,
      "height",
      "app_hash",
      "results_hash",
      "stores",
      "events",
      "txs",
      "writes",
      "simulate",
    );
    const at = `block ${block.height}`;
    trace.take();
    const ran = chain.run(block);
    const traces = trace.take();
    const same = block.txs.map((entry, j) => {
      const { about } = fields(entry, "about", "tx");
      const theirTx = answer.txs[j] as TxOut;
      const lines = theirTx.trace === undefined ? [] : (traces.shift() ?? []);
      return compareTx(about, ran.results[j] as TxResult, lines, theirTx, `${at}, transaction ${j} (${about})`);
    });
    expect(traces, `${at}: charges that belong to no transaction`).toEqual([]);
    expect(answer.txs.length, at).toBe(block.txs.length);
    if (same.every(Boolean)) expect(toHex(resultsHash(ran.results)), at).toBe(answer.results_hash);
    expect(ran.events, at).toEqual(answer.events);
    if (i === 0) {
      for (const store of COMPARED) expect(chain.rows(store), store).toEqual(out.genesis_rows[store] ?? []);
      expect(answer.writes ?? {}).toEqual({});
    }
    compareStores(ran, answer, at);
    compareSimulations(chain, block, answer);
  });
}

it("random sends and multi-sends, also failing ones", () => runVector(loadSdkVector("bank-alone")), 60_000);

it(
  "messages of governance from users, and the reported one of several faults",
  () => runVector(loadSdkVector("authority-alone")),
  60_000,
);

it("a genesis that the import must sort", () => runVector(loadSdkVector("genesis-alone")), 60_000);

it("every way to sign a transaction, and every failure", () => runVector(loadSdkVector("transactions-alone")), 60_000);
