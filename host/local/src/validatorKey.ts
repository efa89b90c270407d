// SPDX-License-Identifier: Apache-2.0
import { toHex } from "@sotto/bytes";
import { Ed25519Key, sha256 } from "@sotto/crypto";

/** A key that signs blocks. */
export interface LocalValidatorKey {
  /** ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/**
 * The validator's key from a seed of 32 bytes, which the node stores. Hazard: a reader of the seed
 * can sign blocks.
 */
export const createValidatorKey = (seed: Uint8Array): LocalValidatorKey => new Ed25519Key(seed);

/**
 * The id by which CometBFT names a node: the address of its key, in lower case hex
 * (spec/local-network.md 1; p2p/key.go).
 */
export const nodeId = (publicKey: Uint8Array): string => toHex(sha256(publicKey).subarray(0, 20));
