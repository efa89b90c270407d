// SPDX-License-Identifier: Apache-2.0
/** The consensus keys of a vector's validators: tools/sdkapp makes them from names. */
import { concat, fromUtf8, toHex } from "@sotto/bytes";
import { consensusAddress } from "@sotto/comet";
import { Ed25519Key, sha256 } from "@sotto/crypto";
import { Refusal } from "../../../../tools/setup.mjs";
import type { SdkVector } from "../vector.ts";

/** As `newValidator` of tools/sdkapp/keys.go: the seed of the key is the hash of a secret. */
function validatorKey(seed: number, name: string): Ed25519Key {
  const number = new Uint8Array(8);
  new DataView(number.buffer).setBigUint64(0, BigInt(seed));
  return new Ed25519Key(sha256(sha256(concat(fromUtf8("sdkapp key "), number, fromUtf8(`consensus ${name}`)))));
}

/** As tools/sdkapp/play_staking_input.go, for accounts that become validators. */
const accountsKey = (name: string): Ed25519Key => new Ed25519Key(sha256(fromUtf8(name)));

export class ConsensusKeys {
  /** Public keys of the validators with names of their own (v0, v1, ...), in the vector's order. */
  readonly named: readonly Uint8Array[];
  readonly #byAddress: ReadonlyMap<string, Ed25519Key>;

  constructor({ seed, keys }: SdkVector) {
    const names = keys.map(({ name }) => name);
    const isNamed = (name: string): boolean => /^v[0-9]+$/.test(name);
    const named = names.filter(isNamed).map((name) => validatorKey(seed, name));
    const others = names.filter((name) => !isNamed(name)).map(accountsKey);
    this.named = named.map(({ publicKey }) => publicKey);
    this.#byAddress = new Map(
      [...named, ...others].map((key) => [toHex(consensusAddress({ type: "ed25519", bytes: key.publicKey })), key]),
    );
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
