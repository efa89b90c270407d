// SPDX-License-Identifier: Apache-2.0
import { beU64, concat, fromHex, fromLatin1, fromUtf8, leU16, leU32, leU64, toHex } from "@sotto/bytes";
import { createSiv, hmacSha256, sha256, X25519Key, x25519PublicKey } from "@sotto/crypto";
import { kdf } from "@sotto/message";
import { describe, expect, test } from "vitest";
import { deriveFromKey, deriveFromSeed, order } from "../src/derive.ts";
import { ConsensusKeys, keychainOf, openSeedsFrom, sealSeedsFor } from "../src/index.ts";

// Vectors of spec/cryptography.md 9. Forms of the reference that Sotto replaces exist only here
// (ADR 9, ADR 13).
const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array;
const fill = (byte: number, length = 32): Uint8Array => new Uint8Array(length).fill(byte);
const GENESIS = fill(1);
const CURRENT = fill(2);
const keychain = keychainOf([GENESIS, CURRENT]);
const keys = new ConsensusKeys(keychain);
const CODE = sha256(fromUtf8("secret"));
const CODE2 = sha256(fromUtf8("secret2"));
const ADDRESS = hex("41e53509287f251722f66dbf11512d26b99f9745");
const OG = hex(
  "c6bad91ab6710708801621ea29326807960a5edd721056b9427c2fdd87365352bd03dd19ad04df453adb98088e172d898ab662e7d7ba3548e8a75b4072397f73",
);

describe("derived keys", () => {
  test.each([
    [
      "seedExchange",
      "aeee7d2f7b52eaea1e1ffaf71c3645226ac3ced3b7b9b77b805fa42441c8c3fc",
      "849b74b8286f346ff2c3036f45d58532b72b472581b8e59fd68e1b136eddd5b1",
    ],
    [
      "ioExchange",
      "301587fb4b4087bbc70c6fcea06a25069416462ef024b590fa3d1b375b0835f8",
      "966ad1b9ae3c49a95aef303f9690de7324ebc55db8360b371902fc5f25d46de2",
    ],
    [
      "stateIkm",
      "d91034708e5d57d788c285ee8faf0ed71917fc54ea7d51d28ac05adc2b99acfe",
      "9cf2316d5e981e5a960ae4c2e15596e171829b6790b054fae906c866e7e228df",
    ],
    [
      "callback",
      "36bbdb40f7a7123f440bc40865aa82920d1758d80b2e20a32dc9ce0c91d2c436",
      "b2ed203705c0e3dd1fdf8818ff7e3eed026e8a4d7b1f10164d0da0a7f5bbe6ae",
    ],
    [
      "randomEncryption",
      "8b6c7d452a7e5a81c59497b44e5c11d604dd7218db9adae6484a21da704918cc",
      "ee6a75eb3e78cd4a30879cc2518b355d900f361fd95dda9ad2409f3ecd699fda",
    ],
    [
      "initialRandomness",
      "57453d7406b5be2e4a30e64fd15fc322220039222caf425e9893572de5b752d6",
      "e629ff5059385b10cf722f8477b171cf820ece230809e6970f098e38ad507afb",
    ],
    [
      "adminProof",
      "f51851a2e4ad6a4f6b131ac0806b3e396548417b369e7bd715b2e441c0994bbe",
      "4386310c99d7dda7bb1d7cb0741c2869d889527037a9b91d1fe243b030e47006",
    ],
    [
      "contractKeyProof",
      "4656cbf1c02bc79f20d14f25f19c869e55a50ae065256e7cfccdb12b2aadfa4c",
      "78112a91a5c041d51af6a1f462da6939fed871f92873b039259776d390b6620b",
    ],
  ] as const)("%s", (name, genesis, current) => {
    expect(toHex(deriveFromSeed(GENESIS, order[name]))).toBe(genesis);
    expect(toHex(deriveFromSeed(CURRENT, order[name]))).toBe(current);
  });

  test("the orders are 1 to 8", () => {
    expect(Object.values(order)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("public keys, of the genesis and of the current seed", () => {
    expect(toHex(x25519PublicKey(deriveFromSeed(GENESIS, order.seedExchange)))).toBe(
      "ef0b983ca4d07b02784f512c56123248ed1120c9a21a5018286f298e54cd960e",
    );
    expect(toHex(x25519PublicKey(deriveFromSeed(GENESIS, order.ioExchange)))).toBe(
      "c24fe1d38cf8966b18029cf7b369c8e083a03d66e93b8b273962d67f97eb5a61",
    );
    expect(toHex(keys.seedExchangePublicKey)).toBe("4474cd6535f55f94a398240bd2252ebc77e1aa5cb653b0bcdf9120ba57e9b56b");
    expect(toHex(keys.ioPublicKey)).toBe("1714d3ec009077f70fb3820612e230cd81dd9247953937a098fc422e0265136a");
  });

  test("the secret shared with a client", () => {
    const client = hex("13be4feaeaf204c7fd3358fc9c00721881d174278128227ec674f37f7fe97b6d");
    expect(toHex(keys.agreeIo(client) as Uint8Array)).toBe(
      "85f6aed5fd4f94e3cbdb1fd8875b0567bef43bacdb4e1304a2307c0200ad9f4e",
    );
    expect(keys.agreeIo(new Uint8Array(32))).toBeUndefined();
  });
});

describe("contract identity", () => {
  const made = { sender: fill(0x21, 20), height: 1000, codeHash: CODE, address: ADDRESS };

  test("contract key", () => {
    expect(toHex(keys.createContractKey(made))).toBe(toHex(OG));
    expect(toHex(deriveFromKey(deriveFromSeed(GENESIS, order.stateIkm), OG.subarray(0, 32)))).toBe(
      "445894d19ad21f2ba0d3a9b20f3e189168ce2d0650488842e1309b19ece26dc1",
    );
    expect(keys.verifyContractKey({ key: OG, codeHash: CODE, address: ADDRESS })).toBe(true);
  });

  const newKey = hex(
    "7bd34a41547fe0cfea8eda3be9377a41017bc3a0b0bd27fc96edb1bf8e9d1ff3f7192c6c6bc97835315ad4be2655001c6fb43e6439079ea347cf434dc26aea12",
  );
  test("migration", () => {
    const migrated = { sender: fill(0x22, 20), height: 2000, codeHash: CODE2, address: ADDRESS, ogKey: OG };
    expect(toHex(CODE2)).toBe("35224d0d3465d74e855f8d69a136e79c744ea35a675d3393360a327cbf6359a2");
    expect(toHex(keys.createContractKey(migrated))).toBe(toHex(newKey));
    expect(keys.verifyContractKey({ key: newKey, codeHash: CODE2, address: ADDRESS, ogKey: OG })).toBe(true);
    const claim = { address: ADDRESS, codeHash: CODE2, ogKey: OG, newKey };
    const proof = keys.createKeyProof(claim);
    expect(toHex(proof)).toBe("4866a57259694eb1c05323ab6e997aebd8bff5d737c5249c19b1d73225c0866d");
    expect(keys.verifyKeyProof(proof, claim)).toBe(true);
  });

  test("admin proof", () => {
    const proof = keys.createAdminProof(fill(0x23, 20), OG);
    expect(toHex(proof)).toBe("d42446f8b1dc35f026a8a90b980c8b80f93d94fa6185d25ff8282c410154064a");
    expect(keys.verifyAdminProof(proof, fill(0x23, 20), OG)).toBe(true);
  });
});

describe("state", () => {
  const name = fromUtf8("balance");
  const value = fromUtf8("100");
  const salt = concat(beU64(1_700_000_000_000_000_000n), beU64(1000n), beU64(1n));

  test("key and value of a row", () => {
    const k2 = keys.stateNameKey(OG);
    expect(toHex(k2)).toBe("1067b894cb3d9d9915798533dc32849d1335ae909ff59e0e9f092be7c07c2130");
    const encrypted = createSiv(k2).seal(name);
    expect(toHex(encrypted)).toBe("919ff682b4fc6ec4aed59abca368e627e7173e3565ce10");
    const dbKey = concat(leU64(6n), fromLatin1("secret"), leU16(2), leU32(3), leU64(23n), encrypted);
    expect(toHex(concat(Uint8Array.of(3), ADDRESS, dbKey))).toBe(
      "0341e53509287f251722f66dbf11512d26b99f974506000000000000007365637265740200030000001700000000000000919ff682b4fc6ec4aed59abca368e627e7173e3565ce10",
    );
    expect(toHex(salt)).toBe("17979cfe362a000000000000000003e80000000000000001");
    const sealed = createSiv(keys.stateValueKey(OG, 2) as Uint8Array).seal(value, encrypted, salt);
    expect(toHex(sealed)).toBe("4d3992640c6adcc5ea8975758e3e833deb35fa");
    const row = concat(leU64(24n), salt, leU64(19n), sealed);
    expect(toHex(row)).toBe(
      "180000000000000017979cfe362a000000000000000003e8000000000000000113000000000000004d3992640c6adcc5ea8975758e3e833deb35fa",
    );
  });

  test("a third seed changes the key of values, not of names", () => {
    const three = new ConsensusKeys(keychainOf([GENESIS, CURRENT, fill(3)]));
    expect(toHex(three.stateNameKey(OG))).toBe(toHex(keys.stateNameKey(OG)));
    const encrypted = createSiv(three.stateNameKey(OG)).seal(name);
    const sealed = createSiv(three.stateValueKey(OG, 3) as Uint8Array).seal(value, encrypted, salt);
    expect(toHex(concat(leU64(24n), salt, leU64(19n), sealed, leU16(3)))).toBe(
      "180000000000000017979cfe362a000000000000000003e8000000000000000113000000000000001845338c3bc040bb0b11299335f9009ad96c230300",
    );
    expect(toHex(three.stateValueKey(OG, 2) as Uint8Array)).toBe(toHex(keys.stateValueKey(OG, 2) as Uint8Array));
  });

  test("there is no seed 0 and none beyond the last", () => {
    for (const id of [0, 3, -1, 65535]) expect(keys.stateValueKey(OG, id)).toBeUndefined();
    expect(keys.stateValueKey(OG, 1)).toBeDefined();
  });

  test("the form before v1.7 (not used by this network)", () => {
    const field = sha256(concat(name, OG));
    expect(toHex(field)).toBe("136a37b5890cc197d79e3f476033723104c46f3837767d0dec44d044f430b589");
    const key = deriveFromKey(deriveFromSeed(GENESIS, order.stateIkm), concat(field, OG));
    expect(toHex(key)).toBe("45af057f2b72c993ef0eaa1f81ec5081098564be230db01be0db2dad56ec3b73");
    expect(toHex(concat(fill(5), createSiv(key).seal(value, fill(5))))).toBe(
      "05050505050505050505050505050505050505050505050505050505050505051db45099cc31a01a3b63913e6ae63b10383dd5",
    );
  });
});

test("the seeds for a new node", () => {
  const node = new X25519Key(fill(0x31));
  expect(toHex(node.publicKey)).toBe("04f5f29162c31a8defa18e6e742224ee806fc1718a278be859ba5620402b8f3a");
  expect(toHex(keys.agreeSeedExchange(node.publicKey) as Uint8Array)).toBe(
    "c5185e1555441d6671acd42b7c64229ccff5278deeedd891f3dcf9b8948d8c0c",
  );
  const sealed = sealSeedsFor(node.publicKey, keys, keychain) as Uint8Array;
  expect(toHex(sealed)).toBe(
    "7d99ae03616e69042bee46ee20970c7f9b93ce63f2309121147facfeeb7056e83f2956d086cf512bc6ddeacb2bea8c8e4df564613dbaeb742b74e552d4366121bce730beb941386dc2f7e872828586c5b9bdb5eb6aa2edc04afb080567ae79d7",
  );
  const opened = openSeedsFrom(keys.seedExchangePublicKey, node, sealed);
  expect(opened?.seeds.map((seed) => toHex(seed.expose()))).toEqual([toHex(GENESIS), toHex(CURRENT)]);
});

describe("forms of the reference that are replaced here", () => {
  const secret = deriveFromSeed(CURRENT, order.callback);
  const callbackSig = (message: Uint8Array, funds: string) => toHex(sha256(concat(secret, message, fromUtf8(funds))));

  test("callback signatures", () => {
    const ciphertext = hex(
      "3ec536b778cf75b3226b480af7cb8d2775ab58a7dac0e777c7be97ac6aca4db44fcabc8c33f9a927a50fa1bc2e00a813b9f7ffe9f2f3c5fe730d0c7c110ae93b9d5dc4fa1ec3d3930dc47017245aa176cac347b4c1040677633ad3cf16defd26c2f7640cd148be698b68a0",
    );
    expect(callbackSig(ciphertext, "[]")).toBe("c204fdde64271fdde937da5107a7091cda2f523f62555bb1d7590c20c70374e0");
    expect(callbackSig(ciphertext, '[{"denom":"uscrt","amount":"1"}]')).toBe(
      "43375df0c0775d3c3a68fdfc6bc0596c38b54e62850699a76a5df52c635241c4",
    );
    expect(callbackSig(new Uint8Array(0), "[]")).toBe(
      "108eb13d11e2fbba781370f23e0d208e4b776f4c72d059c1933e28d0c204d929",
    );
  });

  test("the signature of a reply", () => {
    const reply =
      '{"id":"n9TW2w6lfdDlQEdBpqADwk9v6XomndLaIHDYh0vd8mxB8MSEQTKg5hQZT7k5w69m3hYBHMpcLQSgoDQz8xShroFRakhQxmkCaaKd8YVRC+cX","result":{"ok":{"events":[],"data":"owyIW4pC/QHysL3ZWH3eWXTAfn5xHypX/AvKJfFhHfgQQ0dM62sy7MlTtO7ZeOdQaGSjZIOxhF8ZuRQb5a//s5WF4On8i11oroxZ0jCtRLGhcE3pBHBji+Pu+bbntIpP"}},"was_orig_msg_encrypted":true,"is_encrypted":true}';
    expect(callbackSig(fromUtf8(reply), "[]")).toBe("6b9af5e5872e867fc81d782838c6d5808b20ec048cbf73c6b706495757808b4f");
    const error = reply.replace(
      /"result":\{.*?\}\}/,
      '"result":{"error":"PK8FiQlrGBHn4OKEpncEDD0y6RDJeWgnIT0dfZQ397fNqk3WICc56ecpmR7gVmVkRVa1YF21O9EwYRXDY6LhMtLSQ7w4L2sKNhcATk2DViB/kcxLDpe6loSgPzPj0R+l"}',
    );
    expect(callbackSig(fromUtf8(error), "[]")).toBe("b739b5a7ed6129d46cd3ee5d523c761e6fb5bffc94826544f485e6ac800fb837");
  });

  test("the proposed random of a block and the random of a call", () => {
    const sealed = createSiv(deriveFromSeed(CURRENT, order.randomEncryption)).seal(fill(0x41), fill(0x42));
    expect(toHex(sealed)).toBe(
      "faa8b47cf3f2913b493d8c39730cf023dd3e556d923881c9d2b4be0c3e293be095accb91a0df120307ecf3a8814b313c",
    );
    const irs = deriveFromSeed(CURRENT, order.initialRandomness);
    const stated = concat(beU64(1000n), sealed, fill(0x43));
    expect(toHex(hmacSha256(irs, stated))).toBe("33f099b39c6bd4628c0bc4c1af1997a1083f89870f005c2245ca0cdc81874f81");
    expect(toHex(sha256(concat(stated, irs)))).toBe("585a8d99c29fce2c140b2d2ef23c1465e61cc9ce01629275898408c38144111f");
    const random = (counter: bigint) => toHex(kdf(fill(0x41), concat(beU64(1000n), OG, beU64(counter))));
    expect(random(0n)).toBe("9ebdd67314e2a8265d8eaf97850a5d14be3d5307f2f35733aacd8eefd5490615");
    expect(random(1n)).toBe("6d778c0c9330f3be4fbc327807f0a3376e98ce1db03389ce88cb040363d25062");
  });

  test("validator_set_evidence of the reference", () => {
    expect(toHex(sha256(concat(CURRENT, fill(0x44), leU64(1001n))))).toBe(
      "790d9c21b988fe8f2ef459d56f62e71fd95c47c24338b2dfa3665bf09f591a6c",
    );
  });
});
