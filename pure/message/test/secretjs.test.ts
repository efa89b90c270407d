// SPDX-License-Identifier: Apache-2.0
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fromUtf8, toBase64, toHex, toUtf8 } from "@sotto/bytes";
import { createSiv, type Siv, X25519Key } from "@sotto/crypto";
import { EncryptionUtilsImpl } from "secretjs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { open, parseEnvelope, parsePlaintext, seal, sealData, txKey } from "../src/index.ts";

// The other side is the unmodified client library; only the address of the network's key is local.
const network = new X25519Key(new Uint8Array(32).fill(3));
let server: Server;
let client: EncryptionUtilsImpl;

beforeAll(async () => {
  server = createServer((_, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ key: toBase64(network.publicKey) }));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  client = new EncryptionUtilsImpl(`http://127.0.0.1:${port}`);
});

afterAll(() => void server.close());

test("secretjs and this package understand each other in both directions", async () => {
  const hash = "ab".repeat(32);
  for (const json of [{}, { transfer: { amount: "1", memo: "é✓" } }, { big: "x".repeat(5000) }]) {
    const wire = await client.encrypt(hash, json);
    const envelope = parseEnvelope(wire);
    if (envelope === undefined) throw new Error("no envelope");
    const shared = network.agree(envelope.publicKey) as Uint8Array;
    const siv: Siv = createSiv(txKey(shared, envelope.nonce));
    const plaintext = parsePlaintext(open(siv, envelope.ciphertext) as Uint8Array);
    expect(toHex(plaintext?.codeHash as Uint8Array)).toBe(hash);
    expect(toUtf8(plaintext?.message as Uint8Array)).toBe(JSON.stringify(json));

    const answer = await client.decrypt(sealData(siv, fromUtf8('{"answer":42}')), envelope.nonce);
    expect(toUtf8(answer)).toBe(toBase64(fromUtf8('{"answer":42}')));
    await expect(client.decrypt(siv.seal(fromUtf8("no associated data")), envelope.nonce)).rejects.toThrow();
    expect((await client.decrypt(seal(siv, new Uint8Array(0)), envelope.nonce)).length).toBe(0);
  }
});
