// SPDX-License-Identifier: Apache-2.0
/**
 * What the comparison leaves out of a run, and that nothing hides behind it: each part of an
 * observation is changed, and the change is found.
 */
import { create } from "@bufbuild/protobuf";
import { fromBase64, fromUtf8, toBase64, toHex, toUtf8 } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { sha256 } from "@sotto/crypto";
import type { ChainAttribute, ChainEvent } from "@sotto/kernel";
import { TxMsgDataSchema } from "@sotto/proto/cosmos.base.abci.v1beta1";
import { MsgExecuteContractResponseSchema, MsgExecuteContractSchema } from "@sotto/proto/secret.compute.v1beta1";
import { CallAnswer, QueryChainAsk } from "@sotto/protocol";
import { decodeTx, encodeTxRaw } from "@sotto/tx";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Where } from "../../src/leaks/index.ts";
import type { Observation } from "../../src/leaks/observation.ts";
import { observe } from "../../src/leaks/observe.ts";
import { opaqueAttributes, snip52 } from "../../src/leaks/opaque.ts";
import { compareViews, viewOf } from "../../src/leaks/views.ts";
import type { SeenTransaction } from "../../src/watch.ts";
import { type Leaky, openLeaky, planted } from "./leaky.ts";

const NOTHING_OPAQUE = opaqueAttributes([]);
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

const differences = (a: Observation, b: Observation, opaque = NOTHING_OPAQUE): Where[] => {
  const view = (each: Observation) => viewOf(each, { reader: true, host: true, opaque });
  return [...new Set(compareViews(view(a), view(b)).map(({ where }) => where))];
};

/** The observation with its last transaction changed. */
const withTransaction = (of: Observation, change: (tx: SeenTransaction) => Partial<SeenTransaction>): Observation => ({
  ...of,
  transactions: of.transactions.map((each) => ({ ...each, ...change(each) })),
});

const longer = (bytes: Uint8Array): Uint8Array => Uint8Array.from([...bytes, 7]);
/** Other bytes of the same length. */
const other = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0x55);

/** The transaction with other signatures. */
const withSignatures = (of: Observation, change: (bytes: Uint8Array) => Uint8Array): Observation =>
  withTransaction(of, ({ bytes }) => {
    const { raw } = decodeTx(bytes);
    return { bytes: encodeTxRaw({ ...raw, signatures: raw.signatures.map(change) }) };
  });

/** The transaction with another ciphertext in its message. */
const withCiphertext = (of: Observation, change: (bytes: Uint8Array) => Uint8Array): Observation =>
  withTransaction(of, ({ bytes }) => {
    const { raw, messages } = decodeTx(bytes);
    const value = messages[0]?.value ?? new Uint8Array(0);
    const message = decode(MsgExecuteContractSchema, value);
    const changed = encode(MsgExecuteContractSchema, { ...message, msg: change(message.msg) });
    const at = Buffer.from(raw.bodyBytes).indexOf(value);
    const rest = raw.bodyBytes.subarray(at + value.length);
    // The lengths before the value are written again by hand: Any, then its value.
    const typeUrl = fromUtf8(`/${MsgExecuteContractSchema.typeName}`);
    const any = Uint8Array.from([10, ...varint(typeUrl.length), ...typeUrl, 18, ...varint(changed.length), ...changed]);
    const body = Uint8Array.from([10, ...varint(any.length), ...any, ...rest]);
    return { bytes: encodeTxRaw({ ...raw, bodyBytes: body }) };
  });

const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)]);

const withAnswer = (of: Observation, change: (bytes: Uint8Array) => Uint8Array): Observation =>
  withTransaction(of, ({ result }) => {
    const { msgResponses } = decode(TxMsgDataSchema, result.data);
    const responses = msgResponses.map(({ typeUrl, value }) => {
      const { data } = decode(MsgExecuteContractResponseSchema, value);
      const response = create(MsgExecuteContractResponseSchema, { data: change(data) });
      return { typeUrl, value: encode(MsgExecuteContractResponseSchema, response) };
    });
    const data = encode(TxMsgDataSchema, create(TxMsgDataSchema, { msgResponses: responses }));
    return { result: { ...result, data } };
  });

const withAttributes = (
  of: Observation,
  change: (attribute: ChainAttribute, event: ChainEvent) => ChainAttribute,
): Observation =>
  withTransaction(of, ({ result }) => ({
    result: {
      ...result,
      events: result.events.map((event) => ({
        ...event,
        attributes: event.attributes.map((each) => change(each, event)),
      })),
    },
  }));

const encoded = (text: string, change: (bytes: Uint8Array) => Uint8Array): string =>
  toBase64(change(fromBase64(text) ?? new Uint8Array(0)));

const withEncryptedAttributes = (of: Observation, change: (bytes: Uint8Array) => Uint8Array): Observation =>
  withAttributes(of, ([key, value, encrypted]) =>
    encrypted ? [encoded(key, change), encoded(value, change), true] : [key, value],
  );

const withLog = (of: Observation, change: (bytes: Uint8Array) => Uint8Array): Observation =>
  withTransaction(of, ({ result }) => ({
    result: {
      ...result,
      log: result.log.replace(
        /(encrypted: )([^:]+)/,
        (_, before: string, text: string) => before + encoded(text, change),
      ),
    },
  }));

const isContractRow = (key: Uint8Array) => key[0] === 0x03;
const isClaim = (key: Uint8Array) => key[0] === 0xf0;

const withRows = (
  of: Observation,
  isIt: (key: Uint8Array) => boolean,
  change: { key?: (b: Uint8Array) => Uint8Array; value?: (b: Uint8Array) => Uint8Array },
): Observation => ({
  ...of,
  blocks: of.blocks.map((block) => ({
    ...block,
    rows: block.rows.map((row) =>
      row.store === "compute" && isIt(row.key)
        ? {
            ...row,
            key: (change.key ?? ((key) => key))(row.key),
            value: row.value && (change.value ?? ((value) => value))(row.value),
          }
        : row,
    ),
  })),
});

const KEY_HEAD = 1;
/** All bytes of a key but its prefix. */
const otherKey = (key: Uint8Array): Uint8Array => key.map((byte, i) => (i < KEY_HEAD ? byte : byte ^ 0x55));

/** The frames with another answer of each call. */
const withCallAnswers = (of: Observation, change: (answer: CallAnswer) => Partial<CallAnswer>): Observation => {
  let method: number | undefined;
  return {
    ...of,
    frames: of.frames.map((frame) => {
      if (frame.kind === 1) method = frame.bytes[0];
      if (frame.kind !== 4 || method !== 3) return frame;
      const answer = CallAnswer.decodeRange(frame.bytes, 1, frame.bytes.length);
      return { ...frame, bytes: CallAnswer.encode({ ...answer, ...change(answer) }, 0) };
    }),
  };
};

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

/** The run of a failed transaction: events in the frames alone, with one attribute in clear. */
const withoutEvents = (of: Observation, value: string): Observation =>
  withCallAnswers(
    withTransaction(of, ({ result }) => ({ result: { ...result, events: [] } })),
    () => ({ attributes: [{ key: "kind", value, encrypted: false }] }),
  );

/** Other requests in the queries of contracts. */
const withQueries = (of: Observation, change: (request: string) => string): Observation => ({
  ...of,
  frames: of.frames.map((frame) => {
    if (frame.kind !== 2 || frame.bytes[0] !== 2) return frame;
    const ask = QueryChainAsk.decodeRange(frame.bytes, 1, frame.bytes.length);
    const request = fromUtf8(change(toUtf8(ask.request) ?? ""));
    return { ...frame, bytes: QueryChainAsk.encode({ ...ask, request }, 2) };
  }),
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
          rows: b.rows.map((r) => (r.store !== "compute" ? { ...r, value: r.value && other(r.value) } : r)),
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
   * Frames of a query inside a call: the ask, the query's own request and answer, what was served.
   */
  function isQueryFrame(of: Observation, index: number): boolean {
    const from = of.frames.findIndex(({ kind, bytes }) => kind === 2 && bytes[0] === 2);
    const to = of.frames.findLastIndex(({ kind }) => kind === 3);
    return index >= from && index <= to;
  }
});

describe("an attribute that a test declares as opaque", () => {
  const opaque = opaqueAttributes(["leaf", snip52]);
  const hash = (text: string): Uint8Array => sha256(fromUtf8(text));
  const differ = (a: readonly [string, string], b: readonly [string, string]) => {
    const [one, two] = [a, b].map((attribute) =>
      withTransaction(seen.rows, ({ result }) => ({
        result: { ...result, events: [{ type: "wasm", attributes: [attribute] }] },
      })),
    );
    if (one === undefined || two === undefined) throw new Error("two runs");
    return { declared: differences(one, two, opaque), undeclared: differences(one, two) };
  };

  it("is compared by length", () => {
    const [a, b] = [toHex(hash("a")), toHex(hash("b"))];
    expect(differ(["leaf", a], ["leaf", b])).toEqual({ declared: [], undeclared: ["attribute in clear"] });
    expect(differ(["leaf", a], ["leaf", `${b}00`]).declared).toEqual(["attribute length"]);
    expect(differ(["other", a], ["other", b]).declared).toEqual(["attribute in clear"]);
  });

  it("may have a key that differs in each run, behind a prefix", () => {
    const notice = (id: string, value = id): [string, string] => [
      `snip52:${toBase64(hash(id))}`,
      toBase64(hash(value)),
    ];
    expect(differ(notice("a"), notice("b"))).toEqual({ declared: [], undeclared: ["attribute"] });
    expect(differ(notice("a"), [notice("b")[0], toBase64(longer(longer(hash("b"))))]).declared).toEqual([
      "attribute length",
    ]);
    expect(differ(["snip52:bid", toHex(hash("a"))], ["snip52:ask", toHex(hash("b"))]).declared).toContain("attribute");
  });

  it("has its place by its random key in events that the chain sorts, and by the contract in others", () => {
    const notice = (id: string, size: number): [string, string] => [
      `snip52:${toBase64(hash(id))}`,
      toBase64(Uint8Array.from([...hash(id), ...hash(id)].slice(0, size))),
    ];
    const events = (contract: string, ...all: [string, string][]) =>
      withTransaction(seen.rows, ({ result }) => {
        const attributes: ChainAttribute[] = [["contract_address", contract], ...all, ["msg_index", "0"]];
        return { result: { ...result, events: [{ type: "wasm", attributes }] } };
      });
    const [long, short] = [notice("a", 60), notice("b", 40)];
    const found = (contract: string) =>
      differences(events(contract, long, short), events(contract, short, long), opaque);
    expect(found("secret1called")).toEqual([]);
    expect(found(leaky.contract.address)).toEqual(["attribute length"]);
    const other = differences(events("secret1called", long, short), events("secret1called", long, long), opaque);
    expect(other).toEqual(["attribute length"]);
  });

  it.each([
    ["too short", "12", "15"],
    ["text", "low bid", "big bid"],
    ["text in base64", toBase64(fromUtf8("a bid of one hundred")), toBase64(fromUtf8("a bid of one thousand"))],
    ["hex of a number", "00".repeat(31) + "0a", "00".repeat(31) + "0b"],
  ])("must look random: %s", (_, a, b) => {
    expect(differ(["leaf", a], ["leaf", b]).declared).toEqual(["declared opaque"]);
  });
});

describe("two runs with one secret", () => {
  it("show nothing, though their bytes differ", async () => {
    await leaky.chain.as("alice").execute(leaky.contract, { erase: {} });
    const [a, b] = [await run("row_count"), await run("row_count")];
    expect(differences(a, b)).toEqual([]);
    expect(differences(seen.rows, await run("row_count", 5))).not.toEqual([]);
  });
});
