// SPDX-License-Identifier: Apache-2.0
import { concat, fromHex, fromUtf8, toBase64, toHex, toUtf8 } from "@sotto/bytes";
import { sha256, X25519Key } from "@sotto/crypto";
import { describe, expect, test } from "vitest";
import {
  agreeMessageKey,
  buildPlaintext,
  buildReplyId,
  decryptError,
  decryptOutput,
  encryptMessage,
  type MessageKey,
  open,
  openAttribute,
  openReplyData,
  openReplyError,
  parseEnvelope,
  parsePlaintext,
  parseReplyId,
  replyJson,
  seal,
  sealAttribute,
  sealData,
  sealError,
  txKey,
} from "../src/index.ts";

// Vectors of spec/cryptography.md 9: two independent programs and, for the client's part, secretjs
// 1.22.1.
const hex = (text: string): Uint8Array => fromHex(text.replaceAll(/\s/g, "")) as Uint8Array;
const IO = hex("1714d3ec009077f70fb3820612e230cd81dd9247953937a098fc422e0265136a");
const client = new X25519Key(new Uint8Array(32).fill(7));
const nonce = new Uint8Array(32).fill(9);
const key = agreeMessageKey(client, IO, nonce) as MessageKey;
const HASH = toHex(sha256(fromUtf8("secret")));
const HASH2 = toHex(sha256(fromUtf8("secret2")));
const JSON_TEXT = '{"transfer":{"amount":"1"}}';
const CIPHERTEXT =
  "3ec536b778cf75b3226b480af7cb8d2775ab58a7dac0e777c7be97ac6aca4db44fcabc8c33f9a927a50fa1bc2e00a813b9f7ffe9f2f3c5fe730d0c7c110ae93b9d5dc4fa1ec3d3930dc47017245aa176cac347b4c1040677633ad3cf16defd26c2f7640cd148be698b68a0";
const WRONG_FORM =
  "5c2dc7a53b36c034dfd6f6042e3b8fcb36952e0e126b3588199f80f8721e0838b3873996e72c2986ee7c6899d797a4e89ade865ea4a841990c25e639e1e747048126a7ac51c42f44ef0a82a00d4c766f0d7e7fed48c8b6155325f31f686ae5dee29b8bf994a746228823a8";

describe("a transaction", () => {
  test("agrees on the key", () => {
    expect(HASH).toBe("2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b");
    expect(toHex(key.publicKey)).toBe("13be4feaeaf204c7fd3358fc9c00721881d174278128227ec674f37f7fe97b6d");
    const shared = client.agree(IO) as Uint8Array;
    expect(toHex(shared)).toBe("85f6aed5fd4f94e3cbdb1fd8875b0567bef43bacdb4e1304a2307c0200ad9f4e");
    expect(toHex(txKey(shared, nonce))).toBe("528153c0bea4d2d45e6367b8d8645d06dd6ecb622bb5190612c8d40147948e3f");
  });

  test("is encrypted", () => {
    const wire = encryptMessage(key, HASH, JSON_TEXT);
    expect(toHex(wire)).toBe(toHex(nonce) + toHex(key.publicKey) + CIPHERTEXT);
    expect(wire.length).toBe(171);
    expect(toHex(encryptMessage(key, `0x${HASH.toUpperCase()}`, JSON_TEXT))).toBe(toHex(wire));
    const envelope = parseEnvelope(wire);
    const plaintext = parsePlaintext(open(key.siv, envelope?.ciphertext as Uint8Array) as Uint8Array);
    expect(toHex(plaintext?.codeHash as Uint8Array)).toBe(HASH);
    expect(plaintext?.headers).toEqual([]);
    expect(toUtf8(plaintext?.message as Uint8Array)).toBe(JSON_TEXT);
  });

  test("in the form without associated data is refused", () => {
    expect(open(key.siv, hex(WRONG_FORM))).toBeUndefined();
    expect(key.siv.open(hex(WRONG_FORM))).toBeDefined();
    expect(toHex(seal(key.siv, new Uint8Array(0)))).toBe("8e697cb0c14b710263843abc9ac3db5d");
    expect(toHex(key.siv.seal(new Uint8Array(0)))).toBe("b752f3bcb62abf60d09b12306f95ee1c");
  });

  test("has output data and attributes", () => {
    const data = fromUtf8('{"ok":true}');
    const sealed = sealData(key.siv, data);
    expect(toHex(sealed)).toBe("8327befadea044bbc5c742db2e766802291d0b207fbc8f1415e3535933a23d5b");
    expect(decryptOutput(key, sealed)).toEqual(data);
    expect(sealAttribute(key.siv, "amount")).toBe("69+rWSzP7Ljs9XWvpJde/FcbWwsLKw==");
    expect(sealAttribute(key.siv, "1")).toBe("XroQK7940IYBrCRXksHBSkM=");
    expect(toUtf8(openAttribute(key.siv, "69+rWSzP7Ljs9XWvpJde/FcbWwsLKw==") as Uint8Array)).toBe("amount");
  });
});

describe("a call between contracts", () => {
  const headers = [{ id: 5n, codeHash: HASH }];

  test("carries its reply header", () => {
    const plain = buildPlaintext(HASH2, headers, fromUtf8(JSON_TEXT));
    expect(toHex(plain)).toBe(
      toHex(concat(fromUtf8(HASH2), fromUtf8("REPLY01"), hex("0000000000000005"), fromUtf8(HASH), fromUtf8(JSON_TEXT))),
    );
    const sealed = seal(key.siv, plain);
    expect(toHex(sealed)).toBe(
      "6dc3431e9e53b75e4d08f804893ba3efbbd6947598b97d65226c0e57310a109e897651dc3fb3a938ac07c9d454de370aa90d2c305bf8d49d5de72e12b0b1bbd6f9708ac1573b2039abddfd72c014c0f471e69172663799b1c317b9d49fc85fde8612a252da146b22a59d930523ca74bbf058e7423592452c900c002ea93c9afe21065212e542f948021423a45d063b3bb9a62c33a5bc22b9167fb87686cb0c985723274b62009ba80ddbbc5de7b951a54ca27c26e2b48b269183",
    );
    expect(parsePlaintext(open(key.siv, sealed) as Uint8Array)).toEqual({
      codeHash: hex(HASH2),
      headers,
      message: fromUtf8(JSON_TEXT),
    });
  });

  const sealedId = seal(key.siv, buildReplyId(headers, true));
  test("names the reply by an encrypted id", () => {
    expect(toHex(sealedId)).toBe(
      "9fd4d6db0ea57dd0e5404741a6a003c24f6fe97a269dd2da2070d8874bddf26c41f0c4844132a0e614194fb939c3af66de16011cca5c2d04a0a03433f314a1ae81516a4850c6690269a29df185510be717",
    );
    expect(parseReplyId(open(key.siv, sealedId) as Uint8Array)).toEqual({ id: 5n, codeHash: HASH, headers: [] });
  });

  test("answers with data", () => {
    const data = sealData(key.siv, fromUtf8('{"ok":true}'), HASH);
    expect(toHex(data)).toBe(
      "a30c885b8a42fd01f2b0bdd9587dde5974c07e7e711f2a57fc0bca25f1611df81043474ceb6b32ecc953b4eed978e7506864a36483b1845f19b9141be5afffb39585e0e9fc8b5d68ae8c59d230ad44b1a1704de90470638be3eef9b6e7b48a4f",
    );
    expect(openReplyData(key.siv, data)).toEqual({ receiver: HASH, data: fromUtf8('{"ok":true}') });
    expect(replyJson(sealedId, { data })).toBe(
      '{"id":"n9TW2w6lfdDlQEdBpqADwk9v6XomndLaIHDYh0vd8mxB8MSEQTKg5hQZT7k5w69m3hYBHMpcLQSgoDQz8xShroFRakhQxmkCaaKd8YVRC+cX","result":{"ok":{"events":[],"data":"owyIW4pC/QHysL3ZWH3eWXTAfn5xHypX/AvKJfFhHfgQQ0dM62sy7MlTtO7ZeOdQaGSjZIOxhF8ZuRQb5a//s5WF4On8i11oroxZ0jCtRLGhcE3pBHBji+Pu+bbntIpP"}},"was_orig_msg_encrypted":true,"is_encrypted":true}',
    );
    expect(replyJson(sealedId, { data: undefined })).toContain('"result":{"ok":{"events":[],"data":null}},');
  });

  test("answers with an error", () => {
    const error = sealError(key.siv, "Generic error: x", HASH);
    expect(toBase64(error)).toBe(
      "PK8FiQlrGBHn4OKEpncEDD0y6RDJeWgnIT0dfZQ397fNqk3WICc56ecpmR7gVmVkRVa1YF21O9EwYRXDY6LhMtLSQ7w4L2sKNhcATk2DViB/kcxLDpe6loSgPzPj0R+l",
    );
    expect(openReplyError(key.siv, error)).toEqual({ receiver: HASH, text: fromUtf8("Generic error: x") });
    expect(replyJson(sealedId, { error })).toBe(
      `{"id":"${toBase64(sealedId)}","result":{"error":"${toBase64(error)}"},"was_orig_msg_encrypted":true,"is_encrypted":true}`,
    );
  });
});

// TX_RAW_SINGLE_WASM_MSG of the reference, block-verifier/src/wasm_messages.rs.
test("a real message of the main network is an envelope (spec/cryptography.md 6.1)", () => {
  const wire = hex(
    "a715462d5ca8feb6dceb58e21d8794e8f0257361871006e5e51a7d5e9e136e1d908024e1ea59a1008ef28c998b60a47b1836dbf70e3e8454078db37bbd0c7e3d" +
      "00".repeat(157),
  );
  const envelope = parseEnvelope(wire);
  expect(toHex(envelope?.nonce as Uint8Array)).toBe("a715462d5ca8feb6dceb58e21d8794e8f0257361871006e5e51a7d5e9e136e1d");
  expect(toHex(envelope?.publicKey as Uint8Array)).toBe(
    "908024e1ea59a1008ef28c998b60a47b1836dbf70e3e8454078db37bbd0c7e3d",
  );
  expect(envelope?.ciphertext.length).toBe(157);
});

test("another nonce is another key, and a network key of low order gives none", () => {
  const other = agreeMessageKey(client, IO, new Uint8Array(32).fill(8)) as MessageKey;
  expect(decryptOutput(other, sealData(key.siv, fromUtf8("x")))).toBeUndefined();
  expect(decryptError(other, sealError(key.siv, "x"))).toBeUndefined();
  expect(decryptError(key, sealError(key.siv, "x"))).toEqual(fromUtf8("x"));
  expect(decryptOutput(key, new Uint8Array(0))).toEqual(new Uint8Array(0));
  expect(agreeMessageKey(client, new Uint8Array(32), nonce)).toBeUndefined();
});
