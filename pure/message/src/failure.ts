// SPDX-License-Identifier: Apache-2.0
import { fromBase64, toBase64 } from "@sotto/bytes";

/** Codespace of every failure below. */
export const COMPUTE = "compute";

/**
 * The entry points whose failure a client recognises, with the code and the fixed text of each
 * (spec/calls.md 10.2).
 */
export const contractFailed = {
  instantiate: [2, "instantiate contract failed"],
  execute: [3, "execute contract failed"],
  query: [4, "query contract failed"],
  migrate: [5, "migrate contract failed"],
  reply: [19, "reply to contract failed"],
} as const;

/**
 * The text before the fixed text when the contract itself failed: base64 of the encrypted error.
 */
export const encryptedDetail = (ciphertext: Uint8Array): string => `encrypted: ${toBase64(ciphertext)}`;

/**
 * The text before the fixed text when the enclave refused or stopped the call; always in clear.
 */
export const enclaveDetail = (text: string): string => `Execution error: Enclave: ${text}`;

const ENTRY = "(?:instantiate|execute|query|reply to|migrate) contract failed";
const TX_ERROR = `; message index: (\\d+):(?: dispatch: submessages:)* encrypted: (.+?): ${ENTRY}`;
const QUERY_ERROR = new RegExp(`encrypted: (.+?): ${ENTRY}`);
const QUERY_ERROR_OLD = new RegExp(`${ENTRY}: encrypted: ([\\w+/=]+)`);

/** An encrypted error that a client finds in the raw log of a transaction. */
export interface FoundError {
  readonly messageIndex: number;
  readonly ciphertext: Uint8Array;
}

/**
 * Encrypted errors in a raw log, by the pattern that secret.js uses. For clients: the log is their
 * own node's.
 */
export function findTxErrors(rawLog: string): FoundError[] {
  const found: FoundError[] = [];
  for (const match of rawLog.matchAll(new RegExp(TX_ERROR, "g"))) {
    const ciphertext = fromBase64(match[2] as string);
    if (ciphertext !== undefined) found.push({ messageIndex: Number(match[1]), ciphertext });
  }
  return found;
}

/**
 * The encrypted error in the message of a failed query, by the two patterns that secret.js uses.
 */
export function findQueryError(message: string): Uint8Array | undefined {
  const match = QUERY_ERROR.exec(message) ?? QUERY_ERROR_OLD.exec(message);
  return match === null ? undefined : fromBase64(match[1] as string);
}
