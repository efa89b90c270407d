// SPDX-License-Identifier: Apache-2.0
import { inspect } from "node:util";
import { toBase64, toHex } from "@sotto/bytes";
import { X25519Key } from "@sotto/crypto";
import { EnvironmentFault } from "@sotto/errors";
import { createSim } from "@sotto/platform";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ConsensusKeys,
  createKeychain,
  decodeKeychain,
  encodeKeychain,
  keychainOf,
  openSeedsFrom,
  Secret,
  sealSeedsFor,
} from "../src/index.ts";

const fill = (byte: number, length = 32): Uint8Array => new Uint8Array(length).fill(byte);
const options = { chainId: "secretdev-1", sealingKey: fill(1), seed: fill(2) };
const sim = createSim(options);
const keychain = keychainOf([fill(0xa1), fill(0xb2)]);
const keys = new ConsensusKeys(keychain);
const OG = fill(7, 64);
const bytesOf = (chain: typeof keychain) => chain.seeds.map((seed) => toHex(seed.expose()));

describe("a secret", () => {
  const marked = Uint8Array.from({ length: 32 }, (_, i) => 0xc0 + i);
  const forms = [toHex(marked).slice(0, 12), toBase64(marked).slice(0, 12), "192, 193", "192,193"];

  test("cannot be printed, nor anything that holds it", () => {
    const secret = new Secret(marked);
    const chain = keychainOf([marked, marked]);
    for (const thing of [secret, chain, new ConsensusKeys(chain), encodeKeychain(chain)]) {
      const shown = [
        String(thing),
        JSON.stringify(thing),
        inspect(thing, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true }),
        inspect({ thing }),
        `${Object.entries(thing)}`,
        new Error("failed", { cause: thing }).stack ?? "",
      ];
      for (const text of shown) for (const form of forms) expect(text).not.toContain(form);
    }
    expect(String(secret)).toBe("[secret]");
    expect(JSON.stringify(secret)).toBe("{}");
    expect(structuredClone({ secret })).toEqual({ secret: {} });
    expect(secret.length).toBe(32);
  });

  test("is a copy of what it was made from", () => {
    const bytes = Buffer.from(marked);
    const secret = new Secret(bytes);
    bytes.fill(0);
    expect(secret.expose()).toEqual(marked);
  });
});

describe("a keychain", () => {
  test("of a new network has two random seeds", () => {
    const chain = createKeychain(sim);
    expect(chain.seeds.length).toBe(2);
    expect(new Set([...bytesOf(chain), ...bytesOf(createKeychain(sim))]).size).toBe(4);
    const again = createSim(options);
    expect(bytesOf(createKeychain(again))).toEqual(bytesOf(createKeychain(createSim(options))));
  });

  test("has two to five seeds of 32 bytes", () => {
    expect(() => keychainOf([fill(1)])).toThrow(EnvironmentFault);
    expect(() => keychainOf([1, 2, 3, 4, 5, 6].map((n) => fill(n)))).toThrow(EnvironmentFault);
    expect(() => keychainOf([fill(1), fill(2, 31)])).toThrow(EnvironmentFault);
  });

  test("decode is the inverse of encode, and any bytes are refused or decoded", () => {
    const encoded = encodeKeychain(keychain).expose();
    expect(bytesOf(decodeKeychain(encoded) as typeof keychain)).toEqual(bytesOf(keychain));
    for (const bad of [
      encoded.subarray(1),
      encoded.subarray(0, 65),
      Uint8Array.of(...encoded, 0),
      Uint8Array.of(1, 1, ...fill(1)),
    ])
      expect(decodeKeychain(bad)).toBeUndefined();
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void decodeKeychain(bytes)));
  });
});

describe("contract keys and proofs", () => {
  const identity = { sender: fill(1, 20), height: 5, codeHash: fill(2), address: fill(3, 20) };
  const key = keys.createContractKey(identity);
  const claim = { key, codeHash: fill(2), address: fill(3, 20) };

  test("a contract key holds for one code hash, address and origin, on this network", () => {
    expect(keys.verifyContractKey(claim)).toBe(true);
    expect(keys.verifyContractKey({ ...claim, codeHash: fill(4) })).toBe(false);
    expect(keys.verifyContractKey({ ...claim, address: fill(4, 20) })).toBe(false);
    expect(keys.verifyContractKey({ ...claim, ogKey: OG })).toBe(false);
    expect(new ConsensusKeys(keychainOf([fill(8), fill(0xb2)])).verifyContractKey(claim)).toBe(false);
    for (let i = 0; i < 64; i++) {
      const bad = new Uint8Array(key);
      bad[i] = (bad[i] as number) ^ 1;
      expect(keys.verifyContractKey({ ...claim, key: bad })).toBe(false);
    }
    for (const length of [0, 31, 32, 63, 65])
      expect(keys.verifyContractKey({ ...claim, key: fill(0, length) })).toBe(false);
  });

  test("the first seed authenticates contract keys for ever", () => {
    const later = new ConsensusKeys(keychainOf([fill(0xa1), fill(0xb2), fill(0xc3)]));
    expect(later.verifyContractKey(claim)).toBe(true);
    expect(later.createContractKey(identity)).toEqual(key);
  });

  test("proofs of earlier seeds hold after a rotation, those of the first seed never", () => {
    const adminProof = keys.createAdminProof(fill(1, 20), OG);
    const keyClaim = { address: fill(3, 20), codeHash: fill(2), ogKey: OG, newKey: fill(9, 64) };
    const keyProof = keys.createKeyProof(keyClaim);
    const later = new ConsensusKeys(keychainOf([fill(0xa1), fill(0xb2), fill(0xc3)]));
    expect(later.verifyAdminProof(adminProof, fill(1, 20), OG)).toBe(true);
    expect(later.verifyKeyProof(keyProof, keyClaim)).toBe(true);
    expect(later.createAdminProof(fill(1, 20), OG)).not.toEqual(adminProof);
    expect(later.createKeyProof(keyClaim)).not.toEqual(keyProof);
    const swapped = new ConsensusKeys(keychainOf([fill(0xb2), fill(0xa1)]));
    expect(swapped.verifyAdminProof(adminProof, fill(1, 20), OG)).toBe(false);
    expect(swapped.verifyKeyProof(keyProof, keyClaim)).toBe(false);
  });

  test("proofs hold for what they were made for", () => {
    const proof = keys.createAdminProof(fill(1, 20), OG);
    expect(keys.verifyAdminProof(proof, fill(2, 20), OG)).toBe(false);
    expect(keys.verifyAdminProof(proof, new Uint8Array(0), OG)).toBe(false);
    expect(keys.verifyAdminProof(proof, fill(1, 20), fill(8, 64))).toBe(false);
    expect(keys.verifyAdminProof(fill(0), fill(1, 20), OG)).toBe(false);
    expect(keys.verifyAdminProof(new Uint8Array(0), fill(1, 20), OG)).toBe(false);
    const none = keys.createAdminProof(new Uint8Array(0), OG);
    expect(keys.verifyAdminProof(none, new Uint8Array(0), OG)).toBe(true);
    const claimed = { address: fill(3, 20), codeHash: fill(2), ogKey: OG, newKey: fill(9, 64) };
    const keyProof = keys.createKeyProof(claimed);
    for (const other of [
      { address: fill(4, 20) },
      { codeHash: fill(4) },
      { ogKey: fill(4, 64) },
      { newKey: fill(4, 64) },
    ])
      expect(keys.verifyKeyProof(keyProof, { ...claimed, ...other })).toBe(false);
  });
});

describe("the random of a block", () => {
  const at = (chainId: string, height: number, last: Uint8Array, by = keys) =>
    toHex(by.blockRandom(chainId, height, last));
  const base = at("secretdev-1", 10, fill(5));

  test("is the same in every enclave with the same seeds, and in a replay", () => {
    expect(at("secretdev-1", 10, fill(5), new ConsensusKeys(keychain))).toBe(base);
    expect(base.length).toBe(64);
  });

  test("changes with chain, height, last block and seed, and cannot be moved between them", () => {
    const all = [
      base,
      at("secretdev-2", 10, fill(5)),
      at("secretdev-1", 11, fill(5)),
      at("secretdev-1", 10, fill(6)),
      at("secretdev-1", 10, fill(5), new ConsensusKeys(keychainOf([fill(0xa1), fill(0xb3)]))),
      at("secretdev-1\0", 10, fill(5)),
      at("secretdev-1", 1, new Uint8Array(0)),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("seeds for a new node", () => {
  const node = new X25519Key(fill(0x31));
  const sealed = sealSeedsFor(node.publicKey, keys, keychain) as Uint8Array;

  test("open for that node alone", () => {
    expect(bytesOf(openSeedsFrom(keys.seedExchangePublicKey, node, sealed) as typeof keychain)).toEqual(
      bytesOf(keychain),
    );
    expect(openSeedsFrom(keys.seedExchangePublicKey, new X25519Key(fill(0x32)), sealed)).toBeUndefined();
    expect(openSeedsFrom(keys.ioPublicKey, node, sealed)).toBeUndefined();
  });

  test("open only with the bytes to which they are bound", () => {
    const bound = sealSeedsFor(node.publicKey, keys, keychain, fill(7)) as Uint8Array;
    expect(bound.length).toBe(sealed.length);
    const open = (...given: Uint8Array[]) => openSeedsFrom(keys.seedExchangePublicKey, node, bound, ...given);
    expect(bytesOf(open(fill(7)) as typeof keychain)).toEqual(bytesOf(keychain));
    for (const given of [[], [fill(8)], [fill(7), fill(7)], [new Uint8Array(0)]])
      expect(open(...given)).toBeUndefined();
    expect(openSeedsFrom(keys.seedExchangePublicKey, node, sealed, fill(7))).toBeUndefined();
  });

  test("are refused when cut or changed, and never made for a point of low order", () => {
    for (let i = 0; i < sealed.length; i += 5) {
      const bad = new Uint8Array(sealed);
      bad[i] = (bad[i] as number) ^ 1;
      expect(openSeedsFrom(keys.seedExchangePublicKey, node, bad)).toBeUndefined();
    }
    for (const length of [0, 48, 95, 97])
      expect(openSeedsFrom(keys.seedExchangePublicKey, node, fill(0, length))).toBeUndefined();
    expect(sealSeedsFor(new Uint8Array(32), keys, keychain)).toBeUndefined();
    expect(openSeedsFrom(new Uint8Array(32), node, sealed)).toBeUndefined();
  });
});
