// SPDX-License-Identifier: Apache-2.0
import { UnexpectedAnswer } from "./errors.ts";

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads a protobuf varint at a place; the value and the next place. */
function varint(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return [value, at + i + 1];
  }
  throw new UnexpectedAnswer("the answer of the transaction ends inside a number");
}

const DATA_FIELD = (1 << 3) | 2;
const PROTOBUF_STRING = 2;

/**
 * Field 1 of `MsgExecuteContractResponse` (secret.compute.v1beta1): the data of the contract. Empty
 * when there is no data.
 */
export function dataOf(response: Uint8Array): Uint8Array {
  for (let at = 0; at < response.length; ) {
    const [key, start] = varint(response, at);
    if ((key & 7) !== PROTOBUF_STRING) throw new UnexpectedAnswer("the answer of the transaction has another form");
    const [length, content] = varint(response, start);
    if (content + length > response.length) throw new UnexpectedAnswer("the answer of the transaction ends early");
    if (key === DATA_FIELD) return response.subarray(content, content + length);
    at = content + length;
  }
  return new Uint8Array(0);
}

/**
 * The content of `{"action":{...}}`, padded with spaces; an empty object when the contract answers
 * nothing. Throws UnexpectedAnswer for another form.
 */
export function contentOf(data: Uint8Array): object {
  const text = new TextDecoder().decode(data).trim();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text || "{}");
  } catch {
    throw new UnexpectedAnswer(`the contract's answer has ${data.length} bytes and is not JSON`);
  }
  const [content = {}, ...others] = isObject(parsed) ? Object.values(parsed) : [parsed];
  if (!isObject(content) || others.length > 0)
    throw new UnexpectedAnswer("the contract's answer is not an object with one action");
  return content;
}

/** The reason of a refused act; undefined for others. */
export function refusalOf(content: object): string | undefined {
  const { status, reason } = content as { readonly status?: unknown; readonly reason?: unknown };
  if (status !== "refused") return undefined;
  return typeof reason === "string" ? reason : "it gives no reason";
}
