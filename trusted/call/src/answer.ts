// SPDX-License-Identifier: Apache-2.0
import { getAddress } from "@sotto/address";
import { concat, fromUtf8 } from "@sotto/bytes";
import { type Json, sortedPlainJson } from "@sotto/codec";
import type { Attribute, ContractResponse, SubMessage, WasmMessage } from "@sotto/cosmwasm";
import {
  buildPlaintext,
  encryptedDetail,
  errorText,
  HASH_TEXT,
  type ReplyHeader,
  seal,
  sealAttribute,
  sealError,
} from "@sotto/message";
import {
  type CallAnswer,
  EnclaveError,
  Outcome,
  ReplyOn,
  type Attribute as SealedAttribute,
  type SubMessage as SealedSubMessage,
  WasmKind,
} from "@sotto/protocol";
import type { CallMessage } from "@sotto/verify";
import { type IoSession, sealMessage } from "./io.ts";
import type { CallNode, CallTree, SentToContract } from "./tree.ts";

const EMPTY = new Uint8Array(0);

/** An empty answer, for spreading. */
export const EMPTY_ANSWER: CallAnswer = {
  outcome: Outcome.ok,
  gasUsed: 0,
  callId: 0,
  fault: 0,
  error: "",
  data: undefined,
  rows: [],
  attributes: [],
  events: [],
  messages: [],
  contractKey: EMPTY,
  contractKeyProof: EMPTY,
  adminProof: EMPTY,
  isV1: false,
};

/** The answer of a call that was stopped. Only a code leaves. */
export function faultAnswer(callId: number, gasUsed: number, code: keyof typeof EnclaveError): CallAnswer {
  if (code === "outOfGas") return { ...EMPTY_ANSWER, callId, gasUsed, outcome: Outcome.outOfGas };
  return { ...EMPTY_ANSWER, callId, gasUsed, outcome: Outcome.fault, fault: EnclaveError[code].code };
}

const receiverOf = ({ headers }: CallNode): string | undefined => headers[0]?.codeHash;

/**
 * The answer of a contract that failed with its own error (spec/cryptography.md 7.3). Records the
 * error for a reply.
 */
export function errorAnswer(node: CallNode, session: IoSession, gasUsed: number, error: Json): CallAnswer {
  node.ending = "contractError";
  node.error = errorText(sortedPlainJson(error));
  const detail = encryptedDetail(sealError(session.siv, node.error, receiverOf(node)));
  return { ...EMPTY_ANSWER, callId: node.id, gasUsed, outcome: Outcome.contractError, error: detail };
}

/** The answer of a query whose contract failed with an error of its own. */
export function sealQueryError(session: IoSession, gasUsed: number, error: Json): CallAnswer {
  const detail = encryptedDetail(sealError(session.siv, errorText(sortedPlainJson(error))));
  return { ...EMPTY_ANSWER, gasUsed, outcome: Outcome.contractError, error: detail };
}

/**
 * Base64 text as output data: behind the receiver's code hash when a caller waits for it
 * (spec/cryptography.md 7.1).
 */
export function sealText({ siv }: IoSession, text: string, receiver: string | undefined): Uint8Array {
  // Base64 and hex are ASCII.
  return seal(siv, fromUtf8(receiver === undefined ? text : receiver + text));
}

function sealAttributes({ siv }: IoSession, attributes: readonly Attribute[]): SealedAttribute[] {
  return attributes.map(({ key, value, encrypted }) =>
    encrypted
      ? { key: sealAttribute(siv, key), value: sealAttribute(siv, value), encrypted }
      : { key, value, encrypted },
  );
}

export interface ResponseInput {
  readonly node: CallNode;
  readonly session: IoSession;
  readonly tree: CallTree;
  /** Hex of the code that ran: replies come back to it. */
  readonly codeHashText: string;
  /** The form of the response decides whether sub-messages carry reply headers. */
  readonly form: "v010" | "v1";
  readonly response: ContractResponse;
  /** Bytes of the contract's result. */
  readonly size: number;
}

/**
 * A response as it leaves the enclave; records data and sub-messages in the call's node. Undefined
 * when the unfinished calls of the transaction already hold too much.
 */
export function sealResponse(
  input: ResponseInput,
): Pick<CallAnswer, "data" | "attributes" | "events" | "messages"> | undefined {
  const { node, session, response } = input;
  const messages = sealMessages(input);
  if (messages === undefined) return undefined;
  node.ending = "ok";
  node.data = response.data;
  return {
    data: response.data === undefined ? undefined : sealText(session, response.data, receiverOf(node)),
    attributes: sealAttributes(session, response.attributes),
    events: response.events.map(({ type, attributes }) => ({ type, attributes: sealAttributes(session, attributes) })),
    messages,
  };
}

function sealMessages(input: ResponseInput): SealedSubMessage[] | undefined {
  const { node, session, tree, response, size } = input;
  if (response.messages.length === 0) return [];
  const records = response.messages.map((message) => ({
    message,
    wasm: message.wasm && toContract(input, message, message.wasm),
  }));
  const ids = tree.send(node, records, size);
  return ids?.map((id, i) => {
    const { message, wasm: recorded } = records[i] as (typeof records)[number]; // One id for each message.
    const { replyOn, gasLimit, wasm, json } = message;
    return {
      id,
      replyOn: ReplyOn[replyOn],
      gasLimit,
      wasm: wasm && sealWasm(session, wasm, recorded?.plaintext ?? EMPTY),
      json: fromUtf8(json),
    };
  });
}

/** The plaintext for a callee (spec/calls.md 6.2). A contract may write any text as code hash. */
function plaintextFor(codeHash: string, headers: readonly ReplyHeader[], msg: Uint8Array): Uint8Array {
  if (codeHash.length === HASH_TEXT) return buildPlaintext(codeHash, headers, msg);
  return concat(fromUtf8(codeHash), buildPlaintext("0".repeat(HASH_TEXT), headers, msg).subarray(HASH_TEXT));
}

function toContract(
  { node, form, codeHashText }: ResponseInput,
  message: SubMessage,
  wasm: WasmMessage,
): SentToContract {
  const call = callOf(node.contract, wasm);
  if (!("codeHash" in wasm)) return { message: call, plaintext: EMPTY, headers: [] };
  const inherited = form === "v1" ? node.headers : [];
  const own = { id: message.id, codeHash: codeHashText };
  const headers = form === "v1" && message.replyOn !== "never" ? [own, ...inherited] : inherited;
  return { message: call, plaintext: plaintextFor(wasm.codeHash, headers, wasm.msg), headers };
}

/** An invalid address becomes empty bytes, which no contract has. */
const addressOf = (text: string): Uint8Array => getAddress(text) ?? EMPTY;

function callOf(sender: Uint8Array, wasm: WasmMessage): CallMessage {
  switch (wasm.kind) {
    case "execute":
      return { kind: "execute", sender, contract: addressOf(wasm.contract), msg: EMPTY, funds: wasm.funds };
    case "instantiate":
      return {
        kind: "instantiate",
        sender,
        codeId: wasm.codeId,
        label: wasm.label,
        msg: EMPTY,
        funds: wasm.funds,
        admin: wasm.admin ?? "",
      };
    case "migrate":
      return { kind: "migrate", sender, contract: addressOf(wasm.contract), codeId: wasm.codeId, msg: EMPTY };
    case "updateAdmin":
      return { kind: "updateAdmin", sender, contract: addressOf(wasm.contract), newAdmin: wasm.admin };
    case "clearAdmin":
      return { kind: "updateAdmin", sender, contract: addressOf(wasm.contract), newAdmin: "" };
  }
}

function sealWasm(session: IoSession, wasm: WasmMessage, plaintext: Uint8Array): SealedSubMessage["wasm"] {
  return {
    kind: WasmKind[wasm.kind],
    contract: "contract" in wasm ? wasm.contract : "",
    codeId: "codeId" in wasm ? wasm.codeId : 0,
    msg: plaintext.length === 0 ? EMPTY : sealMessage(session, plaintext),
    funds: "funds" in wasm ? wasm.funds : [],
    label: "label" in wasm ? wasm.label : "",
    admin: "admin" in wasm ? (wasm.admin ?? "") : "",
    codeHash: "codeHash" in wasm ? wasm.codeHash : "",
  };
}
