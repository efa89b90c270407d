// Uploads the contract to a local chain and talks to it: node client/try.mjs
import { readFileSync } from "node:fs";
import { SecretNetworkClient, Wallet } from "secretjs";

const url = process.env.SOTTO_URL ?? "http://127.0.0.1:1317";
const chainId = process.env.SOTTO_CHAIN_ID ?? "secretdev-1";
const file = new URL("../target/wasm32-unknown-unknown/release/starter.wasm", import.meta.url);

await fetch(url).catch(() => {
  console.error(`no node answers at ${url}: run npm start in a clone of Sotto, or name another address in SOTTO_URL`);
  process.exit(1);
});

/** Account a of the local network: its key is public. */
const wallet = new Wallet(
  "grant rice replace explain federal release fix clever romance raise often wild taxi quarter soccer fiber love must tape steak together observe swap guitar",
);
const sender = wallet.address;
const client = new SecretNetworkClient({ url, chainId, wallet, walletAddress: sender });
const fast = { broadcastCheckIntervalMs: 200 };

function must(tx) {
  if (tx.code !== 0) throw new Error(`transaction failed: ${tx.rawLog}`);
  return tx;
}
const found = (tx, key) => tx.arrayLog.find((log) => log.key === key).value;

const stored = must(
  await client.tx.compute.storeCode(
    { sender, wasm_byte_code: readFileSync(file), source: "", builder: "" },
    { ...fast, gasLimit: 3_000_000 },
  ),
);
const code_id = found(stored, "code_id");
const { code_hash } = await client.query.compute.codeHashByCodeId({ code_id });
console.log(`stored    code ${code_id}, gas ${stored.gasUsed}`);

const made = must(
  await client.tx.compute.instantiateContract(
    { sender, code_id, code_hash, label: `notebook-${Date.now()}`, init_msg: { limit: 100 } },
    { ...fast, gasLimit: 200_000 },
  ),
);
const contract_address = found(made, "contract_address");
console.log(`made      ${contract_address}`);

const msg = { write: { text: "buy milk", key: "my key" } };
const wrote = must(
  await client.tx.compute.executeContract(
    { sender, contract_address, code_hash, msg, sent_funds: [] },
    { ...fast, gasLimit: 100_000 },
  ),
);
console.log(`wrote     block ${wrote.height}, gas ${wrote.gasUsed}`);

const ask = (query) => client.query.compute.queryContract({ contract_address, code_hash, query });
console.log("owner     ", JSON.stringify(await ask({ read: { address: sender, key: "my key" } })));
console.log("others    ", JSON.stringify(await ask({ read: { address: sender, key: "a guess" } })));
console.log("everybody ", JSON.stringify(await ask({ count: {} })));
