import { beU32, concat, readBeU32 } from "@sotto/bytes";
import { type Keychain, sealKeychain, unsealKeychain } from "@sotto/keys";
import type { Platform } from "@sotto/platform";
import { BoundaryError } from "@sotto/protocol";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "@sotto/verify";

const PURPOSE = "checkpoint";

/**
 * What the host keeps for the enclave: the sealed keychain, and the sealed checkpoint of the last committed block.
 * Layout: length of the first as BE4, the first, the second.
 */
export class SealedState {
  readonly #platform: Platform;
  readonly #keychain: Uint8Array;

  constructor(platform: Platform, keychain: Keychain) {
    this.#platform = platform;
    this.#keychain = sealKeychain(platform, keychain);
  }

  seal(checkpoint: Checkpoint): Uint8Array {
    const sealed = this.#platform.seal(PURPOSE, encodeCheckpoint(checkpoint));
    return concat(beU32(this.#keychain.length), this.#keychain, sealed);
  }
}

/** Opens what an earlier run sealed. Throws BoundaryError.sealedState or EnvironmentFault; makes nothing anew. */
export function unsealState(platform: Platform, sealed: Uint8Array): { keychain: Keychain; checkpoint: Checkpoint } {
  if (sealed.length < 4) throw BoundaryError.sealedState();
  const length = readBeU32(sealed);
  if (length > sealed.length - 4) throw BoundaryError.sealedState();
  const keychain = unsealKeychain(platform, sealed.slice(4, 4 + length));
  const bytes = platform.unseal(PURPOSE, sealed.slice(4 + length));
  const checkpoint = bytes === undefined ? undefined : decodeCheckpoint(bytes);
  if (checkpoint === undefined) throw BoundaryError.sealedState();
  return { keychain, checkpoint };
}
