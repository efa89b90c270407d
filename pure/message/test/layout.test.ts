// SPDX-License-Identifier: Apache-2.0
import { concat, fromUtf8, toHex } from "@sotto/bytes";
import { createSiv } from "@sotto/crypto";
import { InvariantBroken } from "@sotto/errors";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  buildEnvelope,
  buildPlaintext,
  buildReplyId,
  contractFailed,
  enclaveDetail,
  encryptedDetail,
  errorText,
  findQueryError,
  findTxErrors,
  MAX_REPLY_HEADERS,
  MIN_ENVELOPE,
  open,
  openAttribute,
  openData,
  openReplyData,
  openReplyError,
  parseEnvelope,
  parsePlaintext,
  parseReplyId,
  REPLY_HEADER,
  sealData,
} from "../src/index.ts";

const HASH = "0123456789abcdef".repeat(4);
const siv = createSiv(new Uint8Array(32).fill(1));
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const hash = bytes32.map(toHex);
const header = fc.record({ id: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), codeHash: hash });

describe("an envelope", () => {
  test("needs 82 bytes", () => {
    expect(MIN_ENVELOPE).toBe(82);
    expect(parseEnvelope(new Uint8Array(81))).toBeUndefined();
    expect(parseEnvelope(new Uint8Array(82))?.ciphertext.length).toBe(18);
  });

  test("parse is the inverse of build", () => {
    fc.assert(
      fc.property(
        bytes32,
        bytes32,
        fc.uint8Array({ minLength: 18, maxLength: 200 }),
        (nonce, publicKey, ciphertext) => {
          const envelope = { nonce, publicKey, ciphertext };
          expect(parseEnvelope(buildEnvelope(envelope))).toEqual(envelope);
        },
      ),
    );
    const bad = { nonce: new Uint8Array(31), publicKey: new Uint8Array(32), ciphertext: new Uint8Array(18) };
    expect(() => buildEnvelope(bad)).toThrow(InvariantBroken);
  });
});

describe("a plaintext", () => {
  test("parse is the inverse of build", () => {
    fc.assert(
      fc.property(
        hash,
        fc.array(header, { maxLength: 5 }),
        fc.string().map((s) => fromUtf8(`{${s}`)),
        (codeHash, headers, message) => {
          const parsed = parsePlaintext(buildPlaintext(codeHash, headers, message));
          expect({ ...parsed, codeHash: toHex(parsed?.codeHash as Uint8Array) }).toEqual({
            codeHash,
            headers,
            message,
          });
        },
      ),
    );
  });

  test("takes upper-case hashes, and no hash that is not hex", () => {
    expect(toHex(parsePlaintext(fromUtf8(HASH.toUpperCase()))?.codeHash as Uint8Array)).toBe(HASH);
    expect(parsePlaintext(fromUtf8(HASH.slice(1)))).toBeUndefined();
    expect(parsePlaintext(fromUtf8(`x${HASH.slice(1)}{}`))).toBeUndefined();
    expect(parsePlaintext(new Uint8Array(64).fill(0xff))).toBeUndefined();
  });

  test("with a header that is cut short at any byte is refused", () => {
    const whole = buildPlaintext(HASH, [{ id: 1n, codeHash: HASH }], new Uint8Array(0));
    expect(whole.length).toBe(64 + REPLY_HEADER);
    for (let length = 64; length < whole.length; length++) {
      const parsed = parsePlaintext(whole.subarray(0, length));
      // Less than the magic is a message that is not JSON.
      if (length < 64 + 7) expect(parsed?.headers).toEqual([]);
      else expect(parsed).toBeUndefined();
    }
    expect(parsePlaintext(whole)?.headers.length).toBe(1);
  });

  test("with more headers than calls can be deep is refused", () => {
    const headers = Array.from({ length: MAX_REPLY_HEADERS }, () => ({ id: 0n, codeHash: HASH }));
    expect(parsePlaintext(buildPlaintext(HASH, headers, fromUtf8("{}")))?.headers.length).toBe(100);
    expect(
      parsePlaintext(buildPlaintext(HASH, [...headers, { id: 0n, codeHash: HASH }], fromUtf8("{}"))),
    ).toBeUndefined();
  });

  test("any bytes are parsed or refused, never a crash", () => {
    const prefix = fc.constantFrom(fromUtf8(HASH), fromUtf8(`${HASH}REPLY01`), new Uint8Array(0));
    fc.assert(
      fc.property(prefix, fc.uint8Array({ maxLength: 200 }), (start, rest) => {
        const bytes = concat(start, rest);
        parsePlaintext(bytes);
        parseReplyId(bytes);
        parseEnvelope(bytes);
        expect(open(siv, bytes)).toBeUndefined();
        expect(openReplyData(siv, bytes)).toBeUndefined();
        expect(openReplyError(siv, bytes)).toBeUndefined();
        expect(bytes.length === 0 || openData(siv, bytes) === undefined).toBe(true);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void expect(openAttribute(siv, text)).toBeUndefined()));
  });
});

describe("a reply id", () => {
  test("parse is the inverse of build, with the rest of the chain or without it", () => {
    fc.assert(
      fc.property(fc.array(header, { minLength: 1, maxLength: 5 }), fc.boolean(), (headers, withRest) => {
        const [first, ...rest] = headers as [(typeof headers)[0], ...typeof headers];
        expect(parseReplyId(buildReplyId(headers, withRest))).toEqual({ ...first, headers: withRest ? rest : [] });
      }),
    );
    expect(() => buildReplyId([], true)).toThrow(InvariantBroken);
  });

  test.each(["", "+", "-1", "1 ", "0x1", "18446744073709551616", "1".repeat(65)])("%j is no number of one", (text) => {
    expect(parseReplyId(fromUtf8(HASH + text))).toBeUndefined();
  });
  test.each([
    ["0", 0n],
    ["+7", 7n],
    ["007", 7n],
    ["18446744073709551615", 2n ** 64n - 1n],
  ])("%j is one", (text, id) => {
    expect(parseReplyId(fromUtf8(HASH + text))?.id).toBe(id);
  });
});

describe("reply data", () => {
  test("needs the receiver in front and base64 behind", () => {
    expect(openReplyData(siv, sealData(siv, fromUtf8("x"), HASH))).toEqual({ receiver: HASH, data: fromUtf8("x") });
    expect(openReplyData(siv, sealData(siv, fromUtf8("x")))).toBeUndefined();
  });
});

describe("errors", () => {
  test("have the codes and words of the reference", () => {
    expect(contractFailed).toEqual({
      instantiate: [2, "instantiate contract failed"],
      execute: [3, "execute contract failed"],
      query: [4, "query contract failed"],
      migrate: [5, "migrate contract failed"],
      reply: [19, "reply to contract failed"],
    });
  });

  test("lose the quotes at their ends and nothing else", () => {
    expect(errorText('"plain"')).toBe("plain");
    expect(errorText('{"generic_err":{"msg":"x"}}')).toBe('{"generic_err":{"msg":"x"}}');
    expect(errorText('"say \\"no\\""')).toBe('say \\"no\\');
    expect(errorText('""')).toBe("");
    expect(errorText('"')).toBe("");
  });

  test("are found where clients look for them", () => {
    const ciphertext = new Uint8Array(40).fill(0xfb);
    for (const [, words] of Object.values(contractFailed)) {
      const detail = `${encryptedDetail(ciphertext)}: ${words}`;
      expect(findTxErrors(`failed to execute message; message index: 3: ${detail}`)).toEqual([
        { messageIndex: 3, ciphertext },
      ]);
      expect(
        findTxErrors(
          `failed to execute message; message index: 0: dispatch: submessages: dispatch: submessages: ${detail}`,
        ),
      ).toEqual([{ messageIndex: 0, ciphertext }]);
      expect(findQueryError(detail)).toEqual(ciphertext);
      expect(findQueryError(`${words}: ${encryptedDetail(ciphertext)}`)).toEqual(ciphertext);
    }
    expect(
      findTxErrors(`; message index: 0: ${enclaveDetail("the contract panicked")}: execute contract failed`),
    ).toEqual([]);
    expect(findQueryError("not found")).toBeUndefined();
    expect(findTxErrors("; message index: 0: encrypted: ???: execute contract failed")).toEqual([]);
  });
});
