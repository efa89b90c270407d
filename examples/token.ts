// SPDX-License-Identifier: Apache-2.0
import { MsgExecuteContractResponse, type SecretNetworkClient } from "secretjs";
import { account, fast, must, publicCalls, say, wasmOf } from "./lib/network.ts";

// A private token on a local chain, with unmodified secretjs. Start the chain first: npm start
// Then: npm run example

const alice = account("a");
const bob = account("b");

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
const stored = must(
  await alice.tx.compute.storeCode(
    { sender: alice.address, wasm_byte_code: wasmOf("private-token"), source: "", builder: "" },
    { ...fast, gasLimit: 8_000_000 },
  ),
);
const codeId = attribute(stored, "message", "code_id");
const { code_hash = "" } = await alice.query.compute.codeHashByCodeId({ code_id: codeId });
say("stored", `code ${codeId}, hash ${code_hash.slice(0, 16)}..., gas ${stored.gasUsed}`);

const made = must(
  await alice.tx.compute.instantiateContract(
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
say("made", token.contract_address);

// 2. A transfer: the amount and the recipient are encrypted on their way, in the state and in the
//    answer.
const execute = (from: SecretNetworkClient, msg: object) =>
  from.tx.compute.executeContract(
    { sender: from.address, ...token, msg, sent_funds: [] },
    { ...fast, gasLimit: 200_000 },
  );
const sent = must(await execute(alice, { transfer: { recipient: bob.address, amount: "250" } }));
say(
  "sent",
  `block ${sent.height}, gas ${sent.gasUsed}, answer ${new TextDecoder().decode(MsgExecuteContractResponse.decode(sent.data[0] ?? new Uint8Array(0)).data).trim()}`,
);

// 3. Without the viewing key there is no balance.
must(await execute(bob, { set_viewing_key: { key: "bob's secret key" } }));
const ask = (key: string) =>
  bob.query.compute.queryContract({ ...token, query: { balance: { address: bob.address, key } } });
say("bob sees", JSON.stringify(await ask("bob's secret key")));
say("others", JSON.stringify(await ask("a guess")));

// 4. What the public sees of the same transaction.
const seen = (await publicCalls(token.contract_address)).find(({ height }) => height === String(sent.height));
say("public", `${seen?.message.slice(0, 64)}...`);
