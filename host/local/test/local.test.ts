// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { fromHex, fromUtf8, toHex, toUtf8 } from "@sotto/bytes";
import { decode } from "@sotto/codec";
import { jsonSource } from "@sotto/codec/stream";
import { consensusParamsHash, decodeHashedParams, parseTime } from "@sotto/comet";
import { ed25519Verify, secp256k1Verify, sha256 } from "@sotto/crypto";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import { chainTypes, decodeTx, directSignBytes } from "@sotto/tx";
import { describe, expect, it } from "vitest";
import {
  accountKey,
  accounts,
  banner,
  createFaucet,
  createValidatorKey,
  deriveAccount,
  type FaucetBackend,
  type LocalGenesisOptions,
  localGenesis,
  NOT_BONDED,
  nodeId,
  readGenesisDocument,
  readGenesisFields,
  STAKE,
} from "../src/index.ts";

const createAddress = (byte: number): string => formatAddress(new Uint8Array(20).fill(byte));

const FUNDS = 10n ** 18n;
const seed = sha256(fromUtf8("a validator"));
const options: LocalGenesisOptions = {
  chainId: "secretdev-1",
  timeNs: 1_700_000_000_123_456_789n,
  validatorPubKey: createValidatorKey(seed).publicKey,
};
const genesis = localGenesis(options);
const unlimited = localGenesis({ ...options, maxBlockGas: -1n });

describe("accounts", () => {
  it.each(accounts.map(({ name, ...rest }) => [name, rest] as const))(
    "%s has the address that is written down",
    (_name, { address, mnemonic }) => {
      expect(deriveAccount(mnemonic).text).toBe(address);
    },
  );

  it("refuse a secret that is not a key", () => {
    expect(() => accountKey(new Uint8Array(32))).toThrow("not in range");
  });
});

describe("genesis", () => {
  const document = JSON.parse(genesis.json);

  it("funds every account with 10^18 uscrt and counts the supply", () => {
    const bank = JSON.parse(genesis.appState.get("bank") ?? "");
    const coins = (amount: bigint) => [{ denom: "uscrt", amount: String(amount) }];
    const owned = accounts.map(({ address }) => ({ address, coins: coins(FUNDS) }));
    // The account `validator` has delegated its stake.
    expect(bank.balances).toEqual([
      { address: accounts[0]?.address, coins: coins(FUNDS - STAKE) },
      ...owned.slice(1),
      { address: NOT_BONDED, coins: coins(STAKE) },
    ]);
    expect(bank.supply).toEqual([{ denom: "uscrt", amount: "5000000000000000000" }]);
    expect(JSON.parse(genesis.appState.get("auth") ?? "").params).toEqual({
      max_memo_characters: "256",
      tx_sig_limit: "7",
      tx_size_cost_per_byte: "10",
      sig_verify_cost_ed25519: "590",
      sig_verify_cost_secp256k1: "1000",
    });
  });

  it("adds the coins of further accounts, in the order of their denominations, and is read back from its document", () => {
    const [first] = accounts;
    const address = createAddress(9);
    const funded = localGenesis({
      ...options,
      extra: [
        {
          address,
          coins: [
            { denom: "utoken", amount: 5n },
            { denom: "ibc/AB", amount: 1n },
          ],
        },
        { address: first?.address ?? "", coins: [{ denom: "uscrt", amount: 7n }] },
        { address, coins: [{ denom: "utoken", amount: 2n }] },
      ],
    });
    const bank = JSON.parse(funded.appState.get("bank") ?? "");
    // One more for the pool of stakes.
    expect(bank.balances).toHaveLength(accounts.length + 2);
    expect(bank.balances[0].coins).toEqual([{ denom: "uscrt", amount: String(FUNDS - STAKE + 7n) }]);
    expect(bank.balances.at(-2)).toEqual({
      address,
      coins: [
        { denom: "ibc/AB", amount: "1" },
        { denom: "utoken", amount: "7" },
      ],
    });
    expect(bank.supply).toEqual([
      { denom: "ibc/AB", amount: "1" },
      { denom: "uscrt", amount: "5000000000000000007" },
      { denom: "utoken", amount: "7" },
    ]);
    expect(JSON.parse(funded.appState.get("auth") ?? "").accounts.at(-1).address).toBe(address);
    const { fields, appState } = readGenesisDocument(jsonSource(funded.json));
    expect(fields.get("chain_id")).toBe(options.chainId);
    const texts = [...appState].map(([name, { start, end, read }]) => [name, toUtf8(read(start, end))] as const);
    expect(new Map(texts)).toEqual(funded.appState);
  });

  it("is read in any order of its fields, and refuses a repeated field", () => {
    const partsOf = (text: string) => [...readGenesisDocument(jsonSource(text)).appState.keys()];
    expect(partsOf(' { "app_state" : { "b" : [ "}" ] , "a" : 1 } , "chain_id" : "x" } ')).toEqual(["b", "a"]);
    expect(partsOf('{"chain_id":"x","app_state":{}}')).toEqual([]);
    expect(() => partsOf('{"app_state":{"a":1,"a":2}}')).toThrow("app_state.a comes twice, at byte 24");
    expect(() => partsOf('{"chain_id":1,"chain_id":2}')).toThrow("chain_id comes twice, at byte 25");
    expect(() => partsOf('{"app_state":{}} x')).toThrow("text after the document at byte 17");
  });

  it("is read up to the last of the fields that are asked for", () => {
    const fieldsOf = (text: string) => [...readGenesisFields(jsonSource(text), ["a", "b"])];
    expect(fieldsOf('{"b":"2","c":[3],"a":"1","app_state":')).toEqual([
      ["b", "2"],
      ["a", "1"],
    ]);
    expect(fieldsOf('{"app_state":{},"a":"1"}')).toEqual([["a", "1"]]);
    expect(() => fieldsOf('{"a":"1","a":"2","b":"3"}')).toThrow("a comes twice, at byte 13");
    expect(() => fieldsOf('{"a":"1",')).toThrow("at byte 9");
  });

  it("has the same content in the document as in the parts", () => {
    expect(document.chain_id).toBe("secretdev-1");
    expect(parseTime(document.genesis_time)).toEqual({ seconds: 1_700_000_000, nanos: 123_456_789 });
    for (const [name, text] of genesis.appState) expect(document.app_state[name]).toEqual(JSON.parse(text));
    const [validator] = document.validators;
    expect(Buffer.from(validator.pub_key.value, "base64")).toEqual(Buffer.from(genesis.validators[0]?.pubKey ?? []));
    expect(validator.power).toBe(String(genesis.validators[0]?.power));
    expect(validator.address).toBe(nodeId(genesis.validators[0]?.pubKey ?? new Uint8Array()).toUpperCase());
    const params = decode(ConsensusParamsSchema, genesis.consensusParams);
    expect(document.consensus_params.block).toEqual({
      max_bytes: String(params.block?.maxBytes),
      max_gas: String(params.block?.maxGas),
    });
  });

  it("limits the gas of a block, unless an option removes the limit", () => {
    expect(document.consensus_params.block.max_gas).toBe("1000000000");
    expect(JSON.parse(unlimited.json).consensus_params.block.max_gas).toBe("-1");
  });

  it("without that limit hashes its consensus parameters like CometBFT's defaults", () => {
    // sha256 of tendermint.types.HashedParams { 22020096, -1 }: the hash in the headers of every
    // default chain.
    const hash = toHex(consensusParamsHash(decodeHashedParams(unlimited.consensusParams))).toUpperCase();
    expect(hash).toBe("048091BC7DDC283F77BFBF91D73C44DA58C3DF8A9CBC867405D8B7F3DAADA22F");
  });

  it("gives the validator a key that signs", () => {
    const key = createValidatorKey(seed);
    const message = fromUtf8("a vote");
    expect(ed25519Verify(message, key.sign(message), key.publicKey)).toBe(true);
    expect(() => createValidatorKey(new Uint8Array(31))).toThrow(RangeError);
  });
});

const payer = accountKey(sha256(fromUtf8("payer")));
const receiver = accounts[1]?.address ?? "";

/** A mempool that checks sequence and signature as the chain does. */
function ledger(start: bigint) {
  const state = { sequence: start, payments: [] as { to: string; amount: string; sequence: bigint }[] };
  const backend: FaucetBackend = {
    async account() {
      await Promise.resolve();
      // The committed state is older than the checked one.
      return { accountNumber: 7n, sequence: start };
    },
    async broadcast(bytes) {
      await Promise.resolve();
      const tx = decodeTx(bytes, chainTypes);
      const hash = tx.hash;
      const sequence = tx.authInfo.signerInfos[0]?.sequence ?? -1n;
      const message = sha256(directSignBytes(tx, { chainId: "secretdev-1", accountNumber: 7n }));
      const key = payer.publicKey.kind === "secp256k1" ? payer.publicKey.key : new Uint8Array();
      if (!secp256k1Verify(message, tx.raw.signatures[0] ?? new Uint8Array(), key)) {
        return { hash, result: { code: 4, log: "signature verification failed: unauthorized" }, refused: undefined };
      }
      if (sequence !== state.sequence) {
        const log = `account sequence mismatch, expected ${state.sequence}, got ${sequence}: incorrect account sequence`;
        return { hash, result: { code: 32, log }, refused: undefined };
      }
      state.sequence++;
      const send = decode(MsgSendSchema, tx.messages[0]?.value ?? new Uint8Array());
      state.payments.push({ to: send.toAddress, amount: send.amount[0]?.amount ?? "", sequence });
      return { hash, result: { code: 0, log: "" }, refused: undefined };
    },
  };
  return { state, backend };
}

const faucetOver = (backend: FaucetBackend) => {
  const faucet = createFaucet({ chainId: "secretdev-1", key: () => payer, address: payer.text, backend });
  return async (url: string) => {
    const { status, body } = await faucet("GET", url);
    return { status, text: toUtf8(body) ?? "" };
  };
};

describe("faucet", () => {
  it("reports the paying account and the amount", async () => {
    const get = faucetOver(ledger(0n).backend);
    const expected = { status: 200, text: `{"faucet_address":"${payer.text}","amount":"1000000000"}` };
    expect(await get("/")).toEqual(expected);
    expect(await get("/status")).toEqual(expected);
  });

  it("pays many requests at once, each with its own sequence", async () => {
    const { state, backend } = ledger(3n);
    const get = faucetOver(backend);
    const answers = await Promise.all(accounts.map(({ address }) => get(`/faucet?address=${address}`)));
    const hashes = answers.map(({ status, text }) => {
      expect(status).toBe(200);
      return JSON.parse(text).txhash as string;
    });
    expect(new Set(hashes).size).toBe(accounts.length);
    expect(hashes.every((hash) => fromHex(hash)?.length === 32)).toBe(true);
    expect(state.payments.map(({ to }) => to)).toEqual(accounts.map(({ address }) => address));
    expect(state.payments.map(({ sequence }) => sequence)).toEqual([3n, 4n, 5n, 6n, 7n]);
    expect(state.payments.every(({ amount }) => amount === "1000000000")).toBe(true);
  });

  it("refuses a request when a hundred wait", async () => {
    let go = (): void => {};
    const opened = new Promise<void>((resolve) => {
      go = resolve;
    });
    const { backend } = ledger(0n);
    const get = faucetOver({ ...backend, account: (address) => opened.then(() => backend.account(address)) });
    const asked = Array.from({ length: 101 }, () => get(`/faucet?address=${receiver}`));
    expect(await asked[100]).toEqual({ status: 429, text: '{"error":"100 payments are waiting; try again later"}' });
    go();
    expect((await Promise.all(asked)).filter(({ status }) => status === 200)).toHaveLength(100);
  });

  it("continues when another client used the account", async () => {
    const { state, backend } = ledger(0n);
    const get = faucetOver(backend);
    await get(`/faucet?address=${receiver}`);
    state.sequence = 40n;
    expect((await get(`/faucet?address=${receiver}`)).status).toBe(200);
    expect(state.payments.at(-1)?.sequence).toBe(40n);
  });

  it("names the error of a request", async () => {
    const get = faucetOver(ledger(0n).backend);
    expect(await get("/faucet")).toEqual({ status: 400, text: '{"error":"address is required"}' });
    expect((await get("/faucet?address=cosmos1abc")).status).toBe(400);
    expect(await get("/other")).toEqual({ status: 404, text: "Invalid Request!" });
  });

  it("reports the reason of a failed payment, and pays the next one", async () => {
    const { backend } = ledger(0n);
    let broken = true;
    const get = faucetOver({
      account: backend.account,
      async broadcast(tx) {
        if (!broken) return backend.broadcast(tx);
        broken = false;
        return { hash: sha256(tx), result: undefined, refused: "mempool is full" };
      },
    });
    const [first, second] = await Promise.all([get(`/faucet?address=${receiver}`), get(`/faucet?address=${receiver}`)]);
    expect(first).toEqual({ status: 500, text: '{"error":"mempool is full"}' });
    expect(second?.status).toBe(200);
  });

  it("does not reveal a fault of the node", async () => {
    const get = faucetOver({
      account: () => Promise.reject(new TypeError("secret inside")),
      broadcast: () => Promise.reject(new TypeError("secret inside")),
    });
    expect(await get(`/faucet?address=${receiver}`)).toEqual({ status: 500, text: '{"error":"internal error"}' });
  });
});

describe("banner", () => {
  const show = (quiet: boolean, validators = 1, believesRows = false, answersPast = false): string =>
    banner({
      chainId: "secretdev-1",
      home: undefined,
      pace: "one block a second",
      urls: [["REST", "http://127.0.0.1:1317"]],
      accounts,
      validators,
      believesRows,
      answersPast,
      quiet,
      tryLine: "curl http://127.0.0.1:1317/cosmos/base/tendermint/v1beta1/blocks/latest",
    });

  it("shows the URLs, every account with its mnemonic and a command to try", () => {
    const shown = show(false);
    for (const { address, mnemonic } of accounts) {
      expect(shown).toContain(address);
      expect(shown).toContain(mnemonic);
    }
    expect(shown).toContain("http://127.0.0.1:1317\n");
    expect(shown).toContain("curl http");
  });

  it("says where the accounts of several validators come from", () => {
    expect(show(true, 4)).toContain("4 validators. Their operators are the addresses 0 to 3");
    expect(show(true)).not.toContain("operators");
  });

  it("says when the enclave believes its rows", () => {
    expect(show(true, 1, true)).toContain("nothing proves them (--believe-rows)");
    expect(show(true)).not.toContain("--believe-rows");
    expect(show(true, 1, false, true)).toContain("older heights");
    expect(show(true)).not.toContain("--answer-past");
  });

  it("omits the mnemonics when it is quiet", () => {
    for (const { address, mnemonic } of accounts) {
      expect(show(true)).toContain(address);
      expect(show(true)).not.toContain(mnemonic);
    }
  });
});
