// SPDX-License-Identifier: Apache-2.0
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { decode, OWN_BYTES, ProtoReader } from "@sotto/codec";
import { ChainError } from "@sotto/errors";
import { AbciError } from "./errors.ts";
import { MOST_FIELDS, MOST_TXS } from "./limits.ts";
import type { Method } from "./methods.ts";

/** Tag of RequestProcessProposal.txs. */
const TXS = 0x0a;

const malformed = (method: Method, thrown: unknown): unknown =>
  thrown instanceof ChainError ? AbciError.malformed(`${method.goName}: ${thrown.message}`, thrown) : thrown;

/**
 * The bytes of the request inside a tendermint.abci.Request that begins with the method's tag: a
 * view. Throws ChainError of AbciError unless it is the only field.
 */
export function openRequest(method: Method, bytes: Uint8Array): Uint8Array {
  try {
    const r = new ProtoReader(bytes);
    const tag = r.tag();
    const body = r.bytes();
    if (tag === method.tag && r.left === 0) return body;
  } catch (thrown) {
    throw malformed(method, thrown);
  }
  throw AbciError.malformed(`${method.goName}: a request has one field`);
}

/**
 * Whether a proposal has more transactions than MOST_TXS. Cost: bytes that are too few for it are
 * not read.
 */
export function hasTooManyTxs(method: Method, body: Uint8Array): boolean {
  if (method.name !== "processProposal" || body.length <= 2 * MOST_TXS) return false;
  try {
    let txs = 0;
    const r = new ProtoReader(body, OWN_BYTES);
    for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
      if (tag === TXS && ++txs > MOST_TXS) return true;
      r.skip(tag);
    }
  } catch (thrown) {
    throw malformed(method, thrown);
  }
  return false;
}

/**
 * A request from its own bytes. Unknown fields are dropped, as in Go. Throws ChainError of
 * AbciError.
 */
export function decodeRequest(method: Method, body: Uint8Array): MessageShape<DescMessage> {
  try {
    return decode(method.request, body, "drop", { maxFields: MOST_FIELDS });
  } catch (thrown) {
    throw malformed(method, thrown);
  }
}
