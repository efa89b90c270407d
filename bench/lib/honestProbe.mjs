// SPDX-License-Identifier: Apache-2.0
// A thread with the requests of wallets and explorers, one after the other; it times each and
// checks the answer. Data: the node's address, the account and the transaction of the requests, and
// the token.
import { parentPort, workerData } from "node:worker_threads";
import { decode } from "@sotto/codec";
import { QuerySecretContractResponseSchema } from "@sotto/proto/secret.compute.v1beta1";
import { Query as RegistrationQuery } from "@sotto/proto/secret.registration.v1beta1";
import { answerOf, ask, cipherOf } from "./client.mjs";
import { Rpc } from "./rpc.mjs";
import { balanceQuery } from "./tokenChain.mjs";

const { rpc: where, rest, address, hash, token, pauseMs } = workerData;
const rpc = new Rpc(where, 1);
const { key: ioPublicKey } = await ask(rpc, RegistrationQuery.method.txKey, {});
const user = { address, cipher: cipherOf("honest probe", ioPublicKey) };
const get = async (path) => {
  const response = await fetch(`http://${rest.host}:${rest.port}${path}`);
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${(await response.text()).slice(0, 200)}`);
  return response.json();
};

const hexHash = Buffer.from(hash, "base64").toString("hex").toUpperCase();
function assertRight(isRight, answer) {
  if (!isRight) throw new Error(`a wrong answer: ${JSON.stringify(answer).slice(0, 300)}`);
}
/** Values that only grow. */
let lastHeight = 0;
let lastSequence = 0;
let lastTotal = 0;
/** The first sender's tokens: others send it one at a time, and it them. */
const TOKENS = 1_000_000_000_000;
const MOST_MOVED = 100_000;

const kinds = {
  async status() {
    const { sync_info } = await rpc.call("status");
    const height = Number(sync_info.latest_block_height);
    assertRight(height >= lastHeight, sync_info);
    lastHeight = height;
  },
  async account() {
    const { account } = await get(`/cosmos/auth/v1beta1/accounts/${address}`);
    assertRight(account.address === address && Number(account.sequence) >= lastSequence, account);
    lastSequence = Number(account.sequence);
  },
  async balance() {
    const { balances } = await get(`/cosmos/bank/v1beta1/balances/${address}`);
    assertRight(balances.length === 1 && balances[0].denom === "uscrt" && Number(balances[0].amount) > 0, balances);
  },
  async tx() {
    const found = await rpc.call("tx", { hash });
    assertRight(found.hash === hexHash && found.tx_result.code === 0, found);
  },
  async txByRest() {
    const { tx_response: found } = await get(`/cosmos/tx/v1beta1/txs/${hexHash}`);
    assertRight(found.txhash === hexHash && found.code === 0, found);
  },
  async block() {
    const { block } = await get("/cosmos/base/tendermint/v1beta1/blocks/latest");
    assertRight(Number(block.header.height) >= lastHeight, block.header);
  },
  async search() {
    const { txs, total_count: total } = await rpc.call("tx_search", {
      query: `message.sender='${address}'`,
      per_page: "10",
    });
    assertRight(txs.length === Math.min(10, Number(total)) && Number(total) >= lastTotal, total);
    lastTotal = Number(total);
  },
  async private() {
    const { key, params } = balanceQuery({ ...token, users: [user] });
    const { response } = await rpc.call("abci_query", params);
    if (response.code !== 0) throw new Error(response.log);
    const { data } = decode(QuerySecretContractResponseSchema, Buffer.from(response.value, "base64"));
    const { balance } = JSON.parse(answerOf(key, data));
    assertRight(Math.abs(Number(balance.amount) - TOKENS) < MOST_MOVED, balance);
  },
};

const times = Object.fromEntries(Object.keys(kinds).map((name) => [name, []]));
const failures = [];
let isOver = false;
parentPort.on("message", () => {
  isOver = true;
});
while (!isOver) {
  for (const [name, once] of Object.entries(kinds)) {
    const start = performance.now();
    try {
      await once();
      times[name].push(performance.now() - start);
    } catch (error) {
      failures.push(`${name}: ${error}`);
    }
    await new Promise((wake) => setTimeout(wake, pauseMs));
  }
}
rpc.close();
parentPort.postMessage({ times, failures });
parentPort.close();
