// SPDX-License-Identifier: Apache-2.0
import type { ProtoReader } from "@sotto/codec";
import { duplicate, unknownField, wrongWireType } from "./errors.ts";

/** A packed message in its wire form. `value` is a view of the transaction's bytes. */
export interface PackedAny {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

const TX_BODY = "tx.TxBody";
const EMPTY = new Uint8Array(0);

/** Reads an Any after its tag. */
export function readAny(r: ProtoReader, goType: string): PackedAny {
  let typeUrl: string | undefined;
  let value: Uint8Array | undefined;
  const outer = r.enter();
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 10 && typeUrl === undefined) typeUrl = r.string();
    else if (tag === 18 && value === undefined) value = r.bytes();
    else if (tag === 10 || tag === 18) throw duplicate("types.Any", tag === 10 ? "type_url" : "value");
    else if (tag >>> 3 <= 2) throw wrongWireType("types.Any", tag);
    // The reference allows a non-critical field inside an Any of the body, but no client makes one.
    else throw unknownField(goType === TX_BODY ? "types.Any" : goType, tag);
  }
  r.leave(outer);
  return { typeUrl: typeUrl ?? "", value: value ?? EMPTY };
}
