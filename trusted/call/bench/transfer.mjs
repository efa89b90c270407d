// SPDX-License-Identifier: Apache-2.0
// Budget: a SNIP-20 transfer with decryption, encrypted state and encrypted output takes at most 90
// us (median) in process, on an otherwise idle machine. Agreements with clients' keys are cached:
// 50 clients send all transfers.
// Usage: node trusted/call/bench/transfer.mjs [transfers]      Build first: npx tsc -b trusted/call
import "../../../tools/contractThread.mjs";
import { readFileSync } from "node:fs";
import { contractAddress, formatAddress } from "@sotto/address";
import { fromUtf8, toHex, toLatin1 } from "@sotto/bytes";
import { Calls } from "@sotto/call";
import { createContracts } from "@sotto/cosmwasm";
import { sha256, X25519Key } from "@sotto/crypto";
import { createEngine } from "@sotto/engine";
import { ConsensusKeys, keychainOf } from "@sotto/keys";
import { agreeMessageKey, encryptMessage } from "@sotto/message";
import { CallKind, Outcome } from "@sotto/protocol";

const transfers = Number(process.argv[2] ?? 20_000);
const PER_BLOCK = 500;
const NONE = new Uint8Array(0);
const wasm = new Uint8Array(readFileSync(new URL("../../../contracts/built/private-token.wasm", import.meta.url)));
const codeHash = sha256(wasm);
const keys = new ConsensusKeys(keychainOf([1, 2].map((byte) => new Uint8Array(32).fill(byte))));
const calls = new Calls({ keys, contracts: createContracts(createEngine()), chainId: "secretdev-1" });
const users = Array.from({ length: 50 }, (_, i) => {
  const address = new Uint8Array(20).fill(i + 1);
  return { address, text: formatAddress(address), key: new X25519Key(new Uint8Array(32).fill(i + 1)) };
});
const rows = new Map();
const host = {
  readState: ({ key }) => ({ value: rows.get(toLatin1(key)), proof: NONE, store: NONE }),
  readCode: () => wasm,
  queryChain: () => {
    throw new Error("a transfer asks nothing");
  },
};

let nonces = 0;
function encrypt({ key }, msg) {
  const nonce = sha256(fromUtf8(`nonce ${nonces++}`));
  return encryptMessage(agreeMessageKey(key, keys.ioPublicKey, nonce), toHex(codeHash), JSON.stringify(msg));
}

function beginBlock(height) {
  const timeNs = 1_700_000_000_000_000_000n + BigInt(height) * 1_000_000_000n;
  calls.beginBlock({ height, timeNs, random: sha256(fromUtf8(`random ${height}`)), appHash: undefined });
}

const base = {
  txIndex: 0,
  messageIndex: 0,
  callId: 0,
  accountNumber: 0,
  txCounter: 0,
  newCodeHash: NONE,
  gasLimit: 1e10,
};
const ref = {
  address: NONE,
  codeHash,
  ogKey: NONE,
  currentKey: NONE,
  currentKeyProof: NONE,
  admin: "",
  adminProof: NONE,
};

function run(request, message) {
  const signed = { message, txHash: "AB".repeat(32), callbackSig: NONE };
  const start = performance.now();
  const answer = calls.call(request, signed, host);
  const took = (performance.now() - start) * 1000;
  if (answer.outcome !== Outcome.ok) throw new Error(`failed: ${answer.fault} ${answer.error}`);
  for (const { key, value } of answer.rows) rows.set(toLatin1(key), value);
  return { took, answer };
}

beginBlock(1);
const sender = users[0].address;
const balances = users.map(({ text }) => ({ address: text, amount: "1000000000" }));
const init = encrypt(users[0], {
  name: "Token",
  symbol: "TOK",
  decimals: 6,
  prng_seed: "AAAA",
  initial_balances: balances,
});
const { answer } = run(
  { ...base, kind: CallKind.instantiate, contract: ref, codeId: 1, instanceId: 1 },
  { kind: "instantiate", sender, codeId: 1, msg: init, funds: [], admin: "" },
);
const address = contractAddress(1n, 1n, sender);
const contract = { ...ref, address, ogKey: answer.contractKey, adminProof: answer.adminProof };
const times = [];
for (let i = 0; i < transfers; i++) {
  if (i % PER_BLOCK === 0) beginBlock(2 + i / PER_BLOCK);
  const from = users[i % 50];
  const msg = encrypt(from, { transfer: { recipient: users[(i + 7) % 50].text, amount: "1" } });
  const request = { ...base, kind: CallKind.execute, contract, codeId: 0, instanceId: 0 };
  const { took } = run(request, { kind: "execute", sender: from.address, contract: address, msg, funds: [] });
  // The first half warms up.
  if (i >= transfers / 2) times.push(took);
}
times.sort((a, b) => a - b);
const at = (part) => times[Math.floor(times.length * part)].toFixed(1);
console.log(`encrypted transfer: p50 ${at(0.5)} us, p99 ${at(0.99)} us (budget: p50 90 us)`);
