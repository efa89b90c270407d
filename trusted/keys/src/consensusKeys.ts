// SPDX-License-Identifier: Apache-2.0
import { beU32, beU64, concat, fromUtf8 } from "@sotto/bytes";
import { equalConstantTime, hmacSha256, sha256, X25519Key } from "@sotto/crypto";
import { deriveFromKey, deriveFromSeed, deriveLabelled, order } from "./derive.ts";
import type { Keychain } from "./keychain.ts";

/** The input of a contract key (spec/contract-state.md 1.3). */
export interface ContractIdentity {
  /** The sender of the instantiation or migration. */
  readonly sender: Uint8Array;
  readonly height: number;
  readonly codeHash: Uint8Array;
  readonly address: Uint8Array;
  /** Only for the key of a migration. */
  readonly ogKey?: Uint8Array | undefined;
}

/** A contract key, with the address and code that it must match. */
export interface ContractKeyClaim {
  readonly key: Uint8Array;
  readonly codeHash: Uint8Array;
  readonly address: Uint8Array;
  readonly ogKey?: Uint8Array | undefined;
}

/** The input of a migration's proof (spec/contract-state.md 1.4). */
export interface KeyProofClaim {
  readonly address: Uint8Array;
  readonly codeHash: Uint8Array;
  readonly ogKey: Uint8Array;
  readonly newKey: Uint8Array;
}

/** The fields of a verified header that its proof binds. */
export interface HeaderClaim {
  readonly chainId: string;
  readonly height: number;
  /** Decimal nanoseconds. */
  readonly time: string;
  /** Of the state before the block. */
  readonly appHash: Uint8Array;
}

const ID = 32;
const CONTRACT_KEY = 64;
const NONE = new Uint8Array(0);
/** Names of rows are under the second seed for ever (spec/contract-state.md 2). */
const NAME_SEED = 1;

/** Parts with their lengths in front, so that no two lists have the same bytes. */
const listed = (parts: readonly Uint8Array[]): Uint8Array =>
  concat(beU32(parts.length), ...parts.flatMap((part) => [beU32(part.length), part]));

/**
 * All keys that are derived from the seeds (spec/cryptography.md 3), ready for use. Proofs are
 * compared in constant time.
 *
 * Cost: set-up 100 us; `agreeIo` 30 us; a state key 2 us; a contract key 3 us.
 */
export class ConsensusKeys {
  /** The number of seeds: the last one is the current one. */
  readonly seedCount: number;
  /** The "tx key": the public key to which clients encrypt. */
  readonly ioPublicKey: Uint8Array;
  /** The public key to which a new node encrypts its request for the seeds. */
  readonly seedExchangePublicKey: Uint8Array;
  readonly #io: X25519Key;
  readonly #seedExchange: X25519Key;
  readonly #stateIkm: readonly Uint8Array[];
  /** The last one makes new proofs. Proofs under the first seed are never accepted. */
  readonly #adminProof: readonly Uint8Array[];
  readonly #keyProof: readonly Uint8Array[];
  readonly #randomness: Uint8Array;
  readonly #headerProof: Uint8Array;

  constructor({ seeds }: Keychain) {
    const bytes = seeds.map((seed) => seed.expose());
    const current = bytes.at(-1) as Uint8Array; // a keychain has at least two seeds
    const later = bytes.slice(1);
    this.seedCount = seeds.length;
    this.#io = new X25519Key(deriveFromSeed(current, order.ioExchange));
    this.#seedExchange = new X25519Key(deriveFromSeed(current, order.seedExchange));
    this.ioPublicKey = this.#io.publicKey;
    this.seedExchangePublicKey = this.#seedExchange.publicKey;
    this.#stateIkm = bytes.map((seed) => deriveFromSeed(seed, order.stateIkm));
    this.#adminProof = later.map((seed) => deriveFromSeed(seed, order.adminProof));
    this.#keyProof = later.map((seed) => deriveFromSeed(seed, order.contractKeyProof));
    this.#randomness = deriveLabelled(current, "block-random/1");
    this.#headerProof = deriveLabelled(current, "header-proof/1");
  }

  /** The secret shared with a client; undefined for points of low order. */
  agreeIo(clientPublicKey: Uint8Array): Uint8Array | undefined {
    return this.#io.agree(clientPublicKey);
  }

  /** The secret shared with a node that requests the seeds; undefined for points of low order. */
  agreeSeedExchange(nodePublicKey: Uint8Array): Uint8Array | undefined {
    return this.#seedExchange.agree(nodePublicKey);
  }

  /**
   * 64 bytes: creator and time of the contract, and an authenticator over the rest. Public, not a
   * secret.
   */
  createContractKey({ sender, height, codeHash, address, ogKey }: ContractIdentity): Uint8Array {
    return this.#authenticated(sha256(concat(sender, beU64(BigInt(height)))), codeHash, address, ogKey);
  }

  verifyContractKey({ key, codeHash, address, ogKey }: ContractKeyClaim): boolean {
    if (key.length !== CONTRACT_KEY) return false;
    return equalConstantTime(key, this.#authenticated(key.subarray(0, ID), codeHash, address, ogKey));
  }

  #authenticated(
    senderId: Uint8Array,
    codeHash: Uint8Array,
    address: Uint8Array,
    ogKey: Uint8Array = NONE,
  ): Uint8Array {
    const key = deriveFromKey(this.#stateIkm[0] as Uint8Array, senderId);
    return concat(senderId, hmacSha256(key, concat(senderId, codeHash, address, ogKey)));
  }

  createKeyProof({ address, codeHash, ogKey, newKey }: KeyProofClaim): Uint8Array {
    return hmacSha256(this.#keyProof.at(-1) as Uint8Array, concat(address, codeHash, ogKey, newKey));
  }

  verifyKeyProof(proof: Uint8Array, { address, codeHash, ogKey, newKey }: KeyProofClaim): boolean {
    return proven(this.#keyProof, proof, concat(address, codeHash, ogKey, newKey));
  }

  /** `admin` is empty where there is no admin (spec/contract-state.md 1.5). */
  createAdminProof(admin: Uint8Array, ogKey: Uint8Array): Uint8Array {
    return hmacSha256(this.#adminProof.at(-1) as Uint8Array, concat(admin, ogKey));
  }

  verifyAdminProof(proof: Uint8Array, admin: Uint8Array, ogKey: Uint8Array): boolean {
    return proven(this.#adminProof, proof, concat(admin, ogKey));
  }

  /** States that an enclave of the network has verified this header (spec/calls.md 8.1). */
  createHeaderProof({ chainId, height, time, appHash }: HeaderClaim): Uint8Array {
    return hmacSha256(this.#headerProof, listed([fromUtf8(chainId), beU64(BigInt(height)), fromUtf8(time), appHash]));
  }

  verifyHeaderProof(proof: Uint8Array, claim: HeaderClaim): boolean {
    return equalConstantTime(proof, this.createHeaderProof(claim));
  }

  /**
   * Key of the names of a contract's state (spec/contract-state.md 2). Callers cache the prepared
   * cipher.
   */
  stateNameKey(ogKey: Uint8Array): Uint8Array {
    return deriveFromKey(this.#stateIkm[NAME_SEED] as Uint8Array, ogKey);
  }

  /**
   * Key of the values of a contract's state under a seed, from 1 on (spec/contract-state.md 3.2),
   * if that seed exists.
   */
  stateValueKey(ogKey: Uint8Array, seedId: number): Uint8Array | undefined {
    const ikm = this.#stateIkm[seedId - 1];
    return ikm === undefined ? undefined : deriveFromKey(ikm, ogKey);
  }

  /**
   * The random of a block (spec/cryptography.md 8.1): 32 bytes that every enclave computes when it
   * has verified the block, and that never leave an enclave. They cannot be chosen: the hash of the
   * previous block was fixed when it was decided.
   */
  blockRandom(chainId: string, height: number, lastBlockHash: Uint8Array): Uint8Array {
    return hmacSha256(this.#randomness, listed([fromUtf8(chainId), beU64(BigInt(height)), lastBlockHash]));
  }
}

/** Whether a proof was made under any of the keys. */
function proven(keys: readonly Uint8Array[], proof: Uint8Array, data: Uint8Array): boolean {
  let found = false;
  for (const key of keys) found = equalConstantTime(proof, hmacSha256(key, data)) || found;
  return found;
}
