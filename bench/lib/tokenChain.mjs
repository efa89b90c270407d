// SPDX-License-Identifier: Apache-2.0
// The set-up of the load bench: funded senders, the token stored and instantiated, a viewing key.
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
import { account, accountOf, ask, cipherOf, executeMessage, sign } from "./client.mjs";
import { wasmOf } from "./contracts.mjs";

export const CHAIN_ID = "secretdev-1";
/** Gas of one transfer, with a reserve for longer histories. */
export const TRANSFER_GAS = 250_000n;
const VIEWING_KEY = "a viewing key of the bench";

export const pack = (schema, init) => packAny(schema, create(schema, init));

/** Account number and sequence of an address. */
async function stateOf(rpc, address) {
  const { info } = await ask(rpc, AuthQuery.method.accountInfo, { address });
  return { accountNumber: info.accountNumber, sequence: info.sequence };
}

/** A transaction signed for the present state. */
export const signNow = async (rpc, by, gas, messages) =>
  sign({ chainId: CHAIN_ID, by, ...(await stateOf(rpc, by.address)), gas, messages });

/** Signs for the present state, broadcasts, waits for the block. Throws unless it succeeds. */
export async function run(rpc, by, gas, messages) {
  const tx = await signNow(rpc, by, gas, messages);
  const { check_tx, tx_result } = await rpc.call("broadcast_tx_commit", { tx: Buffer.from(tx).toString("base64") });
  const { code, log, data, gas_used } = check_tx.code === 0 ? tx_result : check_tx;
  if (code !== 0) throw new Error(`a transaction failed: ${log}`);
  const responses = decode(TxMsgDataSchema, Buffer.from(data ?? "", "base64")).msgResponses;
  return { gasUsed: BigInt(gas_used), response: (schema, i = 0) => decode(schema, responses[i].value) };
}

/** An account that the genesis gives more than any bench spends. */
export const richAccount = () => accountOf("rich", deriveAccount(accounts[1].mnemonic).secretKey);

/** @param {import("./rpc.mjs").Rpc} rpc @param {number} count how many senders */
export async function prepareToken(rpc, count) {
  const rich = richAccount();
  const { key: ioPublicKey } = await ask(rpc, RegistrationQuery.method.txKey, {});
  const users = Array.from({ length: count }, (_, i) => ({
    ...account(`sender ${i}`),
    cipher: cipherOf(`sender ${i}`, ioPublicKey),
  }));
  const amount = [{ denom: "uscrt", amount: "100000000000" }];
  const gifts = users.map(({ address: to }) =>
    pack(MsgSendSchema, { fromAddress: rich.address, toAddress: to, amount }),
  );
  await run(rpc, rich, BigInt(100_000 + 60_000 * count), gifts);

  const [first] = users;
  const { address, codeHash } = await deploy(rpc, first.cipher, "private-token", {
    name: "Token",
    symbol: "TOK",
    decimals: 6,
    prng_seed: "AAAA",
    initial_balances: users.map((user) => ({ address: user.address, amount: "1000000000000" })),
  });
  const setKey = first.cipher.encrypt(codeHash, { set_viewing_key: { key: VIEWING_KEY } });
  await run(rpc, first, 1_000_000n, [executeMessage(first, address, setKey.wire)]);
  const to = users[1 % count];
  const probe = first.cipher.encrypt(codeHash, { transfer: { recipient: to.address, amount: "1" } });
  const { gasUsed } = await run(rpc, first, 1_000_000n, [executeMessage(first, address, probe.wire)]);
  return { address, codeHash, users, transferGas: gasUsed };
}

/** Stores a contract of this repository and makes an instance. */
export const deploy = async (rpc, cipher, name, init) =>
  (await deployAll(rpc, cipher, name, [wasmOf(`contracts/built/${name}.wasm`)], init))[0];

/** Stores codes in one transaction, and makes an instance of each in another. */
async function deployAll(rpc, cipher, name, codes, init) {
  const rich = richAccount();
  const sender = rich.raw;
  const stored = await run(
    rpc,
    rich,
    20_000_000n * BigInt(codes.length),
    codes.map((wasmByteCode) => pack(MsgStoreCodeSchema, { sender, wasmByteCode })),
  );
  const hashes = codes.map((code) => toHex(sha256(code)));
  const instances = hashes.map((codeHash, i) => {
    const { codeId } = stored.response(MsgStoreCodeResponseSchema, i);
    const initMsg = cipher.encrypt(codeHash, init).wire;
    return pack(MsgInstantiateContractSchema, { sender, codeId, label: `${name} ${codeId}`, initMsg });
  });
  const made = await run(rpc, rich, 10_000_000n * BigInt(codes.length), instances);
  return hashes.map((codeHash, i) => ({
    address: made.response(MsgInstantiateContractResponseSchema, i).address,
    codeHash,
  }));
}

/**
 * A custom section that no engine reads: another code hash, and so another module.
 * @param {Uint8Array} code
 * @param {number} number
 */
const variant = (code, number) => Buffer.concat([code, Uint8Array.of(0, 4, 1, 0x6e, number & 255, number >> 8)]);

/** Bytes of codes in one transaction: a request is at most 10 MiB. */
const MOST_UPLOADED = 3_000_000;

/** Stores that many contracts that differ in their code hash only, with an instance of each. */
export async function deployVariants(rpc, cipher, name, init, count) {
  const code = wasmOf(`contracts/built/${name}.wasm`);
  const most = Math.max(1, Math.floor(MOST_UPLOADED / code.length));
  const made = [];
  while (made.length < count) {
    const few = Array.from({ length: Math.min(most, count - made.length) }, (_, i) => variant(code, made.length + i));
    made.push(...(await deployAll(rpc, cipher, name, few, init)));
  }
  return made;
}

/** A query as `abci_query` takes it, encrypted under a fresh key. */
export function contractQuery({ address, codeHash }, cipher, query) {
  const { key, wire } = cipher.encrypt(codeHash, query);
  const request = create(QuerySecretContractRequestSchema, { contractAddress: address, query: wire });
  const { method } = ComputeQuery;
  const path = `/${ComputeQuery.typeName}/${method.querySecretContract.name}`;
  const data = Buffer.from(encode(QuerySecretContractRequestSchema, request)).toString("hex");
  return { key, params: { path, data } };
}

/** A balance query as `abci_query` takes it, encrypted under a fresh key. */
export function balanceQuery(token) {
  const [first] = token.users;
  return contractQuery(token, first.cipher, { balance: { address: first.address, key: VIEWING_KEY } });
}

/** Transactions of one sender that call a contract, in the order of its sequence. */
export async function signExecutes(rpc, user, { address, codeHash }, gas, inputs) {
  const { accountNumber, sequence } = await stateOf(rpc, user.address);
  return inputs.map((input, n) => {
    const messages = [executeMessage(user, address, user.cipher.encrypt(codeHash, input).wire)];
    return sign({ chainId: CHAIN_ID, by: user, accountNumber, sequence: sequence + BigInt(n), gas, messages });
  });
}

/** Transfers of each sender, in the order of its sequence. @param {number} total */
export async function signTransfers(rpc, token, total) {
  const { users } = token;
  const lists = [];
  for (const [i, user] of users.entries()) {
    const recipient = users[(i + 7) % users.length].address;
    const own = Math.floor(total / users.length) + (i < total % users.length ? 1 : 0);
    const inputs = Array.from({ length: own }, () => ({ transfer: { recipient, amount: "1" } }));
    lists.push(await signExecutes(rpc, user, token, TRANSFER_GAS, inputs));
  }
  return lists;
}

/** Gas of one bank send, with a reserve. */
const SEND_GAS = 100_000n;

/** Bank sends of each sender, in the order of its sequence. @param {number} total */
export async function signSends(rpc, { users }, total) {
  const lists = [];
  for (const [i, user] of users.entries()) {
    const toAddress = users[(i + 7) % users.length].address;
    const amount = [{ denom: "uscrt", amount: "1" }];
    const messages = [pack(MsgSendSchema, { fromAddress: user.address, toAddress, amount })];
    const { accountNumber, sequence } = await stateOf(rpc, user.address);
    const own = Math.floor(total / users.length) + (i < total % users.length ? 1 : 0);
    const signed = (_, n) =>
      sign({ chainId: CHAIN_ID, by: user, accountNumber, sequence: sequence + BigInt(n), gas: SEND_GAS, messages });
    lists.push(Array.from({ length: own }, signed));
  }
  return lists;
}
