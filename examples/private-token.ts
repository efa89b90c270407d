// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { MsgExecuteContractResponse, SecretNetworkClient, Wallet } from "secretjs";

// A private token on a local chain, with unmodified secretjs. Start the chain first: npm start
// Then: node --experimental-strip-types examples/private-token.ts (Node 22 and later), or npm run
// example

const url = process.env["SOTTO_URL"] ?? "http://127.0.0.1:1317";
const chainId = process.env["SOTTO_CHAIN_ID"] ?? "secretdev-1";

/** Public test keys of the local network. */
const alice = new Wallet(
  "grant rice replace explain federal release fix clever romance raise often wild taxi quarter soccer fiber love must tape steak together observe swap guitar",
);
const bob = new Wallet(
  "jelly shadow frog dirt dragon use armed praise universe win jungle close inmate rain oil canvas beauty pioneer chef soccer icon dizzy thunder meadow",
);
const client = (wallet: Wallet) => new SecretNetworkClient({ url, chainId, wallet, walletAddress: wallet.address });
const asAlice = client(alice);
const asBob = client(bob);
const fast = { broadcastCheckIntervalMs: 200 };

const must = <T extends { code: number; rawLog: string }>(tx: T): T => {
  if (tx.code !== 0) throw new Error(`transaction failed: ${tx.rawLog}`);
  return tx;
};
const attribute = (
  tx: { arrayLog?: { type: string; key: string; value: string }[] },
  type: string,
  key: string,
): string => {
  const found = tx.arrayLog?.find((log) => log.type === type && log.key === key);
  if (found === undefined) throw new Error(`no ${type}.${key} in the transaction`);
  return found.value;
};

// 1. Upload the wasm and make a token; alice starts with 1000.
const wasm = readFileSync(new URL("../contracts/built/private-token.wasm", import.meta.url));
const stored = must(
  await asAlice.tx.compute.storeCode(
    { sender: alice.address, wasm_byte_code: wasm, source: "", builder: "" },
    { ...fast, gasLimit: 8_000_000 },
  ),
);
const codeId = attribute(stored, "message", "code_id");
const { code_hash = "" } = await asAlice.query.compute.codeHashByCodeId({ code_id: codeId });
console.log(`stored    code ${codeId}, hash ${code_hash.slice(0, 16)}..., gas ${stored.gasUsed}`);

const made = must(
  await asAlice.tx.compute.instantiateContract(
    {
      sender: alice.address,
      code_id: codeId,
      code_hash,
      label: `private-token-${Date.now()}`,
      init_msg: {
        name: "Private Token",
        symbol: "PRIV",
        decimals: 6,
        prng_seed: Buffer.from("any text will do").toString("base64"),
        initial_balances: [{ address: alice.address, amount: "1000" }],
      },
    },
    { ...fast, gasLimit: 500_000 },
  ),
);
const token = { contract_address: attribute(made, "message", "contract_address"), code_hash };
console.log(`made      ${token.contract_address}`);

// 2. A transfer: the amount and the recipient are encrypted on their way, in the state and in the
//    answer.
const execute = (from: SecretNetworkClient, msg: object) =>
  from.tx.compute.executeContract(
    { sender: from.address, ...token, msg, sent_funds: [] },
    { ...fast, gasLimit: 200_000 },
  );
const sent = must(await execute(asAlice, { transfer: { recipient: bob.address, amount: "250" } }));
console.log(
  `sent      block ${sent.height}, gas ${sent.gasUsed}, answer ${new TextDecoder().decode(MsgExecuteContractResponse.decode(sent.data[0] ?? new Uint8Array(0)).data).trim()}`,
);

// 3. Only who has a key sees a balance.
must(await execute(asBob, { set_viewing_key: { key: "bob's secret key" } }));
const ask = (key: string) =>
  asBob.query.compute.queryContract({ ...token, query: { balance: { address: bob.address, key } } });
console.log(`bob sees  ${JSON.stringify(await ask("bob's secret key"))}`);
console.log(`others    ${JSON.stringify(await ask("a guess"))}`);

// 4. What the public sees of the same transaction.
interface PublicTx {
  readonly tx: { readonly body: { readonly messages: readonly { readonly msg: string }[] } };
}
const answer = await fetch(`${url}/cosmos/tx/v1beta1/txs/${sent.transactionHash}`);
// What the REST gateway answers for a transaction has this shape.
const seen = (await answer.json()) as PublicTx;
console.log(`public    ${seen.tx.body.messages[0]?.msg.slice(0, 64)}...`);
