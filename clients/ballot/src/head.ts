// SPDX-License-Identifier: Apache-2.0
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { base64, bech32 } from "@scure/base";
import { idText, type LoggedLeaf } from "@sotto/contract-client";

/** An entry of the log, as its leaf commits to it. */
export interface LogEntry {
  readonly kind: "refused" | "registration" | "cast";
  /** The account that sent it. */
  readonly sender: string;
  /** Of a registration that was accepted, else 0. */
  readonly weight: bigint;
  /** SHA-256 of the credential. */
  readonly credential: Uint8Array;
  /** SHA-256 of the next credential; zeros for none. */
  readonly newCredential: Uint8Array;
  readonly choice: bigint;
}

const KINDS = ["refused", "registration", "cast"];

function number(value: bigint, size: number): Uint8Array {
  return hexToBytes(value.toString(16).padStart(size * 2, "0"));
}

/**
 * The leaf of an entry, 64 hex digits: SHA-256("leaf" ‖ salt ‖ payload). A sender finds with it
 * that the own entry stands in the log; it does not show whether it counts.
 */
export function leafOf(entry: LogEntry, salt: string): string {
  // The cast: the type of a text with a separator, which `decode` checks.
  const sender = bech32.fromWords(bech32.decode(entry.sender as `${string}1${string}`).words);
  const payload = concatBytes(
    Uint8Array.of(KINDS.indexOf(entry.kind)),
    sender,
    number(entry.weight, 16),
    entry.credential,
    entry.newCredential,
    number(entry.choice, 8),
  );
  return bytesToHex(sha256(concatBytes(utf8ToBytes("leaf"), base64.decode(salt), payload)));
}

/** The leaves of one poll among those of its contract, in order. */
export const leavesOf = (leaves: readonly LoggedLeaf[], pollId: bigint): string[] =>
  leaves.filter(({ event }) => event["poll_id"] === idText(pollId)).map(({ leaf }) => leaf);
