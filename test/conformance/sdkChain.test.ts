/**
 * Runs chains of the Cosmos SDK's own auth and bank again: the same genesis and the same
 * transactions through our whole application, and block for block the same rows, written again
 * where the SDK writes them again, the same store hashes, codes, data, events, charges one by one,
 * and gas. Every entry and every field of the vectors is looked at.
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
 * The stores that hold the same rows. The others are those of modules that these chains do not
 * have, and the app hash is of all.
 */
const COMPARED = ["acc", "bank", "circuit", "consensus"];

/**
 * What is answered otherwise here, by what the script says of the transaction: there is no module
 * of fee grants yet.
 */
const NO_GRANTS = { code: 18, codespace: "sdk" };
const OTHERWISE: Readonly<Record<string, typeof NO_GRANTS>> = {
  "fee granter who granted nothing": NO_GRANTS,
  "fee granter in amino JSON": NO_GRANTS,
};

/**
 * Texts that are others here: the SDK prints an unknown payer's raw bytes and nothing of what it
 * could not decode.
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
 * Their charges in the form of ours: without the stores' names, and without what costs nothing here
 * (a read of the next transaction).
 */
const charges = (trace: readonly string[]): string[] =>
  trace
    .filter((line) => !line.startsWith("0 "))
    .map((line) => line.replace(/^([0-9]+) [a-z]+ (get|has|set|delete) /, "$1 $2 ").trimEnd());

/** Compares one transaction. Answers whether it was the same. */
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
  // Nothing of what lives there is left out: the other stores are empty.
  const others = Object.entries(answer.stores).filter(([name]) => !COMPARED.includes(name));
  expect(new Set(others.map(([, hash]) => hash)), `${at}, other stores`).toEqual(new Set([EMPTY]));
}

/** Simulations say what a transaction would use, and why it would fail. */
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

it("random sends and multi-sends, failing ones among them", () => runVector(loadSdkVector("bank-alone")), 60_000);

it(
  "messages of governance that users send, and which of several faults is told",
  () => runVector(loadSdkVector("authority-alone")),
  60_000,
);

it("a genesis that has to be put in order", () => runVector(loadSdkVector("genesis-alone")), 60_000);

it(
  "every way in which a transaction may be signed, and may fail",
  () => runVector(loadSdkVector("transactions-alone")),
  60_000,
);
