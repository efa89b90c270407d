// SPDX-License-Identifier: Apache-2.0
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { encode, type ProtoWriter } from "@sotto/codec";
import { assert } from "@sotto/errors";
import type { Response } from "./handlers.ts";
import { MOST_FRAME } from "./limits.ts";
import { EXCEPTION, type Method } from "./methods.ts";

const BYTES = 2;
/** Bytes of a frame around an answer: lengths of five bytes, tags of two. */
const MOST_HEAD = 16;
/** An answer up to this size is copied beside its neighbours: a write to a socket costs more. */
const SHORT = 16 * 1024;

/** The answer of a handler to a method whose type is known only at run time. */
export type AnyResponse = Response<DescMessage>;

const isEncoded = (response: AnyResponse): response is { readonly encoded: Uint8Array } =>
  "encoded" in response && response.encoded instanceof Uint8Array;

/**
 * The protobuf bytes of an answer, without the frame. Broken invariant: an answer over CometBFT's
 * bound of a frame. Throws ChainError of CodecError for a value that has no encoding.
 */
export function encodeResponse(method: Method, response: AnyResponse): Uint8Array {
  // Cost: no message is made of the fields first. The encoder reads them by name, and takes an
  // absent one for unset.
  const bytes = isEncoded(response) ? response.encoded : encode(method.response, response as MessageShape<DescMessage>);
  assert(bytes.length <= MOST_FRAME - MOST_HEAD, `the answer to ${method.goName} has ${bytes.length} bytes`);
  return bytes;
}

const varintLength = (value: number): number => {
  let length = 1;
  for (let rest = value; rest > 127; rest >>>= 7) length++;
  return length;
};

/**
 * Writes the frame of an encoded answer: length and tendermint.abci.Response. The bytes of a long
 * answer are returned instead of written, and follow the written ones.
 */
export function writeResponse(w: ProtoWriter, method: Method, encoded: Uint8Array): Uint8Array | undefined {
  const tagLength = varintLength(method.answerField << 3);
  w.varint32(tagLength + varintLength(encoded.length) + encoded.length);
  w.tag(method.answerField, BYTES).varint32(encoded.length);
  if (encoded.length > SHORT) return encoded;
  w.raw(encoded);
  return undefined;
}

/** Writes the frame of a Response.exception, after which CometBFT stops. */
export function writeException(w: ProtoWriter, text: string): void {
  const outer = w.begin();
  w.message(EXCEPTION, (exception) => exception.string(1, text)).end(outer);
}
