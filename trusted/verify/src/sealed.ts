// SPDX-License-Identifier: Apache-2.0
import { equals } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import type { Platform } from "@sotto/platform";
import type { Untrusted } from "@sotto/protocol";
import { unwrap } from "./unwrap.ts";

// Proof: the tag of an authenticated cipher, or a hash. A function that borrows its check from
// the caller has one caller, which tools/boundary/rules.mjs names.

/** Decrypts rows of one contract: undefined unless this network wrote the row under this name. */
export interface RowCipher<N> {
  open(name: N, row: Uint8Array): Uint8Array | undefined;
}

/** A row's value by its tag, under the keys of network, contract and name. Not its freshness. */
export const openRow = <N>(cipher: RowCipher<N>, name: N, row: Untrusted<Uint8Array>): Uint8Array | undefined =>
  cipher.open(name, unwrap(row));

/** Decrypts messages of clients: undefined unless a client with an honest key encrypted it. */
export interface MessageCipher<T> {
  openMessage(wire: Uint8Array): T | undefined;
}

/** The message of a query by its tag, under a client's key. Any client may query. */
export const openQuery = <T>(cipher: MessageCipher<T>, wire: Untrusted<Uint8Array>): T | undefined =>
  cipher.openMessage(unwrap(wire));

/** Bytes that this platform sealed for this purpose; undefined for others. Not their freshness. */
export const unsealed = (platform: Platform, purpose: string, sealed: Untrusted<Uint8Array>): Uint8Array | undefined =>
  platform.unseal(purpose, unwrap(sealed));

/** Code by its hash; undefined for other code, and for absent code. */
export function verifyCode(code: Untrusted<Uint8Array | undefined>, codeHash: Uint8Array): Uint8Array | undefined {
  const bytes = unwrap(code);
  return bytes !== undefined && equals(sha256(bytes), codeHash) ? bytes : undefined;
}
