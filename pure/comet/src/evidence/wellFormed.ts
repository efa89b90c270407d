// SPDX-License-Identifier: Apache-2.0
import type { BlockId } from "../block.ts";
import type { PublicKey } from "../publicKey.ts";

// The common rules of votes, commits and headers in CometBFT's ValidateBasic (v0.38.19,
// types/block.go, types/part_set.go, types/vote.go, types/validation.go), with its texts.
// Undefined: no fault.

/** A validator as it was sent: the key may be missing. */
export interface SentValidator {
  readonly address: Uint8Array;
  readonly publicKey: PublicKey | undefined;
  readonly votingPower: bigint;
  readonly proposerPriority: bigint;
}

/** Limit: CometBFT types/vote.go MaxSignatureSize. */
export const MAX_SIGNATURE = 64;
const HASH = 32;
const ADDRESS = 20;

/** A hash may be missing. */
export const hashFault = (name: string, hash: Uint8Array): string | undefined =>
  hash.length === 0 || hash.length === HASH
    ? undefined
    : `wrong ${name}: expected size to be ${HASH} bytes, got ${hash.length} bytes`;

export function blockIdFault({ hash, parts }: BlockId): string | undefined {
  if (hashFault("Hash", hash) !== undefined) return "wrong Hash";
  const ofParts = hashFault("Hash", parts.hash);
  return ofParts === undefined ? undefined : `wrong PartSetHeader: ${ofParts}`;
}

export const isComplete = ({ hash, parts }: BlockId): boolean =>
  hash.length === HASH && parts.total > 0 && parts.hash.length === HASH;

export const validatorAddressFault = (address: Uint8Array): string | undefined =>
  address.length === ADDRESS
    ? undefined
    : `expected ValidatorAddress size to be ${ADDRESS} bytes, got ${address.length} bytes`;

export function signatureFault(signature: Uint8Array): string | undefined {
  if (signature.length === 0) return "signature is missing";
  return signature.length > MAX_SIGNATURE ? `signature is too big (max: ${MAX_SIGNATURE})` : undefined;
}
