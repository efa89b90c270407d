import { beU32, concat, readBeU32 } from "@sotto/bytes";
import { decodeKeychain, encodeKeychain, type Keychain } from "@sotto/keys";
import type { Platform } from "@sotto/platform";
import { BoundaryError, type Untrusted } from "@sotto/protocol";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, unsealed } from "@sotto/verify";

const PURPOSE = "state";

/**
 * What the host keeps for the enclave: keychain, and checkpoint of the last committed block, sealed as one. Hazard: sealed
 * apart they could be joined anew. A host could start a second enclave with validators of its own, and have the keys
 * of the network trust those.
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

/** What an enclave starts from. */
export interface StartState {
  readonly keychain: Keychain;
  readonly checkpoint: Checkpoint;
}

/** Opens what an earlier run sealed. Throws BoundaryError.sealedState; makes nothing anew. */
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
