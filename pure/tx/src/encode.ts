// SPDX-License-Identifier: Apache-2.0
import { ProtoWriter } from "@sotto/codec";
import type { TxRaw } from "./raw.ts";

/** The bytes of a transaction: the canonical TxRaw. */
export function encodeTxRaw(raw: TxRaw): Uint8Array {
  const writer = new ProtoWriter(raw.bodyBytes.length + raw.authInfoBytes.length + 80 * raw.signatures.length + 16);
  writer.bytes(1, raw.bodyBytes).bytes(2, raw.authInfoBytes);
  for (const signature of raw.signatures) writer.bytesAlways(3, signature);
  return writer.finish();
}

/** The signature of a multisig: the members' signatures in the order of their keys. */
export function encodeMultiSignature(signatures: readonly Uint8Array[]): Uint8Array {
  const writer = new ProtoWriter();
  for (const signature of signatures) writer.bytesAlways(1, signature);
  return writer.finish();
}
