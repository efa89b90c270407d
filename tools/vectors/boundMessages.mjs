// SPDX-License-Identifier: Apache-2.0
// Makes vectors/bound.json from docs/spec/bound-messages.md with the primitives of secret.js
// (miscreant, curve25519-js, its HKDF), without code of this repository, so that both
// implementations here are compared with a third.
// Usage: node tools/vectors/boundMessages.mjs
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const ofSecretjs = createRequire(createRequire(import.meta.url).resolve("secretjs"));
const { SIV, PolyfillCryptoProvider } = ofSecretjs("miscreant");
const { generateKeyPair, sharedKey } = ofSecretjs("curve25519-js");
const { hkdf } = ofSecretjs("@noble/hashes/hkdf");
const { sha256 } = ofSecretjs("@noble/hashes/sha256");
const bech32 = ofSecretjs("bech32");

const SALT = Buffer.from("000000000000000000024bead8df69990852c202db0e0097c1a12ea637d7e96d", "hex");
const MARK = Buffer.from("BOUND-01");
const provider = new PolyfillCryptoProvider();

/** @param {string} label */
const bytesOf = (label) => createHash("sha256").update(label).digest();
/** @param {Uint8Array} bytes */
const hex = (bytes) => Buffer.from(bytes).toString("hex");
/** @param {Uint8Array} ikm @param {string} info */
const derive = (ikm, info) => hkdf(sha256, ikm, SALT, info, 32);
/** @param {string} label */
const address = (label) => bech32.encode("secret", bech32.toWords(bytesOf(label).subarray(0, 20)));
/** @param {string} text */
const raw = (text) => Buffer.from(bech32.fromWords(bech32.decode(text).words));
/** @param {number | bigint} value @param {number} length */
const number = (value, length) =>
  Buffer.from(
    BigInt(value)
      .toString(16)
      .padStart(2 * length, "0"),
    "hex",
  );

/**
 * @typedef
 * {{ kind: string, chain_id: string, sender?: string, contract?: string, code_id?: string, label?: string }}
 * Binding
 */

/** @param {Binding} binding */
function encode({ kind, chain_id, sender, contract, code_id, label }) {
  const fields = [
    Buffer.from(kind),
    Buffer.from(chain_id),
    sender === undefined ? Buffer.alloc(0) : raw(sender),
    contract === undefined ? Buffer.alloc(0) : raw(contract),
    code_id === undefined ? Buffer.alloc(0) : number(BigInt(code_id), 8),
    Buffer.from(label ?? ""),
  ];
  return Buffer.concat(fields.flatMap((field) => [number(field.length, 4), field]));
}

const network = generateKeyPair(bytesOf("network"));
const seed = bytesOf("seed");
const codeHash = hex(bytesOf("code"));

/** @param {Uint8Array} key @param {Uint8Array} plaintext */
async function seal(key, plaintext) {
  const siv = await SIV.importKey(key, "AES-SIV", provider);
  return siv.seal(plaintext, [new Uint8Array()]);
}

/** @param {string} name @param {Binding} binding @param {string} json @param {string} answer */
async function message(name, binding, json, answer) {
  const nonce = Buffer.concat([MARK, bytesOf(`nonce ${name}`).subarray(0, 24)]);
  const secret = derive(Buffer.concat([seed, nonce]), "bound-message-key");
  const client = generateKeyPair(secret);
  const key = derive(Buffer.concat([sharedKey(client.private, network.public), nonce]), "");
  const bytes = encode(binding);
  const header = Buffer.concat([MARK, number(bytes.length, 4), bytes]);
  const ciphertext = await seal(key, Buffer.concat([Buffer.from(codeHash), header, Buffer.from(json)]));
  return {
    name,
    binding,
    nonce: hex(nonce),
    message: json,
    binding_bytes: hex(bytes),
    client_secret: hex(secret),
    client_key: hex(client.public),
    message_key: hex(key),
    wire: hex(Buffer.concat([nonce, client.public, ciphertext])),
    answer,
    answer_ciphertext: hex(await seal(key, Buffer.from(answer))),
  };
}

const [alice, eve] = [address("alice"), address("eve")];
const [token, other] = [address("token"), address("other")];
const chain_id = "secretdev-1";
const execute = { kind: "execute", chain_id, sender: alice, contract: token };
const instantiate = { kind: "instantiate", chain_id, sender: alice, code_id: "7", label: "a label with ümlauts" };
const migrate = { kind: "migrate", chain_id, sender: alice, contract: token, code_id: "18446744073709551615" };
const query = { kind: "query", chain_id, contract: token };
const messages = [
  await message("execute", execute, '{"transfer":{"recipient":"bob","amount":"31337"}}', "eyJvayI6dHJ1ZX0="),
  await message("instantiate", instantiate, '{"name":"Private"}', ""),
  await message("migrate", migrate, "{}", "bWlncmF0ZWQ="),
  await message("query", query, '{"balance":{"address":"bob","key":"k"}}', "eyJhbW91bnQiOiIxIn0="),
];

/**
 * Wrong bindings for each message: the binding that the enclave finds, where it must refuse the
 * message.
 * @type {{ message: string, found: Binding }[]}
 */
const refused = [
  { message: "execute", found: { ...execute, sender: eve } },
  { message: "execute", found: { ...execute, contract: other } },
  { message: "execute", found: { ...execute, chain_id: "secretdev-11" } },
  { message: "execute", found: { ...migrate } },
  { message: "execute", found: { ...query } },
  { message: "instantiate", found: { ...instantiate, sender: eve } },
  { message: "instantiate", found: { ...instantiate, code_id: "8" } },
  { message: "instantiate", found: { ...instantiate, label: "a label with umlauts" } },
  { message: "migrate", found: { ...migrate, sender: eve } },
  { message: "migrate", found: { ...migrate, contract: other } },
  { message: "migrate", found: { ...migrate, code_id: "7" } },
  { message: "query", found: { ...query, contract: other } },
  { message: "query", found: { ...execute } },
];

const text = `${JSON.stringify(
  {
    network_secret: hex(bytesOf("network")),
    network_key: hex(network.public),
    seed: hex(seed),
    code_hash: codeHash,
    messages,
    refused,
  },
  null,
  1,
)}\n`;
const folder = new URL("../../vectors/", import.meta.url);
writeFileSync(new URL("bound.json", folder), text);

const manifestFile = new URL("manifest.json", folder);
const manifest = JSON.parse(readFileSync(manifestFile, "utf8"));
manifest.files["bound.json"] = {
  source:
    "tools/vectors/boundMessages.mjs: secretjs 1.22.1's miscreant 0.3.2, curve25519-js 0.0.4, @noble/hashes 1.0.0; bech32 1.1.4",
  command: "node tools/vectors/boundMessages.mjs",
  sha256: createHash("sha256").update(text).digest("hex"),
};
const sorted = Object.fromEntries(Object.entries(manifest.files).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(manifestFile, `${JSON.stringify({ ...manifest, files: sorted }, null, 2)}\n`);
