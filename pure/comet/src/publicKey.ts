// SPDX-License-Identifier: Apache-2.0
import { ripemd160, sha256 } from "@sotto/crypto";

/** A consensus public key (tendermint.crypto.PublicKey). */
export interface PublicKey {
  readonly type: "ed25519" | "secp256k1";
  readonly bytes: Uint8Array;
}

/** The 20 bytes by which CometBFT names the holder of a key. */
export function consensusAddress({ type, bytes }: PublicKey): Uint8Array {
  return type === "ed25519" ? sha256(bytes).slice(0, 20) : ripemd160(sha256(bytes));
}
