// SPDX-License-Identifier: Apache-2.0
import { toBase64 } from "@sotto/bytes";

/**
 * The outcome of a call for its caller: encrypted data, if present, or an encrypted error.
 */
export type ReplyResult = { readonly data: Uint8Array | undefined } | { readonly error: Uint8Array };

/**
 * JSON of an encrypted reply, compact and in this field order, with empty events: the delivered
 * bytes, and the input of its authentication (spec/cryptography.md 7.5). Every part is base64 or
 * fixed, so no character needs escaping.
 */
export function replyJson(sealedId: Uint8Array, result: ReplyResult): string {
  const id = `{"id":"${toBase64(sealedId)}","result":`;
  const tail = `,"was_orig_msg_encrypted":true,"is_encrypted":true}`;
  if ("error" in result) return `${id}{"error":"${toBase64(result.error)}"}${tail}`;
  const data = result.data === undefined ? "null" : `"${toBase64(result.data)}"`;
  return `${id}{"ok":{"events":[],"data":${data}}}${tail}`;
}
