// SPDX-License-Identifier: Apache-2.0
import type { DescMessage } from "@bufbuild/protobuf";
import { toHex, toUtf8 } from "@sotto/bytes";
import { decode } from "@sotto/codec";
import { sha256 } from "@sotto/crypto";
import type { ChainEvent, TxResult } from "@sotto/kernel";
import { decryptError, decryptOutput, findTxErrors, type MessageKey, openAttribute } from "@sotto/message";
import { TxMsgDataSchema } from "@sotto/proto/cosmos.base.abci.v1beta1";
import {
  MsgExecuteContractResponseSchema,
  MsgInstantiateContractResponseSchema,
  MsgMigrateContractResponseSchema,
} from "@sotto/proto/secret.compute.v1beta1";

export interface EventAttribute {
  readonly key: string;
  readonly value: string;
  /** Whether only the sender of the message can read it. */
  readonly encrypted: boolean;
}

/** An event of a transaction, decrypted for its sender. */
export interface DecodedEvent {
  readonly type: string;
  readonly attributes: readonly EventAttribute[];
}

/** The result of one message of a transaction. */
export interface MessageResult {
  /** The type of the response, as in `/secret.compute.v1beta1.MsgExecuteContractResponse`. */
  readonly typeUrl: string;
  /** The encoded response. */
  readonly response: Uint8Array;
  /** The decrypted data of a contract; empty for other messages. */
  readonly data: Uint8Array;
}

/** The result of a transaction in its sender's view. */
export interface Execution {
  readonly ok: boolean;
  /** 0 when it succeeded; with `codespace` the kind of the failure. */
  readonly code: number;
  readonly codespace: string;
  /** The contract's own error, decrypted, or the chain's. */
  readonly error: string | undefined;
  /** As the chain stores it. */
  readonly log: string;
  /** SDK gas. */
  readonly gasUsed: number;
  readonly gasWanted: number;
  /** 0 for a transaction that no block took. */
  readonly height: number;
  /** Upper case hex. */
  readonly txHash: string;
  /** Decrypted data of the first message. */
  readonly data: Uint8Array;
  readonly events: readonly DecodedEvent[];
  readonly messages: readonly MessageResult[];
  /** What contracts printed with `debug_print`, also in a failed call. */
  readonly debug: readonly string[];
  /** The data of the first message, parsed. Throws SyntaxError when it is no JSON. */
  json<T = unknown>(): T;
}

/** What is known of a transaction before its result. */
export interface SentTx {
  readonly bytes: Uint8Array;
  /** The key of each message to a contract, by its place. */
  readonly keys: readonly (MessageKey | undefined)[];
}

const NOTHING = new Uint8Array(0);

/** Responses of contracts, with the field of their data. */
const DATA: ReadonlyMap<string, DescMessage> = new Map(
  [MsgExecuteContractResponseSchema, MsgInstantiateContractResponseSchema, MsgMigrateContractResponseSchema].map(
    (schema) => [`/${schema.typeName}`, schema],
  ),
);

function dataOf(typeUrl: string, response: Uint8Array, key: MessageKey | undefined): Uint8Array {
  const schema = DATA.get(typeUrl);
  if (schema === undefined || key === undefined) return NOTHING;
  // The cast: each schema of the table has this field.
  const { data } = decode(schema, response) as unknown as { data: Uint8Array };
  return data.length === 0 ? NOTHING : (decryptOutput(key, data) ?? NOTHING);
}

function messagesOf({ code, data }: TxResult, keys: SentTx["keys"]): MessageResult[] {
  if (code !== 0) return [];
  return decode(TxMsgDataSchema, data).msgResponses.map(({ typeUrl, value }, i) => ({
    typeUrl,
    response: value,
    data: dataOf(typeUrl, value, keys[i]),
  }));
}

/** The message that an event belongs to: its last attribute says so. */
const messageOf = ({ attributes }: ChainEvent): number =>
  Number(attributes.findLast(([key]) => key === "msg_index")?.[1] ?? -1);

function eventOf(event: ChainEvent, keys: SentTx["keys"]): DecodedEvent {
  const key = keys[messageOf(event)];
  const shown = (text: string) => {
    const plain = key === undefined ? undefined : openAttribute(key.siv, text);
    return (plain && toUtf8(plain)) ?? text;
  };
  const attributes = event.attributes.map(([name, value, encrypted]) =>
    encrypted === true
      ? { key: shown(name), value: shown(value), encrypted: true }
      : { key: name, value, encrypted: false },
  );
  return { type: event.type, attributes };
}

/** The error as its sender reads it: a contract's own error without the text around it. */
function errorOf({ code, log }: TxResult, keys: SentTx["keys"]): string | undefined {
  if (code === 0) return undefined;
  const [found] = findTxErrors(log);
  const key = found && keys[found.messageIndex];
  if (found === undefined || key === undefined) return log;
  const plain = decryptError(key, found.ciphertext);
  return (plain && toUtf8(plain)) ?? log;
}

/** The result of a transaction, decrypted with the keys of its messages. */
export function executionOf(tx: SentTx, result: TxResult, height: number, debug: readonly string[]): Execution {
  const messages = messagesOf(result, tx.keys);
  const data = messages[0]?.data ?? NOTHING;
  return {
    ok: result.code === 0,
    code: result.code,
    codespace: result.codespace,
    error: errorOf(result, tx.keys),
    log: result.log,
    gasUsed: Number(result.gasUsed),
    gasWanted: Number(result.gasWanted),
    height,
    txHash: toHex(sha256(tx.bytes)).toUpperCase(),
    data,
    events: result.events.map((event) => eventOf(event, tx.keys)),
    messages,
    debug,
    json: <T>() => JSON.parse(toUtf8(data) ?? "") as T, // the caller names the type
  };
}
