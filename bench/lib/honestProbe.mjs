// A thread that asks what wallets and explorers ask, one after the other, and times each. Data: where the node is, ready requests.
import { parentPort, workerData } from "node:worker_threads";
import { Rpc } from "./rpc.mjs";

const { rpc: where, rest, address, hash, query, pauseMs } = workerData;
const rpc = new Rpc(where, 1);
const get = async (path) => {
  const response = await fetch(`http://${rest.host}:${rest.port}${path}`);
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${(await response.text()).slice(0, 200)}`);
  return response.json();
};

const kinds = {
  status: () => rpc.call("status"),
  account: () => get(`/cosmos/auth/v1beta1/accounts/${address}`),
  balance: () => get(`/cosmos/bank/v1beta1/balances/${address}`),
  tx: () => rpc.call("tx", { hash }),
  txByRest: () => get(`/cosmos/tx/v1beta1/txs/${Buffer.from(hash, "base64").toString("hex")}`),
  block: () => get("/cosmos/base/tendermint/v1beta1/blocks/latest"),
  search: () => rpc.call("tx_search", { query: `message.sender='${address}'`, per_page: "10" }),
  private: async () => {
    const { response } = await rpc.call("abci_query", query);
    if (response.code !== 0) throw new Error(response.log);
  },
};

const times = Object.fromEntries(Object.keys(kinds).map((name) => [name, []]));
const failures = [];
let isOver = false;
parentPort.on("message", () => {
  isOver = true;
});
while (!isOver) {
  for (const [name, ask] of Object.entries(kinds)) {
    const start = performance.now();
    try {
      await ask();
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
