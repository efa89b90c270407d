// SPDX-License-Identifier: Apache-2.0
import { parseAddress } from "@sotto/address";
import { toUtf8 } from "@sotto/bytes";
import { BoundEncryption, bindClient } from "@sotto/secretjs-bound";
import {
  BroadcastMode,
  type CreateClientOptions,
  EncryptionUtilsImpl,
  MsgExecuteContract,
  MsgExecuteContractResponse,
  SecretNetworkClient,
  type TxResponse,
} from "secretjs";
import { MsgExecuteContract as Wire } from "secretjs/dist/protobuf/secret/compute/v1beta1/msg.js";
import { AminoWallet } from "secretjs/dist/wallet_amino.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { boundOnly } from "../attack/boundOnly.ts";
import {
  CHAIN_ID,
  type Code,
  type Contract,
  clientOf,
  execute,
  make,
  mnemonicOf,
  must,
  quick,
  store,
  tokenBalance,
  tokenInit,
  walletOf,
  withGas,
} from "./client.ts";
import { removeAll, TestNode } from "./node.ts";

afterAll(removeAll);

let node: TestNode;
let alice: SecretNetworkClient;
let eve: SecretNetworkClient;
let code: Code;
beforeAll(async () => {
  node = await TestNode.start({ flags: ["--instant"] });
  alice = clientOf(node, "a");
  eve = clientOf(node, "c");
  code = await store(alice, "probe-v1");
});
afterAll(async () => {
  expect(await node.stop()).toMatchObject({ code: 0, signal: null });
  expect(node.stderr).toBe("");
});

const SEED = new Uint8Array(32).fill(3);
/** The unmodified client with the encryption, and its binding. */
function boundClient(wallet: NonNullable<CreateClientOptions["wallet"]> & { address: string }, seed = SEED) {
  const encryptionUtils = new BoundEncryption({ url: node.rest, chainId: CHAIN_ID, seed });
  const options = { url: node.rest, chainId: CHAIN_ID, wallet, walletAddress: wallet.address, encryptionUtils };
  return bindClient(new SecretNetworkClient(options), encryptionUtils);
}

/** The ciphertext of a transaction's message, from the chain. */
async function ciphertextOf(hash: string): Promise<Uint8Array> {
  const found = await fetch(`${node.rest}/cosmos/tx/v1beta1/txs/${hash}`);
  const { tx } = (await found.json()) as { tx: { body: { messages: { msg: string }[] } } };
  return Uint8Array.from(Buffer.from(tx.body.messages[0]?.msg as string, "base64"));
}

/** A message of these very bytes. */
function copyOf(by: SecretNetworkClient, { contract_address }: Contract, msg: Uint8Array) {
  const [sender, contract] = [parseAddress(by.address), parseAddress(contract_address)];
  const value = { sender, contract, msg, sent_funds: [], callback_code_hash: "", callback_sig: new Uint8Array() };
  const type_url = "/secret.compute.v1beta1.MsgExecuteContract";
  return {
    toProto: async () => ({ type_url, value, encode: () => Wire.encode(value).finish() }),
    toAmino: async (): Promise<never> => {
      throw new Error("signed in direct mode only");
    },
  };
}

const dataOf = (tx: TxResponse, at = 0): string =>
  toUtf8(MsgExecuteContractResponse.decode(tx.data[at] ?? new Uint8Array()).data) ?? "";
const messageOf = (tx: TxResponse | null): unknown =>
  (tx?.tx.body?.messages as { msg?: unknown }[] | undefined)?.[0]?.msg;

describe("an unmodified client's message", () => {
  test("is refused to whoever copies it from the chain, with words that say why", async () => {
    const [hers, evil] = [await make(alice, code, { ops: [] }), await make(eve, code, { ops: [] })];
    const sent = must(await execute(alice, hers, { set: { key: "k", value: "a secret" } }));
    const copy = copyOf(eve, evil, await ciphertextOf(sent.transactionHash));
    await expect(eve.tx.broadcast([copy], { ...withGas(500_000), broadcastMode: BroadcastMode.Sync })).rejects.toThrow(
      "code 40 (codespace: compute). Log: message index: 0: this ciphertext was sent before; encrypt the message again: " +
        "encrypted message belongs to another sender or contract",
    );
    expect(await eve.query.compute.queryContract({ ...evil, query: { get: { key: "k" } } })).toEqual([null]);
  });
});

test("a query with a permit is answered by the token that the permit names, and to its client only", async () => {
  const tokenCode = await store(alice, "private-token");
  const [token, evil] = [
    await make(alice, tokenCode, tokenInit(alice.address)),
    await make(eve, tokenCode, tokenInit(eve.address)),
  ];
  const names = [token.contract_address];
  const { permit } = alice.utils.accessControl;
  const signed = await permit.sign(alice.address, CHAIN_ID, "a permit", names, ["balance"], false);
  const encryption = new EncryptionUtilsImpl(node.rest);
  const query = { with_permit: { query: { balance: {} }, permit: signed } };
  const wire = await encryption.encrypt(token.code_hash, query);
  /** The answer to any holder of the ciphertext. */
  const ask = async ({ contract_address }: Contract): Promise<string> => {
    const encoded = encodeURIComponent(Buffer.from(wire).toString("base64"));
    const response = await fetch(`${node.rest}/compute/v1beta1/query/${contract_address}?query=${encoded}`);
    const { data, message } = (await response.json()) as { data?: string; message?: string };
    const sealed = data ?? /encrypted: (.+?): query contract failed/.exec(message ?? "")?.[1] ?? "";
    const bytes = Uint8Array.from(Buffer.from(sealed, "base64"));
    await expect(new EncryptionUtilsImpl(node.rest).decrypt(bytes, wire.slice(0, 32))).rejects.toThrow();
    const text = toUtf8(await encryption.decrypt(bytes, wire.slice(0, 32))) ?? "";
    return data === undefined ? text : Buffer.from(text, "base64").toString("utf8");
  };
  expect(await ask(token)).toContain('"amount":"1000000"');
  expect(await ask(evil)).toMatch(/[Pp]ermit/);
});

describe.each(["direct", "amino"])("secretjs with the bound encryption, signing in mode %s", (mode) => {
  const wallet = () => (mode === "direct" ? walletOf("a") : new AminoWallet(mnemonicOf("a")));
  let bound: SecretNetworkClient;
  let hers: Contract;
  beforeAll(async () => {
    bound = boundClient(wallet());
    hers = await make(bound, code, { ops: [] }, bound.address);
  });

  test("instantiates, executes, migrates and queries; data, logs and errors open", async () => {
    const set = {
      batch: {
        ops: [{ set: { key: "k", value: "v" } }, { attr: { key: "x", value: "y" } }, { output: { text: "o" } }],
      },
    };
    const tx = must(await execute(bound, hers, set));
    expect(dataOf(tx)).toBe('["o"]');
    expect(tx.arrayLog).toContainEqual(expect.objectContaining({ type: "wasm", key: "x", value: "y" }));
    expect(await bound.query.compute.queryContract({ ...hers, query: { get: { key: "k" } } })).toEqual(["v"]);
    const failed = await execute(bound, hers, { fail: { error: { text: { text: "no such luck" } } } });
    expect(failed).toMatchObject({ code: 3, rawLog: expect.stringContaining("no such luck: execute contract failed") });
    const { contract_address } = hers;
    const migration = {
      sender: bound.address,
      contract_address,
      code_id: code.id,
      code_hash: code.hash,
      msg: { ops: [] },
    };
    must(await bound.tx.compute.migrateContract(migration, withGas(500_000)));
    const wrong = await bound.query.compute.queryContract({
      ...hers,
      query: { fail: { error: { text: { text: "not so" } } } },
    });
    expect(wrong).toContain("not so");
  });

  test("sends several messages in a transaction, each under a key of its own", async () => {
    const to = (text: string) =>
      new MsgExecuteContract({ sender: bound.address, ...hers, msg: { output: { text } }, sent_funds: [] });
    const tx = must(await bound.tx.broadcast([to("one"), to("two")], withGas(500_000)));
    expect([dataOf(tx, 0), dataOf(tx, 1)]).toEqual(['["one"]', '["two"]']);
  });

  test("reads its transactions after a restart, with nothing but its seed; nobody else does", async () => {
    const { transactionHash } = must(await execute(bound, hers, { output: { text: "later" } }));
    const again = await boundClient(wallet()).query.getTx(transactionHash);
    expect(messageOf(again)).toEqual({ output: { text: "later" } });
    expect(dataOf(again as TxResponse)).toBe('["later"]');
    const other = await boundClient(wallet(), new Uint8Array(32).fill(4)).query.getTx(transactionHash);
    expect(typeof messageOf(other)).toBe("string");
    // Messages that secretjs itself encrypted under the seed can be decrypted as well.
    const plain = new SecretNetworkClient({
      url: node.rest,
      chainId: CHAIN_ID,
      wallet: wallet(),
      walletAddress: bound.address,
      encryptionSeed: SEED,
    });
    const before = must(await execute(plain, hers, { output: { text: "before" } }));
    expect(messageOf(await bound.query.getTx(before.transactionHash))).toEqual({ output: { text: "before" } });
  });

  test("gives nothing to who copies its messages, and loses nothing to who is first", async () => {
    const evil = await make(eve, code, { ops: [] });
    const tx = must(await execute(bound, hers, { set: { key: "k", value: "bound" } }));
    const wire = await ciphertextOf(tx.transactionHash);
    const copied = await eve.tx.broadcast([copyOf(eve, evil, wire)], withGas(500_000));
    expect(copied).toMatchObject({
      code: 3,
      rawLog: expect.stringContaining("the message is bound to another sender, contract or chain"),
    });
    expect(await eve.query.compute.queryContract({ ...evil, query: { get: { key: "k" } } })).toEqual([null]);
  });
});

describe("a token that takes bound messages only", () => {
  let token: Contract;
  let bound: SecretNetworkClient;
  let shut: Code;
  beforeAll(async () => {
    bound = boundClient(walletOf("a"));
    shut = await store(bound, "private-token", boundOnly);
    token = await make(bound, shut, tokenInit(bound.address));
  });

  test("works for a client that binds, in every call of secretjs", async () => {
    const { contract_address, code_hash } = token;
    const sender = bound.address;
    must(await execute(bound, token, { set_viewing_key: { key: "hello" } }));
    const msg = { transfer: { recipient: eve.address, amount: "5" } };
    must(await bound.tx.snip20.transfer({ sender, contract_address, code_hash, msg }, withGas(500_000)));
    expect(await tokenBalance(bound, token, sender, "hello")).toBe(999_995n);
    const contract = { address: contract_address, code_hash };
    expect(await bound.query.snip20.getSnip20Params({ contract })).toMatchObject({ token_info: { symbol: "PRIV" } });
    const auth = { key: "hello" };
    expect(await bound.query.snip20.getBalance({ contract, address: sender, auth })).toEqual({
      balance: { amount: "999995" },
    });
  });

  test("refuses an unmodified client, with words that say why", async () => {
    const why = "the contract takes bound messages only: its client must bind what it encrypts";
    const refused = await execute(alice, token, { set_viewing_key: { key: "hello" } });
    expect(refused).toMatchObject({ code: 3, rawLog: expect.stringContaining(why) });
    await expect(alice.query.compute.queryContract({ ...token, query: { token_info: {} } })).rejects.toMatchObject({
      message: expect.stringContaining(why),
    });
  });
});

test("an encryption that was not bound to a client refuses to guess", async () => {
  const encryptionUtils = new BoundEncryption({ url: node.rest, chainId: CHAIN_ID });
  const wallet = walletOf("a");
  const client = new SecretNetworkClient({
    url: node.rest,
    chainId: CHAIN_ID,
    wallet,
    walletAddress: wallet.address,
    encryptionUtils,
  });
  const params = {
    sender: client.address,
    contract_address: client.address,
    code_hash: code.hash,
    msg: {},
    sent_funds: [],
  };
  await expect(client.tx.compute.executeContract(params, quick)).rejects.toThrow("pass the client through bindClient");
});
