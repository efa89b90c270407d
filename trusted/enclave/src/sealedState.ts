// SPDX-License-Identifier: Apache-2.0
import { beU32, concat, readBeU32 } from "@sotto/bytes";
import { decodeKeychain, encodeKeychain, type Keychain } from "@sotto/keys";
import type { Platform } from "@sotto/platform";
import { BoundaryError, type Untrusted } from "@sotto/protocol";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, unsealed } from "@sotto/verify";

const PURPOSE = "state";

/**
 * The state that the host stores for the enclave: keychain, and checkpoint of the last committed
 * block, sealed together. Hazard: a host could recombine two sealed parts. It could start a second
 * enclave with its own validators, and make the keys of the network trust them.
 * Layout inside: length of the keychain as BE4, the keychain, the checkpoint.
 */
export class SealedState {
  readonly #platform: Platform;
  readonly #keychain: Keychain;

  constructor(platform: Platform, keychain: Keychain) {
    this.#platform = platform;
    this.#keychain = keychain;
  }

  seal(checkpoint: Checkpoint): Uint8Array {
    const keychain = encodeKeychain(this.#keychain).expose();
    return this.#platform.seal(PURPOSE, concat(beU32(keychain.length), keychain, encodeCheckpoint(checkpoint)));
  }
}

/** The state at the start of an enclave. */
export interface StartState {
  readonly keychain: Keychain;
  readonly checkpoint: Checkpoint;
}

/** Unseals the state of an earlier run. Throws BoundaryError.sealedState; never makes new keys. */
export function unsealState(platform: Platform, sealed: Untrusted<Uint8Array>): StartState {
  const bytes = unsealed(platform, PURPOSE, sealed);
  if (bytes === undefined || bytes.length < 4) throw BoundaryError.sealedState();
  const end = 4 + readBeU32(bytes);
  if (end > bytes.length) throw BoundaryError.sealedState();
  const keychain = decodeKeychain(bytes.subarray(4, end));
  const checkpoint = decodeCheckpoint(bytes.subarray(end));
  if (keychain === undefined || checkpoint === undefined) throw BoundaryError.sealedState();
  return { keychain, checkpoint };
}
