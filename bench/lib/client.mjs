// SPDX-License-Identifier: Apache-2.0
// A client of the chain: signs, encrypts, queries. It uses the client of the tests (test/support).
import "../../tools/example/register.mjs";
import { create } from "@bufbuild/protobuf";
import { toUtf8 } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { decryptOutput } from "@sotto/message";

const { account, accountOf, signTx } = await import("@sotto/contract-test/parts");
const { Client } = await import("@sotto/contract-test/parts");
const { executeMessage } = await import("@sotto/contract-test/parts");

export { account, accountOf, executeMessage };

/** 0.0125 uscrt a gas, the node's minimum (spec/services.md 2.2). @param {bigint} gas */
const feeOf = (gas) => String((gas * 12_500n + 999_999n) / 1_000_000n);

/** A signed transaction, in direct mode. */
export const sign = ({ chainId, by, accountNumber, sequence, gas, messages }) =>
  signTx({
    chainId,
    messages,
    gas,
    fee: [{ denom: "uscrt", amount: feeOf(gas) }],
    signers: [{ by, accountNumber, sequence }],
  });

/** A client with a fixed key. Each process has its own nonces. */
export const cipherOf = (name, ioPublicKey) => {
  let count = process.pid * 2 ** 24;
  return new Client(name, ioPublicKey, () => count++);
};

/** The text of a contract's answer. */
export function answerOf(key, ciphertext) {
  const plain = decryptOutput(key, ciphertext);
  if (plain === undefined) throw new Error("the answer does not decrypt");
  return toUtf8(plain);
}

/** Asks a query service through `abci_query`. @param {import("./rpc.mjs").Rpc} rpc */
export async function ask(rpc, method, request) {
  const data = Buffer.from(encode(method.input, create(method.input, request))).toString("hex");
  const { response } = await rpc.call("abci_query", { path: `/${method.parent.typeName}/${method.name}`, data });
  if (response.code !== 0) throw new Error(`${method.name}: ${response.log}`);
  return decode(method.output, Buffer.from(response.value ?? "", "base64"));
}
