// SPDX-License-Identifier: Apache-2.0
import { ChainError, SdkError } from "@sotto/errors";

/** Runs a reader; its failures become the SDK's "tx parse error" (sdk 2). */
export function asTxDecode<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof ChainError && thrown.codespace === "codec")
      throw SdkError.txDecode(thrown.detail ?? thrown.summary, thrown);
    throw thrown;
  }
}

const WIRE_NAMES = ["varint", "fixed64", "bytes", "start_group", "end_group", "fixed32"];

/**
 * The reference's error for a field that its type does not have (codec/unknownproto,
 * errUnknownField).
 */
export const unknownField = (goType: string, tag: number): ChainError =>
  SdkError.txDecode(`errUnknownField "*${goType}": {TagNum: ${tag >>> 3}, WireType:"${WIRE_NAMES[tag & 7]}"}`);

export const wrongWireType = (goType: string, tag: number): ChainError =>
  SdkError.txDecode(`Mismatched "*${goType}": {TagNum: ${tag >>> 3}, GotWireType: "${WIRE_NAMES[tag & 7]}"}`);

export const duplicate = (goType: string, field: string): ChainError =>
  SdkError.txDecode(`${field} of "*${goType}" is given twice`);
