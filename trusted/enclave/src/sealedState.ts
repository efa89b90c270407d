// SPDX-License-Identifier: Apache-2.0
import { beU32, concat, equals, readBeU32 } from "@sotto/bytes";
import { X25519Key } from "@sotto/crypto";
import { decodeKeychain, encodeKeychain, type Keychain, type Secret } from "@sotto/keys";
import type { Platform } from "@sotto/platform";
import { BoundaryError, type Untrusted } from "@sotto/protocol";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, genesisHash, unsealed } from "@sotto/verify";

const PURPOSE = "state";
const REGISTRATION = "registration";
const HASH = 32;
const KEY = 32;
const UNKNOWN = new Uint8Array(HASH);

/**
 * The state that the host stores for the enclave: keychain, hash of the genesis, and checkpoint of
 * the last committed block, sealed together. Hazard: a host could recombine two sealed parts. It
 * could start a second enclave with its own validators, and make the keys of the network trust
 * them. Layout inside: length of the keychain as BE4, the keychain, the hash (zeros: not known),
 * the checkpoint.
 */
export class SealedState {
  readonly #platform: Platform;
  readonly #keychain: Keychain;
  readonly #genesis: StartState["genesis"];

  constructor(platform: Platform, { keychain, genesis }: Pick<StartState, "keychain" | "genesis">) {
    this.#platform = platform;
    this.#keychain = keychain;
    this.#genesis = genesis;
  }

  seal(checkpoint: Checkpoint): Uint8Array {
    const keychain = encodeKeychain(this.#keychain).expose();
    return this.#platform.seal(
      PURPOSE,
      concat(beU32(keychain.length), keychain, this.#genesis ?? UNKNOWN, encodeCheckpoint(checkpoint)),
    );
  }
}

/** The state at the start of an enclave. */
export interface StartState {
  readonly keychain: Keychain;
  readonly checkpoint: Checkpoint;
  /**
   * Names the genesis of the chain (`genesisHash`), 32 bytes. Undefined: not known, in a state that
   * was sealed before registration and after a block. Such an enclave admits no node: the host
   * could name a genesis with validators of its own, and receive the network's seeds for it.
   */
  readonly genesis: Uint8Array | undefined;
}

/** Unseals the state of an earlier run. Throws BoundaryError.sealedState; never makes new keys. */
export function unsealState(platform: Platform, sealed: Untrusted<Uint8Array>): StartState {
  const bytes = unsealed(platform, PURPOSE, sealed);
  if (bytes === undefined || bytes.length < 4) throw BoundaryError.sealedState();
  const end = 4 + readBeU32(bytes);
  if (end > bytes.length) throw BoundaryError.sealedState();
  const keychain = decodeKeychain(bytes.subarray(4, end));
  // The form from before registration has no hash, and its checkpoint begins with a zero byte.
  const behind = bytes[end + HASH] === 0 ? undefined : decodeCheckpoint(bytes.subarray(end + HASH));
  const checkpoint = behind ?? decodeCheckpoint(bytes.subarray(end));
  if (keychain === undefined || checkpoint === undefined) throw BoundaryError.sealedState();
  const named = behind === undefined ? UNKNOWN : bytes.slice(end, end + HASH);
  return { keychain, checkpoint, genesis: equals(named, UNKNOWN) ? genesisBefore(checkpoint) : named };
}

/** The genesis that a checkpoint before the first block is. */
const genesisBefore = (checkpoint: Checkpoint): Uint8Array | undefined =>
  checkpoint.height === 0 ? genesisHash(checkpoint) : undefined;

/** The secret of a node's registration key, for the host to store. */
export const sealRegistration = (platform: Platform, secret: Secret): Uint8Array =>
  platform.seal(REGISTRATION, secret.expose());

/** Inverse of `sealRegistration`. Throws BoundaryError.registrationKey. */
export function unsealRegistration(platform: Platform, sealed: Untrusted<Uint8Array>): X25519Key {
  const secret = unsealed(platform, REGISTRATION, sealed);
  if (secret === undefined || secret.length !== KEY) throw BoundaryError.registrationKey();
  return new X25519Key(secret);
}
