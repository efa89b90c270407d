// SPDX-License-Identifier: Apache-2.0
import { fromHex, fromLatin1, fromUtf8, toHex, toLatin1 } from "@sotto/bytes";
import { createSiv, sha256 } from "@sotto/crypto";
import { buildPlaintext, buildReplyId, replyJson, seal, sealData, sealError, txKey } from "@sotto/message";
import { describe, expect, it } from "vitest";
import { IoSessions, sealMessage } from "../src/io.ts";
import { callRandoms } from "../src/random.ts";
import { createNames, StateCipher, saltHead, saltOf } from "../src/state.ts";
import { keysOf } from "./chain.ts";

// Vectors of spec/cryptography.md 9.

const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array;
const keys = keysOf(1, 2);
const codeHash = sha256(fromUtf8("secret"));
const address = hex("41e53509287f251722f66dbf11512d26b99f9745");
const ogKey = hex(
  "c6bad91ab6710708801621ea29326807960a5edd721056b9427c2fdd87365352bd03dd19ad04df453adb98088e172d898ab662e7d7ba3548e8a75b4072397f73",
);
const nonce = new Uint8Array(32).fill(9);
const clientKey = hex("13be4feaeaf204c7fd3358fc9c00721881d174278128227ec674f37f7fe97b6d");
const siv = createSiv(txKey(keys.agreeIo(clientKey) as Uint8Array, nonce));

describe("contract keys", () => {
  const sender = new Uint8Array(20).fill(0x21);
  const newHash = sha256(fromUtf8("secret2"));
  const newKey = hex(
    "7bd34a41547fe0cfea8eda3be9377a41017bc3a0b0bd27fc96edb1bf8e9d1ff3f7192c6c6bc97835315ad4be2655001c6fb43e6439079ea347cf434dc26aea12",
  );

  it("are made and verified as the vectors say", () => {
    expect(toHex(keys.createContractKey({ sender, height: 1000, codeHash, address }))).toBe(toHex(ogKey));
    const migrated = { sender: new Uint8Array(20).fill(0x22), height: 2000, codeHash: newHash, address, ogKey };
    expect(toHex(keys.createContractKey(migrated))).toBe(toHex(newKey));
    const claim = { address, codeHash: newHash, ogKey, newKey };
    expect(toHex(keys.createKeyProof(claim))).toBe("4866a57259694eb1c05323ab6e997aebd8bff5d737c5249c19b1d73225c0866d");
    const proof = keys.createAdminProof(new Uint8Array(20).fill(0x23), ogKey);
    expect(toHex(proof)).toBe("d42446f8b1dc35f026a8a90b980c8b80f93d94fa6185d25ff8282c410154064a");
  });
});

describe("state rows", () => {
  const row =
    "180000000000000017979cfe362a000000000000000003e8000000000000000113000000000000004d3992640c6adcc5ea8975758e3e833deb35fa";
  const rowOf3 =
    "180000000000000017979cfe362a000000000000000003e8000000000000000113000000000000001845338c3bc040bb0b11299335f9009ad96c230300";
  const salt = saltOf(saltHead(1_700_000_000_000_000_000n, 1000), 1);
  const cipher = new StateCipher(keys, ogKey, createNames());
  const name = cipher.name(fromUtf8("balance"));

  it("have the key, salt and value of the vectors", () => {
    expect(toHex(name.sealed)).toBe("919ff682b4fc6ec4aed59abca368e627e7173e3565ce10");
    expect(toHex(name.dbKey)).toBe(
      "06000000000000007365637265740200030000001700000000000000919ff682b4fc6ec4aed59abca368e627e7173e3565ce10",
    );
    expect(toHex(salt)).toBe("17979cfe362a000000000000000003e80000000000000001");
    expect(toHex(cipher.seal(name, fromUtf8("100"), salt, cipher.prepareSalt(salt)))).toBe(row);
    expect(cipher.open(name, hex(row))).toEqual(fromUtf8("100"));
  });

  it("name their seed when there are more than two, and rows of earlier seeds still open", () => {
    const later = new StateCipher(keysOf(1, 2, 3), ogKey, createNames());
    const again = later.name(fromUtf8("balance"));
    expect(again.dbKey).toEqual(name.dbKey);
    expect(toHex(later.seal(again, fromUtf8("100"), salt, later.prepareSalt(salt)))).toBe(rowOf3);
    expect(later.open(again, hex(rowOf3))).toEqual(fromUtf8("100"));
    expect(later.open(again, hex(row))).toEqual(fromUtf8("100"));
    expect(cipher.open(name, hex(rowOf3))).toBeUndefined();
  });

  it("do not open when any bit is changed, any byte is missing, or the key is another", () => {
    const bytes = hex(row);
    for (let i = 0; i < bytes.length; i++) {
      const flipped = bytes.slice();
      flipped[i] = (flipped[i] as number) ^ 1;
      expect(cipher.open(name, flipped)).toBeUndefined();
      expect(cipher.open(name, bytes.subarray(0, i))).toBeUndefined();
    }
    expect(cipher.open(cipher.name(fromUtf8("balancf")), bytes)).toBeUndefined();
    for (const seedId of [0, 1, 3, 65535]) {
      expect(cipher.open(name, Uint8Array.of(...bytes, seedId & 255, seedId >> 8))).toBeUndefined();
    }
    expect(cipher.open(name, bytes)).toEqual(fromUtf8("100"));
  });

  it("that were written since open by their bytes alone, and so do those before them", () => {
    const prepared = cipher.prepareSalt(salt);
    const mine = cipher.name(fromUtf8("written"));
    const sealed = (text: string) => cipher.seal(mine, fromUtf8(text), salt, prepared);
    const first = sealed("first");
    expect(cipher.open(mine, first)).toEqual(fromUtf8("first"));
    const [second, longer] = [sealed("other"), sealed("a longer one")];
    for (const [row, text] of [
      [longer, "a longer one"],
      [first, "first"],
      [second, "other"],
      [longer, "a longer one"],
    ] as const) {
      expect(cipher.open(mine, row)).toEqual(fromUtf8(text));
      // The host may reuse its buffer: the cached value is a copy.
      const given = row.slice();
      const value = cipher.open(mine, given);
      given.fill(0);
      expect(cipher.open(mine, given)).toBeUndefined();
      expect(cipher.open(mine, row)).toEqual(value);
    }
    longer[longer.length - 1] = (longer[longer.length - 1] as number) ^ 1;
    expect(cipher.open(mine, longer)).toBeUndefined();
  });

  it("of another contract do not open", () => {
    const other = ogKey.slice();
    other[0] = (other[0] as number) ^ 1;
    const stranger = new StateCipher(keys, other, createNames());
    expect(stranger.open(stranger.name(fromUtf8("balance")), hex(row))).toBeUndefined();
  });
});

describe("randoms", () => {
  it("are the vectors'", () => {
    const block = new Uint8Array(32).fill(0x41);
    expect(toHex(callRandoms(block, 1000)(ogKey, 0))).toBe(
      "9ebdd67314e2a8265d8eaf97850a5d14be3d5307f2f35733aacd8eefd5490615",
    );
    expect(toHex(callRandoms(block, 1000)(ogKey, 1))).toBe(
      "6d778c0c9330f3be4fbc327807f0a3376e98ce1db03389ce88cb040363d25062",
    );
  });
});

describe("messages", () => {
  const ciphertext = hex(
    "3ec536b778cf75b3226b480af7cb8d2775ab58a7dac0e777c7be97ac6aca4db44fcabc8c33f9a927a50fa1bc2e00a813b9f7ffe9f2f3c5fe730d0c7c110ae93b9d5dc4fa1ec3d3930dc47017245aa176cac347b4c1040677633ad3cf16defd26c2f7640cd148be698b68a0",
  );
  const zeroAd = hex(
    "5c2dc7a53b36c034dfd6f6042e3b8fcb36952e0e126b3588199f80f8721e0838b3873996e72c2986ee7c6899d797a4e89ade865ea4a841990c25e639e1e747048126a7ac51c42f44ef0a82a00d4c766f0d7e7fed48c8b6155325f31f686ae5dee29b8bf994a746228823a8",
  );
  const wire = (body: Uint8Array): Uint8Array => Uint8Array.of(...nonce, ...clientKey, ...body);
  const text = `${toHex(codeHash)}{"transfer":{"amount":"1"}}`;
  const io = new IoSessions((publicKey) => keys.agreeIo(publicKey));

  it("open, and seal to the same bytes", () => {
    const opened = io.openMessage(wire(ciphertext));
    expect(toLatin1(opened?.plaintext as Uint8Array)).toBe(text);
    expect(toHex(sealMessage(opened?.session as never, fromLatin1(text)))).toBe(toHex(wire(ciphertext)));
  });

  it("do not open without the empty associated data, under a zero key, or when short", () => {
    expect(io.openMessage(wire(zeroAd))).toBeUndefined();
    expect(io.openMessage(Uint8Array.of(...nonce, ...new Uint8Array(32), ...ciphertext))).toBeUndefined();
    expect(io.openMessage(wire(ciphertext).subarray(0, 81))).toBeUndefined();
  });

  const own = { id: 5n, codeHash: toHex(codeHash) };
  const json = fromUtf8('{"transfer":{"amount":"1"}}');

  it("to other contracts carry reply headers", () => {
    const plaintext = buildPlaintext(toHex(sha256(fromUtf8("secret2"))), [own], json);
    expect(toHex(seal(siv, plaintext))).toBe(
      "6dc3431e9e53b75e4d08f804893ba3efbbd6947598b97d65226c0e57310a109e897651dc3fb3a938ac07c9d454de370aa90d2c305bf8d49d5de72e12b0b1bbd6f9708ac1573b2039abddfd72c014c0f471e69172663799b1c317b9d49fc85fde8612a252da146b22a59d930523ca74bbf058e7423592452c900c002ea93c9afe21065212e542f948021423a45d063b3bb9a62c33a5bc22b9167fb87686cb0c985723274b62009ba80ddbbc5de7b951a54ca27c26e2b48b269183",
    );
  });

  // The reference's signatures, which Sotto does not make or read: the record of calls replaces
  // them.
  const callbackSecret = hex("b2ed203705c0e3dd1fdf8818ff7e3eed026e8a4d7b1f10164d0da0a7f5bbe6ae");
  const callbackSig = (message: Uint8Array, funds: string): string =>
    toHex(sha256(Uint8Array.of(...callbackSecret, ...message, ...fromUtf8(funds))));

  it("of the reference were signed like this", () => {
    expect(callbackSig(ciphertext, "[]")).toBe("c204fdde64271fdde937da5107a7091cda2f523f62555bb1d7590c20c70374e0");
    expect(callbackSig(ciphertext, '[{"denom":"uscrt","amount":"1"}]')).toBe(
      "43375df0c0775d3c3a68fdfc6bc0596c38b54e62850699a76a5df52c635241c4",
    );
    expect(callbackSig(new Uint8Array(0), "[]")).toBe(
      "108eb13d11e2fbba781370f23e0d208e4b776f4c72d059c1933e28d0c204d929",
    );
    const id = seal(siv, buildReplyId([own], true));
    const data = sealData(siv, fromUtf8('{"ok":true}').subarray(0, 0), own.codeHash);
    expect(data.length).toBe(80);
    const withData = seal(siv, fromLatin1(`${own.codeHash}eyJvayI6dHJ1ZX0=`));
    expect(callbackSig(fromUtf8(replyJson(id, { data: withData })), "[]")).toBe(
      "6b9af5e5872e867fc81d782838c6d5808b20ec048cbf73c6b706495757808b4f",
    );
    const error = sealError(siv, "Generic error: x", own.codeHash);
    expect(callbackSig(fromUtf8(replyJson(id, { error })), "[]")).toBe(
      "b739b5a7ed6129d46cd3ee5d523c761e6fb5bffc94826544f485e6ac800fb837",
    );
  });
});
