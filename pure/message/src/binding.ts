// SPDX-License-Identifier: Apache-2.0
import { alloc, beU32, beU64, concat, fromLatin1, fromUtf8, hasPrefix } from "@sotto/bytes";
import { assert } from "@sotto/errors";

/** Sender, target and chain of one message. Addresses are canonical. */
export type Binding =
  | { readonly kind: "execute"; readonly chainId: string; readonly sender: Uint8Array; readonly contract: Uint8Array }
  | {
      readonly kind: "migrate";
      readonly chainId: string;
      readonly sender: Uint8Array;
      readonly contract: Uint8Array;
      readonly codeId: bigint;
    }
  | {
      readonly kind: "instantiate";
      readonly chainId: string;
      readonly sender: Uint8Array;
      readonly codeId: bigint;
      readonly label: string;
    }
  | { readonly kind: "query"; readonly chainId: string; readonly contract: Uint8Array };

/**
 * First bytes of the nonce of a bound message, and of its header (docs/spec/bound-messages.md). A
 * random nonce has them with probability 2^-64.
 */
const MARK = fromLatin1("BOUND-01");

/**
 * Whether messages under this nonce are bound. The key is derived from the nonce, so the answer
 * cannot be changed afterwards.
 */
export const isBoundNonce = (nonce: Uint8Array): boolean => hasPrefix(nonce, MARK);

/** A nonce with the mark of a bound message, from 24 fresh random bytes. */
export function boundNonce(random: Uint8Array): Uint8Array {
  assert(random.length === 24, "a nonce has 24 bytes beside its mark");
  return concat(MARK, random);
}

const NONE = new Uint8Array(0);
const KINDS = {
  execute: fromLatin1("execute"),
  instantiate: fromLatin1("instantiate"),
  migrate: fromLatin1("migrate"),
  query: fromLatin1("query"),
} as const satisfies Record<Binding["kind"], Uint8Array>;

/**
 * Each field behind its length (BE4). Cost: written by hand, because the chain does it for every
 * message.
 */
function joinFields(fields: readonly Uint8Array[]): Uint8Array {
  let size = 4 * fields.length;
  for (const { length } of fields) size += length;
  const out = alloc(size);
  let at = 0;
  for (const field of fields) {
    for (let shift = 24; shift >= 0; shift -= 8) out[at++] = field.length >>> shift;
    out.set(field, at);
    at += field.length;
  }
  return out;
}

/**
 * Unique bytes of a binding: kind, chain id, sender, contract, code id (BE8) and label, each
 * behind its length (BE4); fields that a kind does not have are empty.
 */
export const encodeBinding = (binding: Binding): Uint8Array =>
  joinFields([
    KINDS[binding.kind],
    fromUtf8(binding.chainId),
    "sender" in binding ? binding.sender : NONE,
    "contract" in binding ? binding.contract : NONE,
    "codeId" in binding ? beU64(binding.codeId) : NONE,
    "label" in binding ? fromUtf8(binding.label) : NONE,
  ]);

/** The bytes between code hash and message in a bound plaintext: mark, length (BE4), binding. */
export function boundHeader(binding: Binding): Uint8Array {
  const bytes = encodeBinding(binding);
  return concat(MARK, beU32(bytes.length), bytes);
}

/** Whether a text begins with a header, under any nonce: no JSON begins so. */
export const isBoundText = (text: Uint8Array): boolean => hasPrefix(text, MARK);

/** The message after its header; undefined without a header, or with another binding. */
export function openBound(text: Uint8Array, binding: Binding): Uint8Array | undefined {
  const header = boundHeader(binding);
  return hasPrefix(text, header) ? text.subarray(header.length) : undefined;
}
