// SPDX-License-Identifier: Apache-2.0
/** Changes of an observation: other bytes, other lengths, other fields. */
import { create } from "@bufbuild/protobuf";
import { fromBase64, fromUtf8, toBase64, toUtf8 } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import type { ChainAttribute, ChainEvent } from "@sotto/kernel";
import { TxMsgDataSchema } from "@sotto/proto/cosmos.base.abci.v1beta1";
import { MsgExecuteContractResponseSchema, MsgExecuteContractSchema } from "@sotto/proto/secret.compute.v1beta1";
import { CallAnswer, QueryChainAsk } from "@sotto/protocol";
import { decodeTx, encodeTxRaw } from "@sotto/tx";
import type { Where } from "../../src/leaks/index.ts";
import type { Observation } from "../../src/leaks/observation.ts";
import { opaqueAttributes } from "../../src/leaks/opaque.ts";
import { compareViews, viewOf } from "../../src/leaks/views.ts";
import type { SeenTransaction } from "../../src/watch.ts";

const NOTHING_OPAQUE = opaqueAttributes([]);

/** Names of the differences that a host sees. */
export const differences = (a: Observation, b: Observation, opaque = NOTHING_OPAQUE): Where[] => {
  const view = (each: Observation) => viewOf(each, { reader: true, host: true, opaque });
  return [...new Set(compareViews(view(a), view(b)).map(({ where }) => where))];
};

/** The observation with its last transaction changed. */
export const withTransaction = (
  of: Observation,
  change: (tx: SeenTransaction) => Partial<SeenTransaction>,
): Observation => ({
  ...of,
  transactions: of.transactions.map((each) => ({ ...each, ...change(each) })),
});

export const longer = (bytes: Uint8Array): Uint8Array => Uint8Array.from([...bytes, 7]);
/** Other bytes of the same length. */
export const other = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0x55);

/** The transaction with other signatures. */
export const withSignatures = (of: Observation, change: (bytes: Uint8Array) => Uint8Array): Observation =>
  withTransaction(of, ({ bytes }) => {
    const { raw } = decodeTx(bytes);
    return { bytes: encodeTxRaw({ ...raw, signatures: raw.signatures.map(change) }) };
  });

/** The transaction with another ciphertext in its message. */
export const withCiphertext = (of: Observation, change: (bytes: Uint8Array) => Uint8Array): Observation =>
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

export const withAnswer = (of: Observation, change: (bytes: Uint8Array) => Uint8Array): Observation =>
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

export const withAttributes = (
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

export const encoded = (text: string, change: (bytes: Uint8Array) => Uint8Array): string =>
  toBase64(change(fromBase64(text) ?? new Uint8Array(0)));

export const withEncryptedAttributes = (of: Observation, change: (bytes: Uint8Array) => Uint8Array): Observation =>
  withAttributes(of, ([key, value, encrypted]) =>
    encrypted ? [encoded(key, change), encoded(value, change), true] : [key, value],
  );

export const withLog = (of: Observation, change: (bytes: Uint8Array) => Uint8Array): Observation =>
  withTransaction(of, ({ result }) => ({
    result: {
      ...result,
      log: result.log.replace(
        /(encrypted: )([^:]+)/,
        (_, before: string, text: string) => before + encoded(text, change),
      ),
    },
  }));

export const isContractRow = (key: Uint8Array) => key[0] === 0x03;
export const isClaim = (key: Uint8Array) => key[0] === 0xf0;

export const withRows = (
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
export const otherKey = (key: Uint8Array): Uint8Array => key.map((byte, i) => (i < KEY_HEAD ? byte : byte ^ 0x55));

/** The frames with another answer of each call. */
export const withCallAnswers = (of: Observation, change: (answer: CallAnswer) => Partial<CallAnswer>): Observation => {
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

/** The run of a failed transaction: events in the frames alone, with one attribute in clear. */
export const withoutEvents = (of: Observation, value: string): Observation =>
  withCallAnswers(
    withTransaction(of, ({ result }) => ({ result: { ...result, events: [] } })),
    () => ({ attributes: [{ key: "kind", value, encrypted: false }] }),
  );

/** Other requests in the queries of contracts. */
export const withQueries = (of: Observation, change: (request: string) => string): Observation => ({
  ...of,
  frames: of.frames.map((frame) => {
    if (frame.kind !== 2 || frame.bytes[0] !== 2) return frame;
    const ask = QueryChainAsk.decodeRange(frame.bytes, 1, frame.bytes.length);
    const request = fromUtf8(change(toUtf8(ask.request) ?? ""));
    return { ...frame, bytes: QueryChainAsk.encode({ ...ask, request }, 2) };
  }),
});
