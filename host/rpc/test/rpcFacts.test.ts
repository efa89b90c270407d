// SPDX-License-Identifier: Apache-2.0
/** The JSON of each type, compared with the output of CometBFT v0.38.19 for the same value. */
import { readFileSync } from "node:fs";
import { create } from "@bufbuild/protobuf";
import type { BlockNews, StoredResults, StoredTx } from "@sotto/backend";
import { toUtf8 } from "@sotto/bytes";
import { encode } from "@sotto/codec";
import { ABSENT, type Block, type Header, NIL_BLOCK_ID, txProofs, ZERO_TIME } from "@sotto/comet";
import { sha256 } from "@sotto/crypto";
import type { TxResult } from "@sotto/kernel";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import { DEFAULT_PARAMS } from "@sotto/x-consensus";
import { afterAll, describe, expect, it } from "vitest";
import { Failure, failureJson, successJson } from "../src/call.ts";
import { eventsOf } from "../src/events.ts";
import {
  blockMetaJson,
  commitJson,
  headerJson,
  paramsJson,
  queryResultJson,
  resultsParts,
  storedBlockParts,
  storedTxJson,
  txResultJson,
  validatorJson,
} from "../src/json.ts";

const { facts } = JSON.parse(readFileSync(new URL("rpcFacts.json", import.meta.url), "utf8")) as {
  facts: Record<string, string>;
};
const used = new Set<string>();
const fact = (name: string): string => {
  used.add(name);
  const text = facts[name];
  if (text === undefined) throw new Error(`no fact ${name}`);
  return text;
};
/** A part of a fact, unchanged. */
const part = (name: string, ...path: readonly string[]): string => {
  let value: unknown = JSON.parse(fact(name));
  for (const key of path) value = (value as Record<string, unknown>)[key];
  return goText(JSON.stringify(value));
};
/** JSON.stringify does not escape three characters that Go escapes. */
const goText = (json: string): string =>
  json.replaceAll("<", "\\u003c").replaceAll(">", "\\u003e").replaceAll("&", "\\u0026");

const NOTHING = new Uint8Array(0);
const EMPTY_HEADER: Header = {
  version: { block: 0, app: 0 },
  chainId: "",
  height: 0,
  time: ZERO_TIME,
  lastBlockId: NIL_BLOCK_ID,
  lastCommitHash: NOTHING,
  dataHash: NOTHING,
  validatorsHash: NOTHING,
  nextValidatorsHash: NOTHING,
  consensusHash: NOTHING,
  appHash: NOTHING,
  lastResultsHash: NOTHING,
  evidenceHash: NOTHING,
  proposerAddress: NOTHING,
};
const header: Header = {
  ...EMPTY_HEADER,
  version: { block: 11, app: 0 },
  chainId: "x",
  height: 5,
  time: { seconds: 1, nanos: 5000 },
  dataHash: Uint8Array.of(1, 2),
  proposerAddress: Uint8Array.of(3),
};
const result: TxResult = {
  code: 5,
  codespace: "sdk",
  data: Uint8Array.of(1),
  log: "<a>",
  gasWanted: 5n,
  gasUsed: 6n,
  events: [
    { type: "t", attributes: [["k", "v"]] },
    { type: "empty", attributes: [] },
  ],
};
const noResult: TxResult = { code: 0, codespace: "", data: NOTHING, log: "", gasWanted: 0n, gasUsed: 0n, events: [] };

/**
 * The reference's value had a second attribute that was not marked as indexed; here all attributes
 * are.
 */
const SECOND = ',{"key":"","value":"","index":false}';
const withoutSecond = (json: string): string => json.replaceAll(SECOND, "");

const params = encode(ConsensusParamsSchema, create(ConsensusParamsSchema, DEFAULT_PARAMS));
const key = new Uint8Array(32);
const block: Block = {
  header,
  txs: [Uint8Array.of(1, 2)],
  evidence: [],
  lastCommit: { height: 0, round: 0, blockId: NIL_BLOCK_ID, signatures: [] },
};

const resultsText = (results: StoredResults): string => [...resultsParts(results, results.txResults)].join("");

describe("blocks", () => {
  it("prints headers", () => {
    expect(headerJson(EMPTY_HEADER)).toBe(fact("header0"));
    expect(headerJson(header)).toBe(fact("header1"));
  });

  it("prints commits with absent and present signatures", () => {
    const commit = {
      height: 0,
      round: 0,
      blockId: NIL_BLOCK_ID,
      signatures: [
        ABSENT,
        {
          flag: 2,
          validatorAddress: Uint8Array.of(1),
          timestamp: { seconds: 1, nanos: 5 },
          signature: Uint8Array.of(4),
        },
      ],
    };
    expect(commitJson(commit)).toBe(fact("commit1"));
  });

  it("prints blocks and their metas", () => {
    const stored = { blockId: NIL_BLOCK_ID, block, size: 5 };
    // A commit from a store has an empty list of signatures rather than no list.
    expect([...storedBlockParts(stored)].join("")).toBe(fact("block1").replace('"signatures":null', '"signatures":[]'));
    const { header } = block;
    const meta = blockMetaJson({ blockId: NIL_BLOCK_ID, header, size: 5, txCount: 3, appHash: NOTHING });
    expect(`{"last_height":"4","block_metas":[${meta}]}`).toBe(fact("blockchain"));
  });

  it("prints results of blocks", () => {
    const none = { height: 3, txResults: [], events: [], validatorUpdates: [], appHash: NOTHING };
    expect(resultsText(none)).toBe(fact("results0"));
    const full = {
      ...none,
      txResults: [result],
      events: result.events,
      validatorUpdates: [
        { pubKey: key, power: 5n },
        { pubKey: key, power: 0n },
      ],
      appHash: Uint8Array.of(1, 2),
    };
    expect(resultsText(full)).toBe(withoutSecond(fact("results1")));
    const changed = JSON.parse(resultsText({ ...none, consensusParamUpdates: params }));
    expect(JSON.stringify(changed.consensus_param_updates)).toBe(part("results params", "consensus_param_updates"));
  });

  it("prints validators and parameters", () => {
    const validator = {
      address: sha256(key).slice(0, 20),
      publicKey: { type: "ed25519", bytes: key } as const,
      votingPower: 7n,
      proposerPriority: -4n,
    };
    expect(`[${validatorJson(validator)}]`).toBe(part("validators", "validators"));
    expect(paramsJson(params, true)).toBe(part("params", "consensus_params"));
  });
});

describe("transactions", () => {
  it("prints results", () => {
    expect(txResultJson(noResult)).toBe(fact("exec0p"));
    expect(txResultJson(result)).toBe(part("bcommit", "tx_result").replace(SECOND, ""));
    expect(fact("exec1")).toContain("\\u003ca\\u003e");
  });

  it("prints them with and without a proof", () => {
    const time = { seconds: 0, nanos: 0 };
    const tx: StoredTx = { hash: Uint8Array.of(1), height: 3, index: 0, time, tx: Uint8Array.of(1, 2), result };
    expect(storedTxJson(tx)).toBe(withoutSecond(fact("tx0")));
    const prove = (index: number, bytes: number, all: readonly number[]) => {
      const { root, proofs } = txProofs(all.map((each) => Uint8Array.of(each)));
      const proof = proofs[index];
      if (proof === undefined) throw new Error("no proof");
      const stored = { ...tx, index, result: noResult, tx: Uint8Array.of(bytes), proof: { root, proof } };
      return JSON.stringify(JSON.parse(storedTxJson(stored)).proof);
    };
    expect(prove(1, 2, [1, 2, 3])).toBe(part("tx1", "proof"));
    expect(prove(0, 1, [1])).toBe(part("tx1 alone", "proof"));
  });
});

describe("queries", () => {
  it("prints results with and without a proof", () => {
    const none = { code: 0, codespace: "", log: "", key: NOTHING, value: NOTHING, ops: [], height: 0 };
    expect(`{"response":${queryResultJson(none)}}`).toBe(fact("query0"));
    const full = {
      code: 1,
      codespace: "sdk",
      log: "l",
      key: Uint8Array.of(1),
      value: Uint8Array.of(2),
      ops: [{ type: "ics23:iavl", key: Uint8Array.of(1), data: Uint8Array.of(2) }],
      height: 5,
    };
    // This node never writes "info".
    expect(`{"response":${queryResultJson(full)}}`).toBe(fact("query1").replace('"info":"i"', '"info":""'));
  });
});

describe("events", () => {
  const news = (overrides: Partial<BlockNews["results"]>, txs: readonly Uint8Array[] = []): BlockNews => ({
    block: { blockId: NIL_BLOCK_ID, block: { ...block, header: { ...header, height: 4 }, txs }, size: 1 },
    results: { height: 4, txResults: [], events: [], validatorUpdates: [], appHash: NOTHING, ...overrides },
  });
  const dataOf = (given: BlockNews, at: number): string => {
    const all = [...eventsOf(given)];
    return toUtf8(all.at(at)?.data() ?? NOTHING) ?? "";
  };

  it("prints a new block", () => {
    const given = news({ events: result.events, txResults: [result] });
    const ours = JSON.parse(dataOf(given, 0));
    const theirs = JSON.parse(withoutSecond(fact("event newblock1"))).data;
    expect(Object.keys(ours.value)).toEqual(Object.keys(theirs.value));
    expect(ours.type).toBe(theirs.type);
    const { app_hash: _hash, ...finalized } = ours.value.result_finalize_block;
    expect(JSON.stringify(finalized)).toBe(JSON.stringify(theirs.value.result_finalize_block));
  });

  it("prints headers, block events and validator changes", () => {
    const bare = news({});
    const headers = { ...bare, block: { ...bare.block, block: { ...block, header: EMPTY_HEADER, txs: [] } } };
    expect(dataOf(headers, 1)).toBe(part("event header", "data"));
    const four = [1, 2, 3, 4].map((each) => Uint8Array.of(each));
    const events = news({ events: result.events }, four);
    expect(dataOf(events, 2)).toBe(JSON.stringify(JSON.parse(withoutSecond(fact("event blockevents"))).data));
    expect(dataOf(bare, 2)).toBe(part("event blockevents0", "data"));
    const changed = JSON.parse(dataOf(news({ validatorUpdates: [{ pubKey: key, power: 7n }] }), -1));
    const theirs = JSON.parse(fact("event valset")).data;
    // The application sets no priority yet.
    theirs.value.validator_updates[0].proposer_priority = "0";
    expect(changed).toEqual(theirs);
  });

  it("prints transactions without what is zero", () => {
    const full = dataOf(news({ txResults: [result] }, [Uint8Array.of(1)]), -1);
    expect(full).toBe(goText(JSON.stringify(JSON.parse(withoutSecond(fact("event tx"))).data)));
    const given = news(
      { txResults: [noResult, noResult, noResult] },
      [1, 1, 1].map((each) => Uint8Array.of(each)),
    );
    expect(dataOf(given, -1)).toBe(part("event tx1", "data"));
  });
});

describe("envelopes", () => {
  it("prints successes and failures", () => {
    expect(successJson("1", "{}")).toBe(fact("rpcok"));
    expect(failureJson("-1", Failure.internal, "boo <x>")).toBe(fact("rpcerr"));
    expect(failureJson('"a"', Failure.unknownMethod)).toBe(fact("rpcerr2"));
    expect(failureJson(undefined, Failure.parse, "x")).toBe(fact("rpcerr3"));
  });
});

describe("the facts", () => {
  // Printed from methods whose context needs a node: rpc.test.ts compares them.
  const elsewhere = ["bcast1", "status", "chunk", "unconf0", "unconf1"];
  afterAll(() => undefined);
  it("are all compared here or there", () => {
    expect(Object.keys(facts).filter((name) => !used.has(name) && !elsewhere.includes(name))).toEqual([]);
  });
});
