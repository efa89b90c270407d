// SPDX-License-Identifier: Apache-2.0
import { ProtoReader } from "@sotto/codec";
import { duplicate, unknownField, wrongWireType } from "./errors.ts";
import { type PackedAny, readAny } from "./packedAny.ts";
import type { TxBody } from "./types.ts";

const GO_TYPE = "tx.TxBody";

/**
 * Bit 11 of a field number: a decoder that does not know the field may ignore it (ADR-020). Only in
 * TxBody and in the messages inside its Anys.
 */
export const isNonCritical = (number: number): boolean => (number & 1024) !== 0;

const NONE: readonly PackedAny[] = [];

/**
 * Reads the TxBody. Stricter than the reference: a repeated memo or timeout is refused.
 */
export function decodeBody(bytes: Uint8Array): TxBody {
  const messages: PackedAny[] = [];
  let memo: string | undefined;
  let timeoutHeight: bigint | undefined;
  let extensionOptions: PackedAny[] | undefined;
  let nonCriticalExtensionOptions: PackedAny[] | undefined;
  let hasUnknownNonCritical = false;
  const r = new ProtoReader(bytes);
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 0x0a:
        messages.push(readAny(r, GO_TYPE));
        break;
      case 0x12:
        if (memo !== undefined) throw duplicate(GO_TYPE, "memo");
        memo = r.string();
        break;
      case 0x18:
        if (timeoutHeight !== undefined) throw duplicate(GO_TYPE, "timeout_height");
        timeoutHeight = r.uint64();
        break;
      case 0x1ffa:
        extensionOptions ??= [];
        extensionOptions.push(readAny(r, GO_TYPE));
        break;
      case 0x3ffa:
        nonCriticalExtensionOptions ??= [];
        nonCriticalExtensionOptions.push(readAny(r, GO_TYPE));
        break;
      default:
        assertSkippable(tag);
        hasUnknownNonCritical = true;
        r.skip(tag);
    }
  }
  return {
    messages,
    memo: memo ?? "",
    timeoutHeight: timeoutHeight ?? 0n,
    extensionOptions: extensionOptions ?? NONE,
    nonCriticalExtensionOptions: nonCriticalExtensionOptions ?? NONE,
    hasUnknownNonCritical,
  };
}

function assertSkippable(tag: number): void {
  const number = tag >>> 3;
  if (number <= 3 || number === 1023 || number === 2047) throw wrongWireType(GO_TYPE, tag);
  if (!isNonCritical(number)) throw unknownField(GO_TYPE, tag);
}
