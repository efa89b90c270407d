// SPDX-License-Identifier: Apache-2.0
// What a block of private transfers looks like to the index: events of a v1 token's `transfer` with
// one signer and a fee.
import { randomBytes } from "node:crypto";

const base32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const address = (bytes) => `secret1${Array.from(bytes, (byte) => base32[byte & 31]).join("")}`;
const base64 = (length) => randomBytes(length).toString("base64");
const CONTRACT = address(randomBytes(38));
const SENDERS = Array.from({ length: 50 }, () => address(randomBytes(38)));
const COLLECTOR = address(randomBytes(38));

const event = (type, ...attributes) => ({ type, attributes });

function resultOf(sender, sequence) {
  const fee = "25000uscrt";
  const index = ["msg_index", "0"];
  const events = [
    event("coin_spent", ["spender", sender], ["amount", fee]),
    event("coin_received", ["receiver", COLLECTOR], ["amount", fee]),
    event("transfer", ["recipient", COLLECTOR], ["sender", sender], ["amount", fee]),
    event("message", ["sender", sender]),
    event("tx", ["fee", fee], ["fee_payer", sender]),
    event("tx", ["acc_seq", `${sender}/${sequence}`]),
    event("tx", ["signature", base64(64)]),
    event(
      "message",
      ["action", "/secret.compute.v1beta1.MsgExecuteContract"],
      ["sender", sender],
      ["module", "compute"],
      index,
    ),
    event("message", ["module", "compute"], ["sender", sender], ["contract_address", CONTRACT], index),
    event("execute", ["contract_address", CONTRACT], index),
    event(
      "wasm",
      ["contract_address", CONTRACT],
      [base64(30), base64(45), true],
      [base64(30), base64(45), true],
      index,
    ),
  ];
  return { code: 0, events };
}

/** `count` transactions of 1,100 bytes with their results. */
export function transfers(count, from = 0) {
  const txs = [];
  const results = [];
  for (let i = 0; i < count; i++) {
    const sender = SENDERS[(from + i) % SENDERS.length];
    txs.push(new Uint8Array(randomBytes(1100)));
    results.push(resultOf(sender, Math.floor((from + i) / SENDERS.length)));
  }
  return { txs, results };
}
