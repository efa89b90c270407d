// SPDX-License-Identifier: Apache-2.0
/** What a reader of the chain sees of transactions and their results. Nothing is decrypted. */

import { formatAddress, getAddress } from "@sotto/address";
import { fromBase64, toHex } from "@sotto/bytes";
import { decode } from "@sotto/codec";
import type { ChainEvent, TxResult } from "@sotto/kernel";
import { TxMsgDataSchema } from "@sotto/proto/cosmos.base.abci.v1beta1";
import {
  MsgExecuteContractResponseSchema,
  MsgExecuteContractSchema,
  MsgInstantiateContractResponseSchema,
  MsgInstantiateContractSchema,
  MsgMigrateContractResponseSchema,
  MsgMigrateContractSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { type DecodedTx, decodeTx, type PackedAny } from "@sotto/tx";
import type { SeenTransaction } from "../watch.ts";
import { readAttributes } from "./attributes.ts";
import type { Opaque } from "./opaque.ts";
import { type Facet, type Part, type Place, type Presence, type Thing, thing } from "./things.ts";

/** Gas of a byte of the transaction: the chain's default. */
const GAS_PER_BYTE = 10n;
const EVENTS: Presence = { count: "number of events", which: "event" };
const TRANSACTIONS: Presence = { count: "number of transactions", which: "number of transactions" };

const EXECUTE = `/${MsgExecuteContractSchema.typeName}`;
const INSTANTIATE = `/${MsgInstantiateContractSchema.typeName}`;
const MIGRATE = `/${MsgMigrateContractSchema.typeName}`;

/** JSON of any decoded value, for comparison and for reports. */
const json = (value: unknown): string =>
  JSON.stringify(value, (_, each) =>
    typeof each === "bigint" ? `${each}` : each instanceof Uint8Array ? `0x${toHex(each)}` : each,
  );

interface SeenMessage {
  readonly contract?: string;
  readonly clear: string;
  /** Bytes of the ciphertext. */
  readonly length?: number;
}

/** A message without its ciphertext, of which the length is left. */
function readMessage({ typeUrl, value }: PackedAny): SeenMessage {
  if (typeUrl === EXECUTE) {
    const { contract, msg, ...clear } = decode(MsgExecuteContractSchema, value);
    const target = formatAddress(contract);
    return { contract: target, length: msg.length, clear: json({ typeUrl, contract: target, ...clear }) };
  }
  if (typeUrl === INSTANTIATE) {
    const { initMsg, ...clear } = decode(MsgInstantiateContractSchema, value);
    return { length: initMsg.length, clear: json({ typeUrl, ...clear }) };
  }
  if (typeUrl === MIGRATE) {
    const { msg, ...clear } = decode(MsgMigrateContractSchema, value);
    const known = getAddress(clear.contract) === undefined ? {} : { contract: clear.contract };
    return { ...known, length: msg.length, clear: json({ typeUrl, ...clear }) };
  }
  return { clear: json({ typeUrl, value }) };
}

/** Fields of the transaction outside of its messages. Signatures are left as their lengths. */
function clearFields({ body, authInfo, raw }: DecodedTx): string {
  const { messages, ...rest } = body;
  const signers = authInfo.signerInfos.map(({ publicKey, modeInfo, sequence }) => ({ publicKey, modeInfo, sequence }));
  return json({
    body: rest,
    messages: messages.length,
    fee: authInfo.fee,
    tip: authInfo.tip,
    signers,
    signatures: raw.signatures.map(({ length }) => length),
  });
}

/** Ciphertext in a log: at least the bytes of a tag, in base64. */
const CIPHERTEXT = /encrypted: ([A-Za-z0-9+/]{22,}={0,2})/g;

/** The log without its ciphertexts, and their lengths in bytes. */
export function readLog(log: string): { readonly clear: string; readonly lengths: readonly number[] } {
  const lengths: number[] = [];
  const clear = log.replace(CIPHERTEXT, (whole, text: string) => {
    const bytes = fromBase64(text);
    if (bytes === undefined) return whole;
    lengths.push(bytes.length);
    return "encrypted: (ciphertext)";
  });
  return { clear, lengths };
}

const ANSWERS = {
  [`/${MsgExecuteContractResponseSchema.typeName}`]: MsgExecuteContractResponseSchema,
  [`/${MsgInstantiateContractResponseSchema.typeName}`]: MsgInstantiateContractResponseSchema,
  [`/${MsgMigrateContractResponseSchema.typeName}`]: MsgMigrateContractResponseSchema,
} as const;

/** The answers of the messages: those of contracts as lengths, others in clear. */
function answers({ data }: TxResult, placeOf: (index: number) => Place): Facet[] {
  if (data.length === 0) return [];
  return decode(TxMsgDataSchema, data).msgResponses.flatMap(({ typeUrl, value }, index): Facet[] => {
    const schema = ANSWERS[typeUrl];
    const place = placeOf(index);
    if (schema === undefined) return [{ where: "answer in clear", value: json({ typeUrl, value }), place }];
    const { data: answer, ...clear } = decode(schema, value);
    return [
      { where: "answer length", value: `${answer.length} bytes`, place },
      { where: "answer in clear", value: json(clear), place },
    ];
  });
}

const MESSAGE_INDEX = "msg_index";

/** The contract and the message that emitted an event, by its own attributes. */
function placeOfEvent({ attributes }: ChainEvent, transaction: Place): Place {
  const find = (name: string) => attributes.find(([key, , encrypted]) => key === name && encrypted !== true)?.[1];
  const contract = find("contract_address");
  const message = find(MESSAGE_INDEX);
  return {
    ...transaction,
    ...(contract === undefined ? {} : { contract }),
    ...(message === undefined ? {} : { message: Number(message) + 1 }),
  };
}

/** @param targets contracts that the messages call, in order */
function readEvent(
  event: ChainEvent,
  transaction: Place,
  targets: readonly (string | undefined)[],
  opaque: Opaque,
): Thing {
  const place = placeOfEvent(event, transaction);
  const { type } = event;
  const target = place.message === undefined ? undefined : targets[place.message - 1];
  const isSorted = type === "wasm" && target !== undefined && place.contract !== target;
  const attributes = readAttributes(event, isSorted, place, opaque);
  const id = `${type} ${place.contract ?? ""} ${place.message ?? ""}`;
  return thing(id, `event \`${type}\``, EVENTS, place, [], [{ order: "order of attributes", things: attributes }]);
}

const eventsLength = (events: readonly ChainEvent[]): number =>
  events.reduce(
    (sum, { type, attributes }) => sum + type.length + attributes.reduce((n, [k, v]) => n + k.length + v.length, 0),
    0,
  );

/**
 * Gas without the part that the length of the transaction costs: when only the length differs, the
 * gas tells nothing beyond it, and the length is reported.
 */
const gasFacet = ({ bytes, result }: SeenTransaction): Facet => ({
  where: "gas used",
  value: `${result.gasUsed - GAS_PER_BYTE * BigInt(bytes.length)}`,
  shown: `${result.gasUsed}`,
});

/**
 * A transaction with its result.
 *
 * @param number of the transaction in the run, from 1
 * @param parts further things that the observer sees of it
 */
export function readTransaction(seen: SeenTransaction, number: number, opaque: Opaque, parts: readonly Part[]): Thing {
  const tx = decodeTx(seen.bytes);
  const messages = tx.messages.map(readMessage);
  const [first] = messages;
  const own: Place = {
    transaction: number,
    ...(messages.length === 1 && first?.contract !== undefined ? { contract: first.contract } : {}),
  };
  const placeOf = (index: number): Place => {
    const contract = messages[index]?.contract;
    return { transaction: number, message: index + 1, ...(contract === undefined ? {} : { contract }) };
  };
  const { result } = seen;
  const log = readLog(result.log);
  const facets: Facet[] = [
    { where: "transaction in clear", value: clearFields(tx), of: "all but its messages" },
    ...messages.flatMap(({ clear, length }, index): Facet[] => [
      { where: "transaction in clear", value: clear, place: placeOf(index) },
      ...(length === undefined
        ? []
        : [{ where: "message length" as const, value: `${length} bytes`, place: placeOf(index) }]),
    ]),
    { where: "result", value: result.code === 0 ? "success" : `failure ${result.codespace}/${result.code}` },
    { where: "error in clear", value: log.clear },
    { where: "error length", value: log.lengths.map((length) => `${length} bytes`).join(", ") || "no encrypted error" },
    ...answers(result, placeOf),
    gasFacet(seen),
    { where: "transaction in clear", value: `${result.gasWanted}`, of: "the gas wanted" },
  ];
  const targets = messages.map(({ contract }) => contract);
  const events = result.events.map((event) => readEvent(event, { transaction: number }, targets, opaque));
  const rest: Facet[] = [
    { where: "length of a transaction", value: `${seen.bytes.length} bytes` },
    { where: "length of the events", value: `${eventsLength(result.events)} characters` },
  ];
  const all = [{ order: "order of events" as const, things: events }, ...parts];
  return thing(`${number}`, `transaction ${number}`, TRANSACTIONS, own, facets, all, rest);
}
