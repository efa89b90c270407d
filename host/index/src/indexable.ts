/**
 * Longest tag and value that are indexed, in UTF-16 units. Limit: ours. A query holds 512 units (CometBFT
 * rpc/core maxQueryLength), and what is longer is packet data and the like, which nobody looks up.
 */
export const MAX_TEXT = 256;

/** Base64 of an empty plaintext: AES-SIV adds 16 bytes. */
const SHORTEST_CIPHERTEXT = 24;

/**
 * Whether a text looks like the base64 of a ciphertext: padded base64 of at least 16 bytes with letters of both cases.
 * Addresses, hashes in hex and words pass; one in 10^5 of the shortest ciphertexts passes as well and costs a row.
 */
export function isCiphertext(text: string): boolean {
  const { length } = text;
  if (length < SHORTEST_CIPHERTEXT || length % 4 !== 0) return false;
  let upper = false;
  let lower = false;
  const end = text.endsWith("==") ? length - 2 : text.endsWith("=") ? length - 1 : length;
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code >= 97 && code <= 122) lower = true;
    else if (code >= 65 && code <= 90) upper = true;
    else if (!((code >= 47 && code <= 57) || code === 43)) return false;
  }
  return upper && lower;
}

/** Whether an event is a contract's, whose attributes may be encrypted. */
export const isContractEvent = (type: string): boolean => type === "wasm" || type.startsWith("wasm-");
