// SPDX-License-Identifier: Apache-2.0
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { bech32 } from "@scure/base";

/**
 * The purpose of one message, from the client: addresses are bech32. Numbers of codes may be text,
 * as secret.js has them.
 */
export type Binding =
  | { readonly kind: "execute"; readonly sender: string; readonly contract: string }
  | { readonly kind: "migrate"; readonly sender: string; readonly contract: string; readonly codeId: string | number }
  | { readonly kind: "instantiate"; readonly sender: string; readonly codeId: string | number; readonly label: string }
  | { readonly kind: "query"; readonly contract: string };

/** The first bytes of the nonce of a bound message, and of the header in its plaintext. */
export const MARK = utf8ToBytes("BOUND-01");

const NONE = new Uint8Array(0);
/** Longest address in characters: the chain takes 20 or 32 bytes after a short prefix. */
const MAX_ADDRESS = 128;

/** The bytes of an address. Throws for an invalid address. */
const addressBytes = (text: string): Uint8Array =>
  bech32.fromWords(bech32.decode(text as `${string}1${string}`, MAX_ADDRESS).words);

/** Big endian. */
function number(value: bigint, length: 4 | 8): Uint8Array {
  const out = new Uint8Array(length);
  const view = new DataView(out.buffer);
  if (length === 4) view.setUint32(0, Number(value));
  else view.setBigUint64(0, value);
  return out;
}

const lengthOf = ({ length }: Uint8Array): Uint8Array => number(BigInt(length), 4);

/**
 * Kind, chain id, sender, contract, code id and label, each behind its length
 * (docs/spec/bound-messages.md). Throws for an invalid address or number.
 */
export function bindingBytes(binding: Binding, chainId: string): Uint8Array {
  const fields = [
    utf8ToBytes(binding.kind),
    utf8ToBytes(chainId),
    "sender" in binding ? addressBytes(binding.sender) : NONE,
    "contract" in binding ? addressBytes(binding.contract) : NONE,
    "codeId" in binding ? number(BigInt(binding.codeId), 8) : NONE,
    "label" in binding ? utf8ToBytes(binding.label) : NONE,
  ];
  return concatBytes(...fields.flatMap((field) => [lengthOf(field), field]));
}

/** The bytes between code hash and message. */
export function boundHeader(binding: Binding, chainId: string): Uint8Array {
  const bytes = bindingBytes(binding, chainId);
  return concatBytes(MARK, lengthOf(bytes), bytes);
}

const startsWith = (bytes: Uint8Array, prefix: Uint8Array): boolean => prefix.every((byte, i) => bytes[i] === byte);

export const isMarked = (nonce: Uint8Array): boolean => startsWith(nonce, MARK);

const HASH_TEXT = 64;

/**
 * A plaintext without its header, as secret.js expects it: code hash and message. Other texts stay
 * as they are.
 */
export function withoutHeader(plaintext: Uint8Array): Uint8Array {
  const text = plaintext.subarray(HASH_TEXT);
  const at = MARK.length + 4;
  if (!startsWith(text, MARK) || text.length < at) return plaintext;
  const { buffer, byteOffset } = text;
  const length = new DataView(buffer, byteOffset, text.length).getUint32(MARK.length);
  if (text.length < at + length) return plaintext;
  return concatBytes(plaintext.subarray(0, HASH_TEXT), text.subarray(at + length));
}
