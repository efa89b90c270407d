// SPDX-License-Identifier: Apache-2.0
/**
 * What the comparison leaves out of a run, and that nothing hides behind it: each part of an
 * observation is changed, and the change is found.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Where } from "../../src/leaks/index.ts";
import type { Observation } from "../../src/leaks/observation.ts";
import { observe } from "../../src/leaks/observe.ts";
import {
  differences,
  encoded,
  isClaim,
  isContractRow,
  longer,
  other,
  otherKey,
  withAnswer,
  withAttributes,
  withCallAnswers,
  withCiphertext,
  withEncryptedAttributes,
  withLog,
  withoutEvents,
  withQueries,
  withRows,
  withSignatures,
  withTransaction,
} from "./changes.ts";
import { type Leaky, openLeaky, planted } from "./leaky.ts";

let leaky: Leaky;
/** Runs of messages with an answer and rows, with an encrypted attribute, and with an error. */
const seen: Record<"answer" | "rows" | "attribute" | "error" | "sub" | "query", Observation> = Object.create(null);

const run = async (name: string, secret = 4): Promise<Observation> =>
  observe(
    leaky.chain,
    planted[name]?.(leaky, secret, false) ?? (() => undefined),
    { queries: [], heights: "latest" },
    "run",
  );

beforeAll(async () => {
  leaky = await openLeaky();
  seen.answer = await run("answer_length");
  seen.rows = await run("row_count");
  seen.attribute = await run("attribute_length");
  seen.error = await run("error_kind", 1);
  seen.sub = await run("sub_length");
  seen.query = await run("query", 9);
});
afterAll(() => leaky.chain.close());

describe("a normalised field: other bytes of the same length show nothing, another length is found", () => {
  const fields: readonly [
    string,
    () => Observation,
    (of: Observation, change: (bytes: Uint8Array) => Uint8Array) => Observation,
    Where,
  ][] = [
    ["signatures", () => seen.answer, withSignatures, "transaction in clear"],
    ["the ciphertext of a message", () => seen.answer, withCiphertext, "message length"],
    ["the ciphertext of an answer", () => seen.answer, withAnswer, "answer length"],
    ["the ciphertext of an error", () => seen.error, withLog, "error length"],
    ["encrypted attributes", () => seen.attribute, withEncryptedAttributes, "attribute length"],
    [
      "values of rows of contracts",
      () => seen.rows,
      (of, value) => withRows(of, isContractRow, { value }),
      "row length",
    ],
    [
      "the client and nonce of a claim",
      () => seen.answer,
      (of, change) =>
        withRows(of, isClaim, { key: (key) => (change(key).length === key.length ? otherKey(key) : longer(key)) }),
      "number of rows",
    ],
    [
      "the attribute `tx.signature`",
      () => seen.answer,
      (of, change) =>
        withAttributes(of, ([key, value, encrypted], { type }) =>
          type === "tx" && key === "signature"
            ? [key, encoded(value, change)]
            : encrypted
              ? [key, value, true]
              : [key, value],
        ),
      "attribute length",
    ],
    [
      "data in the answer of a call",
      () => seen.answer,
      (of, change) => withCallAnswers(of, ({ data }) => ({ data: data && change(data) })),
      "length of a call's answer",
    ],
    [
      "values of rows in the answer of a call",
      () => seen.rows,
      (of, change) =>
        withCallAnswers(of, ({ rows }) => ({
          rows: rows.map(({ key, value }) => ({ key, value: value && change(value) })),
        })),
      "length of a row of a call",
    ],
    [
      "the message of a contract to another",
      () => seen.sub,
      (of, change) =>
        withCallAnswers(of, ({ messages }) => ({
          messages: messages.map((each) => ({
            ...each,
            wasm: each.wasm && { ...each.wasm, msg: change(each.wasm.msg) },
          })),
        })),
      "sub-message length",
    ],
  ];

  it.each(fields)("%s", (_, of, change, where) => {
    expect(differences(of(), change(of(), other))).toEqual([]);
    const found = differences(of(), change(of(), longer));
    if (where === "number of rows") expect(found).toEqual(["row written"]);
    else expect(found).toContain(where);
  });
});

describe("a field that is not normalised is found when it changes", () => {
  const changes: readonly [string, () => Observation, (of: Observation) => Observation, Where][] = [
    [
      "the key of a contract's row",
      () => seen.rows,
      (of) => withRows(of, isContractRow, { key: (key) => key.map((b, i) => (i === key.length - 1 ? b ^ 1 : b)) }),
      "row written",
    ],
    ["the owner of a claim", () => seen.rows, (of) => withRows(of, isClaim, { value: longer }), "row in clear"],
    [
      "a row of the chain",
      () => seen.rows,
      (of) => ({
        ...of,
        blocks: of.blocks.map((b) => ({
          ...b,
          rows: b.rows.map((r) => (r.store === "bank" ? { ...r, value: r.value && other(r.value) } : r)),
        })),
      }),
      "row in clear",
    ],
    [
      "the time of a block",
      () => seen.rows,
      (of) => ({ ...of, blocks: of.blocks.map((b) => ({ ...b, time: b.time + 1n })) }),
      "block time",
    ],
    ["a missing block", () => seen.rows, (of) => ({ ...of, blocks: [] }), "number of blocks"],
    ["a missing transaction", () => seen.rows, (of) => ({ ...of, transactions: [] }), "number of transactions"],
    [
      "the gas used",
      () => seen.rows,
      (of) => withTransaction(of, ({ result }) => ({ result: { ...result, gasUsed: result.gasUsed + 1n } })),
      "gas used",
    ],
    [
      "the gas wanted",
      () => seen.rows,
      (of) => withTransaction(of, ({ result }) => ({ result: { ...result, gasWanted: 1n } })),
      "transaction in clear",
    ],
    [
      "the code of a failure",
      () => seen.error,
      (of) => withTransaction(of, ({ result }) => ({ result: { ...result, code: 4 } })),
      "result",
    ],
    [
      "the codespace of a failure",
      () => seen.error,
      (of) => withTransaction(of, ({ result }) => ({ result: { ...result, codespace: "x" } })),
      "result",
    ],
    [
      "words of a log",
      () => seen.error,
      (of) => withTransaction(of, ({ result }) => ({ result: { ...result, log: `${result.log}!` } })),
      "error in clear",
    ],
    [
      "a log that only looks encrypted",
      () => seen.error,
      (of) => withTransaction(of, ({ result }) => ({ result: { ...result, log: "encrypted: 100" } })),
      "error in clear",
    ],
    [
      "the type of an event",
      () => seen.rows,
      (of) =>
        withTransaction(of, ({ result }) => ({
          result: { ...result, events: result.events.map((e) => ({ ...e, type: `${e.type}x` })) },
        })),
      "event",
    ],
    [
      "the order of events",
      () => seen.rows,
      (of) => withTransaction(of, ({ result }) => ({ result: { ...result, events: result.events.toReversed() } })),
      "order of events",
    ],
    [
      "an attribute in clear",
      () => seen.rows,
      (of) =>
        withAttributes(of, ([key, value, e]) => (e ? [key, value, true] : [key, key === "fee" ? "5uscrt" : value])),
      "attribute in clear",
    ],
    [
      "an attribute that is no longer encrypted",
      () => seen.attribute,
      (of) => withAttributes(of, ([key, value]) => [key, value]),
      "attribute",
    ],
    [
      "gas of a call",
      () => seen.rows,
      (of) => withCallAnswers(of, ({ gasUsed }) => ({ gasUsed: gasUsed + 1 })),
      "exact gas",
    ],
    [
      "a row of a call",
      () => seen.rows,
      (of) => withCallAnswers(of, ({ rows }) => ({ rows: rows.slice(1) })),
      "rows of a call",
    ],
    ["the outcome of a call", () => seen.rows, (of) => withCallAnswers(of, () => ({ outcome: 2 })), "result of a call"],
    [
      "the target of a sub-message",
      () => seen.sub,
      (of) =>
        withCallAnswers(of, ({ messages }) => ({
          messages: messages.map((m) => ({ ...m, wasm: m.wasm && { ...m.wasm, contract: "secret1other" } })),
        })),
      "sub-message",
    ],
    [
      "funds of a sub-message",
      () => seen.sub,
      (of) =>
        withCallAnswers(of, ({ messages }) => ({
          messages: messages.map((m) => ({
            ...m,
            wasm: m.wasm && { ...m.wasm, funds: [{ denom: "uscrt", amount: "1" }] },
          })),
        })),
      "sub-message in clear",
    ],
    [
      "a field of the answer without a name of its own",
      () => seen.rows,
      (of) => withCallAnswers(of, () => ({ adminProof: new Uint8Array(32) })),
      "frame length",
    ],
    [
      "an attribute in clear of a call that the chain undoes",
      () => withoutEvents(seen.attribute, "buy"),
      () => withoutEvents(seen.attribute, "bid"),
      "attribute in clear",
    ],
    [
      "the contract that a query asks",
      () => seen.query,
      (of) => withQueries(of, (text) => text.replace(/"contract_addr":"secret1.../, '"contract_addr":"secret1xyz')),
      "query of a contract",
    ],
    [
      "a query in clear, behind its beginning",
      () => withQueries(seen.query, () => `{"bank":{"balance":{"address":"${"a".repeat(200)}"}}}`),
      (of) => withQueries(of, (text) => text.replace("aa", "ab")),
      "query of a contract",
    ],
    [
      "a query that is missing",
      () => seen.query,
      (of) => ({ ...of, frames: of.frames.filter((_, i) => !isQueryFrame(of, i)) }),
      "number of queries",
    ],
  ];

  it.each(changes)("%s", (_, of, change, where) => {
    expect(differences(of(), change(of()))).toContain(where);
  });

  /**
   * Frames of a query inside a call: the ask, the query's own request and answer, the served bytes.
   */
  function isQueryFrame(of: Observation, index: number): boolean {
    const from = of.frames.findIndex(({ kind, bytes }) => kind === 2 && bytes[0] === 2);
    const to = of.frames.findLastIndex(({ kind }) => kind === 3);
    return index >= from && index <= to;
  }
});

describe("two runs with one secret", () => {
  it("show nothing, though their bytes differ", async () => {
    await leaky.chain.as("alice").execute(leaky.contract, { erase: {} });
    const [a, b] = [await run("row_count"), await run("row_count")];
    expect(differences(a, b)).toEqual([]);
    expect(differences(seen.rows, await run("row_count", 5))).not.toEqual([]);
  });
});
