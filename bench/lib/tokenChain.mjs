// Sets the stage of the load bench: funded senders, the token stored and instantiated, a viewing key.
import { create } from "@bufbuild/protobuf";
import { toHex } from "@sotto/bytes";
import { decode, encode, packAny } from "@sotto/codec";
import { sha256 } from "@sotto/crypto";
import { accounts, deriveAccount } from "@sotto/local";
import { Query as AuthQuery } from "@sotto/proto/cosmos.auth.v1beta1";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { TxMsgDataSchema } from "@sotto/proto/cosmos.base.abci.v1beta1";
import {
  Query as ComputeQuery,
  MsgInstantiateContractResponseSchema,
  MsgInstantiateContractSchema,
  MsgStoreCodeResponseSchema,
  MsgStoreCodeSchema,
  QuerySecretContractRequestSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { Query as RegistrationQuery } from "@sotto/proto/secret.registration.v1beta1";
import { ask, Cipher, executeMessage, keyOf, namedKey, sign } from "./client.mjs";
import { wasmOf } from "./contracts.mjs";

export const CHAIN_ID = "secretdev-1";
/** Of one transfer: what the token needs, with room for longer histories. */
export const TRANSFER_GAS = 250_000n;
const VIEWING_KEY = "a viewing key of the bench";

const pack = (schema, init) => packAny(schema, create(schema, init));

/** Account number and sequence of an address. */
async function stateOf(rpc, address) {
  const { info } = await ask(rpc, AuthQuery.method.accountInfo, { address });
  return { accountNumber: info.accountNumber, sequence: info.sequence };
}

/** Signs for the state of now, broadcasts, waits for the block. Throws unless it succeeds. */
async function run(rpc, by, gas, messages) {
  const tx = sign({ chainId: CHAIN_ID, by, ...(await stateOf(rpc, by.text)), gas, messages });
  const { check_tx, tx_result } = await rpc.call("broadcast_tx_commit", { tx: Buffer.from(tx).toString("base64") });
  const { code, log, data, gas_used } = check_tx.code === 0 ? tx_result : check_tx;
  if (code !== 0) throw new Error(`a transaction failed: ${log}`);
  const responses = decode(TxMsgDataSchema, Buffer.from(data ?? "", "base64")).msgResponses;
  return { gasUsed: BigInt(gas_used), response: (schema) => decode(schema, responses[0].value) };
}

/** @param {import("./rpc.mjs").Rpc} rpc @param {number} count how many senders */
export async function prepareToken(rpc, count) {
  const rich = keyOf(deriveAccount(accounts[1].mnemonic).secretKey);
  const { key: ioPublicKey } = await ask(rpc, RegistrationQuery.method.txKey, {});
  const users = Array.from({ length: count }, (_, i) => ({
    ...namedKey(`sender ${i}`),
    cipher: new Cipher(`sender ${i}`, ioPublicKey),
  }));
  const amount = [{ denom: "uscrt", amount: "100000000000" }];
  const gifts = users.map(({ text }) => pack(MsgSendSchema, { fromAddress: rich.text, toAddress: text, amount }));
  await run(rpc, rich, BigInt(100_000 + 60_000 * count), gifts);

  const code = wasmOf("contracts/built/private-token.wasm");
  const codeHash = toHex(sha256(code));
  const stored = await run(rpc, rich, 20_000_000n, [
    pack(MsgStoreCodeSchema, { sender: rich.address, wasmByteCode: code }),
  ]);
  const init = users[0].cipher.encrypt(codeHash, {
    name: "Token",
    symbol: "TOK",
    decimals: 6,
    prng_seed: "AAAA",
    initial_balances: users.map(({ text }) => ({ address: text, amount: "1000000000000" })),
  });
  const made = await run(rpc, rich, 10_000_000n, [
    pack(MsgInstantiateContractSchema, {
      sender: rich.address,
      codeId: stored.response(MsgStoreCodeResponseSchema).codeId,
      label: "bench",
      initMsg: init.wire,
    }),
  ]);
  const { address } = made.response(MsgInstantiateContractResponseSchema);
  const [first] = users;
  const setKey = first.cipher.encrypt(codeHash, { set_viewing_key: { key: VIEWING_KEY } });
  await run(rpc, first, 1_000_000n, [executeMessage(first, address, setKey.wire)]);
  const to = users[1 % count];
  const probe = first.cipher.encrypt(codeHash, { transfer: { recipient: to.text, amount: "1" } });
  const { gasUsed } = await run(rpc, first, 1_000_000n, [executeMessage(first, address, probe.wire)]);
  return { address, codeHash, users, transferGas: gasUsed };
}

/** A balance query as `abci_query` takes it, encrypted under a fresh key. */
export function balanceQuery({ address, codeHash, users: [first] }) {
  const { key, wire } = first.cipher.encrypt(codeHash, { balance: { address: first.text, key: VIEWING_KEY } });
  const request = create(QuerySecretContractRequestSchema, { contractAddress: address, query: wire });
  const { method } = ComputeQuery;
  const path = `/${ComputeQuery.typeName}/${method.querySecretContract.name}`;
  const data = Buffer.from(encode(QuerySecretContractRequestSchema, request)).toString("hex");
  return { key, params: { path, data } };
}

/** Transactions of each sender, in the order of its sequence. @param {number} total */
export async function signTransfers(rpc, { address, codeHash, users }, total) {
  const lists = [];
  for (const [i, user] of users.entries()) {
    const { accountNumber, sequence } = await stateOf(rpc, user.text);
    const recipient = users[(i + 7) % users.length].text;
    const own = Math.floor(total / users.length) + (i < total % users.length ? 1 : 0);
    lists.push(
      Array.from({ length: own }, (_, n) => {
        const { wire } = user.cipher.encrypt(codeHash, { transfer: { recipient, amount: "1" } });
        const messages = [executeMessage(user, address, wire)];
        return sign({
          chainId: CHAIN_ID,
          by: user,
          accountNumber,
          sequence: sequence + BigInt(n),
          gas: TRANSFER_GAS,
          messages,
        });
      }),
    );
  }
  return lists;
}
