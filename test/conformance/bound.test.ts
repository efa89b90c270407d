// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseAddress } from "@sotto/address";
import { equals, fromUtf8, toHex, toUtf8 } from "@sotto/bytes";
import { createSiv, X25519Key } from "@sotto/crypto";
import {
  agreeMessageKey,
  type Binding,
  decryptError,
  encodeBinding,
  encryptBoundMessage,
  isBoundNonce,
  isBoundText,
  type MessageKey,
  open,
  openBound,
  parseEnvelope,
  parsePlaintext,
  seal,
} from "@sotto/message";
import { BoundEncryption, bindingBytes, type Binding as ClientBinding } from "@sotto/secretjs-bound";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bytes, fields, load } from "./vectorFiles.ts";

interface FoundBinding {
  kind: "execute" | "instantiate" | "migrate" | "query";
  chain_id: string;
  sender?: string;
  contract?: string;
  code_id?: string;
  label?: string;
}
interface Bound {
  network_secret: string;
  network_key: string;
  seed: string;
  code_hash: string;
  messages: {
    name: string;
    binding: FoundBinding;
    nonce: string;
    message: string;
    binding_bytes: string;
    client_secret: string;
    client_key: string;
    message_key: string;
    wire: string;
    answer: string;
    answer_ciphertext: string;
  }[];
  refused: { message: string; found: FoundBinding }[];
}
const bound = load<Bound>("bound");
const network = new X25519Key(bytes(bound.network_secret));
/** A node of which only the network's key is asked. */
const server = createServer(({ url }, response) => {
  expect(url).toBe("/registration/v1beta1/tx-key");
  const key = Buffer.from(bound.network_key, "hex").toString("base64");
  response.setHeader("content-type", "application/json").end(JSON.stringify({ key }));
});
beforeAll(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** The enclave's form of a binding. */
function bindingOf(found: FoundBinding): Binding {
  const {
    kind,
    chain_id: chainId,
    sender = "",
    contract = "",
    code_id = "0",
    label = "",
  } = fields(found, "kind", "chain_id", "sender", "contract", "code_id", "label");
  const codeId = BigInt(code_id);
  switch (kind) {
    case "execute":
      return { kind, chainId, sender: parseAddress(sender), contract: parseAddress(contract) };
    case "migrate":
      return { kind, chainId, sender: parseAddress(sender), contract: parseAddress(contract), codeId };
    case "instantiate":
      return { kind, chainId, sender: parseAddress(sender), codeId, label };
    case "query":
      return { kind, chainId, contract: parseAddress(contract) };
  }
}

/** The client's form of a binding. */
const clientBinding = ({ chain_id: _, code_id, ...rest }: FoundBinding): ClientBinding =>
  ({ ...rest, ...(code_id === undefined ? {} : { codeId: code_id }) }) as ClientBinding;

/** The message that the enclave reads for this binding; undefined when it does not open. */
function opened(wire: string, found: Binding): string | undefined {
  const { nonce, publicKey, ciphertext } = parseEnvelope(bytes(wire)) as NonNullable<ReturnType<typeof parseEnvelope>>;
  expect(isBoundNonce(nonce)).toBe(true);
  const shared = network.agree(publicKey) as Uint8Array;
  const key = agreeMessageKey(network, publicKey, nonce) as MessageKey;
  expect(shared.length).toBe(32);
  const plaintext = parsePlaintext(open(key.siv, ciphertext) as Uint8Array);
  expect(toHex(plaintext?.codeHash as Uint8Array)).toBe(bound.code_hash);
  const text = plaintext?.message as Uint8Array;
  expect(isBoundText(text)).toBe(true);
  const message = openBound(text, found);
  return message === undefined ? undefined : toUtf8(message);
}

test("bound.json has only parts that this test checks", () => {
  fields(bound, "network_secret", "network_key", "seed", "code_hash", "messages", "refused");
  expect(toHex(network.publicKey)).toBe(bound.network_key);
});

/** A client, which gets the network's key by a query. */
function client(chainId: string): BoundEncryption {
  const { port } = server.address() as AddressInfo;
  return new BoundEncryption({ url: `http://127.0.0.1:${port}/`, chainId, seed: bytes(bound.seed) });
}

describe.each(bound.messages)("a bound message: $name", (entry) => {
  test("is encrypted to these bytes, and opened", () => {
    fields(
      entry,
      "name",
      "binding",
      "nonce",
      "message",
      "binding_bytes",
      "client_secret",
      "client_key",
      "message_key",
      "wire",
      "answer",
      "answer_ciphertext",
    );
    const binding = bindingOf(entry.binding);
    expect(toHex(encodeBinding(binding))).toBe(entry.binding_bytes);
    const own = new X25519Key(bytes(entry.client_secret));
    expect(toHex(own.publicKey)).toBe(entry.client_key);
    const key = agreeMessageKey(own, network.publicKey, bytes(entry.nonce)) as MessageKey;
    expect(toHex(encryptBoundMessage(key, bound.code_hash, entry.message, binding))).toBe(entry.wire);
    expect(opened(entry.wire, binding)).toBe(entry.message);
    const sealed = seal(createSiv(bytes(entry.message_key)), fromUtf8(entry.answer));
    expect(toHex(sealed)).toBe(entry.answer_ciphertext);
    expect(toUtf8(decryptError(key, sealed) as Uint8Array)).toBe(entry.answer);
  });

  test("gives the client its key, its answer and its text from only the seed and the nonce", async () => {
    const { chain_id } = entry.binding;
    expect(toHex(bindingBytes(clientBinding(entry.binding), chain_id))).toBe(entry.binding_bytes);
    const encryption = client("another-1");
    const nonce = bytes(entry.nonce);
    expect(toHex(await encryption.getTxEncryptionKey(nonce))).toBe(entry.message_key);
    const answer = await encryption.decrypt(bytes(entry.answer_ciphertext), nonce);
    expect(toUtf8(answer)).toBe(entry.answer);
    const text = await encryption.decrypt(bytes(entry.wire).subarray(64), nonce);
    expect(toUtf8(text)).toBe(bound.code_hash + entry.message);
  });

  test("from the client with a new nonce is opened by the enclave's code", async () => {
    const utils = client(entry.binding.chain_id).for(clientBinding(entry.binding));
    const [one, two] = [
      await utils.encrypt(bound.code_hash, { made: 1 }),
      await utils.encrypt(bound.code_hash, { made: 1 }),
    ];
    for (const wire of [one, two]) expect(opened(toHex(wire), bindingOf(entry.binding))).toBe('{"made":1}');
    // Two messages have different nonces and keys.
    expect(equals(one.subarray(0, 32), two.subarray(0, 32))).toBe(false);
    expect(equals(one.subarray(32, 64), two.subarray(32, 64))).toBe(false);
  });
});

test.each(bound.refused)("a bound message is refused elsewhere: $message, found as $found.kind", (entry) => {
  fields(entry, "message", "found");
  const made = bound.messages.find(({ name }) => name === entry.message);
  expect(opened(made?.wire as string, bindingOf(entry.found))).toBeUndefined();
});
