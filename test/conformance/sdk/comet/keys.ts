// SPDX-License-Identifier: Apache-2.0
/** The consensus keys of a vector's validators: tools/sdkapp makes them from the vector's seed. */
import { concat, fromUtf8, toHex } from "@sotto/bytes";
import { consensusAddress } from "@sotto/comet";
import { Ed25519Key, sha256 } from "@sotto/crypto";
import { Refusal } from "../../../../tools/setup.mjs";
import type { SdkVector } from "../vector.ts";

/** As `newValidator` of tools/sdkapp/keys.go: the seed of the key is the hash of a secret. */
function consensusKey(seed: number, name: string): Ed25519Key {
  const number = new Uint8Array(8);
  new DataView(number.buffer).setBigUint64(0, BigInt(seed));
  return new Ed25519Key(sha256(sha256(concat(fromUtf8("sdkapp key "), number, fromUtf8(`consensus ${name}`)))));
}

export class ConsensusKeys {
  readonly #byAddress: ReadonlyMap<string, Ed25519Key>;

  constructor({ seed, keys }: SdkVector) {
    const made = keys.filter(({ name }) => /^v[0-9]+$/.test(name)).map(({ name }) => consensusKey(seed, name));
    this.#byAddress = new Map(
      made.map((key) => [toHex(consensusAddress({ type: "ed25519", bytes: key.publicKey })), key]),
    );
  }

  /** All public keys, in the order of the vector. */
  get all(): readonly Uint8Array[] {
    return [...this.#byAddress.values()].map(({ publicKey }) => publicKey);
  }

  /** Throws Refusal for an address of another key. */
  must(address: Uint8Array): Ed25519Key {
    const key = this.#byAddress.get(toHex(address));
    if (key !== undefined) return key;
    throw new Refusal(
      `the key of the validator ${toHex(address)} is not one that tools/sdkapp makes, so nobody can sign its votes`,
    );
  }
}
