// SPDX-License-Identifier: Apache-2.0
import { aessiv } from "@noble/ciphers/aes.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, hexToBytes, randomBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";
import { type Binding, boundHeader, isMarked, MARK, withoutHeader } from "./binding.ts";

/** The type of secret.js's `encryptionUtils`. */
export interface EncryptionUtils {
  readonly getPubkey: () => Promise<Uint8Array>;
  readonly decrypt: (ciphertext: Uint8Array, nonce: Uint8Array) => Promise<Uint8Array>;
  readonly encrypt: (contractCodeHash: string, msg: object) => Promise<Uint8Array>;
  readonly getTxEncryptionKey: (nonce: Uint8Array) => Promise<Uint8Array>;
}

export interface BoundEncryptionOptions {
  /** The node's REST address, for the network's key. */
  readonly url: string;
  readonly chainId: string;
  /**
   * 32 secret bytes from which the key of every message is derived; random ones by default. With
   * them one can read all messages that were ever encrypted under them: store them like a wallet's
   * key.
   */
  readonly seed?: Uint8Array;
}

/** Salt of every key derivation of the protocol: the hash of a Bitcoin block. */
const SALT = hexToBytes("000000000000000000024bead8df69990852c202db0e0097c1a12ea637d7e96d");
const MESSAGE_KEY = utf8ToBytes("bound-message-key");
const EMPTY = new Uint8Array(0);

/**
 * Encrypts each message under a key of its own, derived from the seed and the message's nonce, with
 * the message's purpose inside. Decrypts the answers to all of them, and to messages that secret.js
 * itself encrypted under the same seed.
 */
export class BoundEncryption implements EncryptionUtils {
  readonly #url: string;
  readonly #chainId: string;
  readonly #seed: Uint8Array;
  #networkKey: Promise<Uint8Array> | undefined;

  /** Throws RangeError unless the seed has 32 bytes. */
  constructor({ url, chainId, seed = randomBytes(32) }: BoundEncryptionOptions) {
    if (seed.length !== 32) throw new RangeError("the seed of an encryption has 32 bytes");
    this.#url = url.replace(/\/+$/, "");
    this.#chainId = chainId;
    this.#seed = Uint8Array.from(seed);
  }

  /**
   * An encryptor for one kind of message from one sender to one target. Throws for an invalid
   * address or number.
   */
  for(binding: Binding): EncryptionUtils {
    const header = boundHeader(binding, this.#chainId);
    return {
      getPubkey: this.getPubkey,
      decrypt: this.decrypt,
      getTxEncryptionKey: this.getTxEncryptionKey,
      encrypt: (codeHash, msg) => this.#encrypt(codeHash, header, msg),
    };
  }

  /** Always fails: secret.js does not give the sender and target here. */
  readonly encrypt = async (): Promise<never> => {
    throw new Error(
      "nothing says what this message is for: pass the client through bindClient, or encrypt with for(...)",
    );
  };

  /**
   * The key that secret.js would use under this seed; the key of a bound message stands in the
   * message.
   */
  readonly getPubkey = async (): Promise<Uint8Array> => x25519.getPublicKey(this.#seed);

  /** The key of a message and of its answers, from the seed and the nonce alone. */
  readonly getTxEncryptionKey = async (nonce: Uint8Array): Promise<Uint8Array> => {
    const shared = x25519.getSharedSecret(this.#secretFor(nonce), await this.#network());
    return hkdf(sha256, concatBytes(shared, nonce), SALT, undefined, 32);
  };

  /**
   * Decrypts answers, attributes and errors; and messages, whose header it removes. Throws for
   * other ciphertexts than this seed's.
   */
  readonly decrypt = async (ciphertext: Uint8Array, nonce: Uint8Array): Promise<Uint8Array> => {
    if (!(ciphertext?.length > 0)) return EMPTY;
    const opened = aessiv(await this.getTxEncryptionKey(nonce), EMPTY).decrypt(ciphertext);
    return isMarked(nonce) ? withoutHeader(opened) : opened;
  };

  async #encrypt(codeHash: string, header: Uint8Array, msg: object): Promise<Uint8Array> {
    const nonce = concatBytes(MARK, randomBytes(32 - MARK.length));
    const key = await this.getTxEncryptionKey(nonce);
    const plaintext = concatBytes(utf8ToBytes(codeHash), header, utf8ToBytes(JSON.stringify(msg)));
    return concatBytes(nonce, x25519.getPublicKey(this.#secretFor(nonce)), aessiv(key, EMPTY).encrypt(plaintext));
  }

  #secretFor(nonce: Uint8Array): Uint8Array {
    return isMarked(nonce) ? hkdf(sha256, concatBytes(this.#seed, nonce), SALT, MESSAGE_KEY, 32) : this.#seed;
  }

  #network(): Promise<Uint8Array> {
    this.#networkKey ??= this.#fetchNetworkKey().catch((thrown: unknown) => {
      this.#networkKey = undefined;
      throw thrown;
    });
    return this.#networkKey;
  }

  async #fetchNetworkKey(): Promise<Uint8Array> {
    const response = await fetch(`${this.#url}/registration/v1beta1/tx-key`);
    const { key } = (await response.json()) as { readonly key?: string };
    if (!response.ok || typeof key !== "string") throw new Error(`${this.#url} does not tell the network's key`);
    return base64.decode(key);
  }
}
