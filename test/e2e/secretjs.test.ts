// SPDX-License-Identifier: Apache-2.0
import { toBase64, toUtf8 } from "@sotto/bytes";
import {
  MsgExecuteContract,
  MsgExecuteContractResponse,
  MsgInstantiateContract,
  MsgInstantiateContractResponse,
  MsgSend,
  MsgStoreCode,
  SecretNetworkClient,
  type TxResponse,
  Wallet,
} from "secretjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  attribute,
  CHAIN_ID,
  type Code,
  type Contract,
  clientOf,
  execute,
  make,
  must,
  nativeBalance,
  quick,
  store,
  tokenBalance,
  tokenInit,
  walletOf,
  wasmOf,
  withGas,
} from "./client.ts";
import { removeAll, TestNode } from "./node.ts";

afterAll(removeAll);

/** Plaintext data of the message at `at`. */
const dataOf = (tx: TxResponse, at = 0): string =>
  toUtf8(MsgExecuteContractResponse.decode(tx.data[at] ?? new Uint8Array()).data) ?? "";

/** The first message of a transaction as the client shows it: decrypted, or base64. */
const messageOf = (tx: TxResponse | null): unknown => {
  const [first] = (tx?.tx.body?.messages ?? []) as { readonly msg?: unknown }[];
  return first?.msg;
};

/** The reason of a rejected promise: for secretjs the JSON body of the node's answer. */
const rejected = (promise: Promise<unknown>): Promise<{ message: string; code?: number }> =>
  promise.then(
    (value) => {
      throw new Error(`not refused: ${JSON.stringify(value)}`);
    },
    (body) => body,
  );

describe.each(["inline", "worker"])("secretjs against a node whose enclave is %s", (transport) => {
  let node: TestNode;
  let alice: SecretNetworkClient;
  let bob: SecretNetworkClient;
  const codes = {} as Record<"private-token" | "probe-v1" | "probe-v010", Code>;
  let token: Contract;
  let probe: Contract;
  let oldProbe: Contract;

  beforeAll(async () => {
    node = await TestNode.start({ flags: ["--instant", `--enclave=${transport}`] });
    alice = clientOf(node, "a");
    bob = clientOf(node, "b");
    for (const name of ["private-token", "probe-v1", "probe-v010"] as const) codes[name] = await store(alice, name);
    token = await make(alice, codes["private-token"], tokenInit(alice.address), alice.address);
    probe = await make(alice, codes["probe-v1"], { ops: [] }, alice.address);
    oldProbe = await make(alice, codes["probe-v010"], { ops: [] });
  });

  afterAll(async () => {
    const ended = await node.stop();
    expect(ended).toMatchObject({ code: 0, signal: null });
    // The log is empty at its usual level: there was no fault inside.
    expect(node.stderr).toBe("");
  });

  describe("uploading and making contracts", () => {
    test("a stored code has its hash, its creator and its bytes", async () => {
      const { code_infos = [] } = await alice.query.compute.codes({});
      expect(code_infos.map(({ code_id }) => code_id)).toEqual(["1", "2", "3"]);
      const info = code_infos.find(({ code_id }) => code_id === codes["probe-v1"].id);
      expect(info).toMatchObject({ creator: alice.address, code_hash: codes["probe-v1"].hash });
      const { wasm } = await alice.query.compute.code({ code_id: codes["probe-v1"].id });
      expect(wasm).toBe(toBase64(wasmOf("probe-v1")));
    });

    test("instantiation answers the address, in the log and in the data, and the chain knows the contract", async () => {
      const sent = {
        sender: alice.address,
        code_id: codes["probe-v1"].id,
        code_hash: codes["probe-v1"].hash,
        label: "known by name",
        init_msg: { ops: [{ output: { text: "made" } }] },
      };
      const tx = must(await alice.tx.compute.instantiateContract(sent, withGas(500_000)));
      const address = attribute(tx, "message", "contract_address");
      const response = MsgInstantiateContractResponse.decode(tx.data[0] ?? new Uint8Array());
      expect(response.address).toBe(address);
      expect(JSON.parse(toUtf8(response.data) ?? "")).toEqual(["made"]);
      const { contract_info } = await alice.query.compute.contractInfo({ contract_address: address });
      expect(contract_info).toMatchObject({
        code_id: codes["probe-v1"].id,
        label: "known by name",
        creator: alice.address,
      });
      expect(await alice.query.compute.addressByLabel({ label: "known by name" })).toEqual({
        contract_address: address,
      });
      const again = await alice.tx.compute.instantiateContract(sent, withGas(500_000));
      expect([again.code, again.codespace]).toEqual([6, "compute"]);
    });

    test("the code hash is found by the contract's address when the caller does not give it", async () => {
      const { contract_address } = token;
      const answer = await alice.query.compute.queryContract({ contract_address, query: { token_info: {} } });
      expect(answer).toMatchObject({ token_info: { symbol: "PRIV", total_supply: "1000000" } });
    });

    test("an admin migrates a contract, hands it on and lets it go", async () => {
      const contract = await make(
        alice,
        codes["probe-v1"],
        { ops: [{ set: { key: "k", value: "kept" } }] },
        alice.address,
      );
      const { contract_address } = contract;
      const to = {
        sender: alice.address,
        contract_address,
        code_id: codes["probe-v1"].id,
        code_hash: contract.code_hash,
      };
      must(await alice.tx.compute.migrateContract({ ...to, msg: { ops: [] } }, withGas(500_000)));
      expect(JSON.parse(dataOf(must(await execute(alice, contract, { get: { key: "k" } }))))).toEqual(["kept"]);
      const failed = await alice.tx.compute.migrateContract(
        { ...to, msg: { ops: [{ fail: { error: { generic_err: { msg: "no way" } } } }] } },
        withGas(500_000),
      );
      expect([failed.code, failed.codespace]).toEqual([5, "compute"]);
      expect(failed.rawLog).toBe(
        "failed to execute message; message index: 0: Generic error: no way: migrate contract failed",
      );
      must(
        await alice.tx.compute.updateAdmin(
          { sender: alice.address, contract_address, new_admin: bob.address },
          withGas(100_000),
        ),
      );
      const refused = await alice.tx.compute.clearAdmin({ sender: alice.address, contract_address }, withGas(100_000));
      expect(refused.code).not.toBe(0);
      must(await bob.tx.compute.clearAdmin({ sender: bob.address, contract_address }, withGas(100_000)));
      const { entries = [] } = await alice.query.compute.contractHistory({ contract_address });
      expect(entries.length).toBeGreaterThanOrEqual(2);
    });
  });

  describe("a private token", () => {
    test("an encrypted transfer is answered to its sender only", async () => {
      const sent = must(
        await alice.tx.snip20.transfer(
          { sender: alice.address, ...token, msg: { transfer: { recipient: bob.address, amount: "250" } } },
          withGas(200_000),
        ),
      );
      expect(JSON.parse(dataOf(sent))).toEqual({ transfer: { status: "success" } });
      const found = await fetch(`${node.rest}/cosmos/tx/v1beta1/txs/${sent.transactionHash}`);
      const seen = await found.text();
      for (const secret of ['transfer\\"', bob.address, "success"]) expect(seen).not.toContain(secret);
    });

    test("a viewing key opens a balance, and nothing else does", async () => {
      must(
        await bob.tx.snip20.setViewingKey(
          { sender: bob.address, ...token, msg: { set_viewing_key: { key: "bob's key" } } },
          withGas(200_000),
        ),
      );
      expect(await tokenBalance(bob, token, bob.address, "bob's key")).toBe(250n);
      const contract = { address: token.contract_address, code_hash: token.code_hash };
      const read = await alice.query.snip20.getBalance({ contract, address: bob.address, auth: { key: "bob's key" } });
      expect(read).toEqual({ balance: { amount: "250" } });
      const wrong = await alice.query.snip20.getBalance({ contract, address: bob.address, auth: { key: "a guess" } });
      expect(wrong).toHaveProperty("viewing_key_error");
    });

    test("a permit opens a balance for what it grants", async () => {
      const { contract_address: address, code_hash } = token;
      const sign = (permissions: ("balance" | "history")[]) =>
        bob.utils.accessControl.permit.sign(bob.address, CHAIN_ID, "mine", [address], permissions, false);
      const contract = { address, code_hash };
      const permit = await sign(["balance"]);
      const reader = new SecretNetworkClient({ url: node.rest, chainId: CHAIN_ID });
      const read = await reader.query.snip20.getBalance({ contract, address: bob.address, auth: { permit } });
      expect(read).toEqual({ balance: { amount: "250" } });
      const query = { with_permit: { permit: await sign(["history"]), query: { balance: {} } } };
      const refused: unknown = await reader.query.compute.queryContract({ ...token, query });
      expect(String(refused)).toContain("the permit does not give the permission");
    });
  });

  describe("failing calls", () => {
    test("the error of a v1 contract is decrypted into the raw log", async () => {
      const tx = await execute(alice, probe, { fail: { error: { generic_err: { msg: "not today" } } } });
      expect([tx.code, tx.codespace]).toEqual([3, "compute"]);
      expect(tx.rawLog).toBe(
        "failed to execute message; message index: 0: Generic error: not today: execute contract failed",
      );
      const stranger = await bob.query.getTx(tx.transactionHash);
      expect(stranger?.rawLog).toMatch(
        /^failed to execute message; message index: 0: encrypted: \S+: execute contract failed$/,
      );
    });

    test("the error of a v0.10 contract is decrypted into the JSON log", async () => {
      const tx = await execute(alice, oldProbe, { fail: { error: { generic_err: { msg: "not today" } } } });
      expect([tx.code, tx.codespace]).toEqual([3, "compute"]);
      expect(tx.jsonLog).toEqual({ generic_err: { msg: "not today" } });
      const parse = await execute(alice, oldProbe, { fail: { error: { parse_err: { target: "T", msg: "m" } } } });
      expect(parse.rawLog).toContain(`{"parse_err":{"msg":"m","target":"T"}}`);
    });

    test("a call that runs out of gas says so, costs its whole limit and leaves nothing", async () => {
      const before = await nativeBalance(alice, alice.address);
      const ops = [{ set: { key: "half", value: "done" } }, { loop: { kind: "cpu" } }];
      const tx = await execute(alice, probe, { batch: { ops } }, 60_000);
      expect([tx.code, tx.codespace]).toEqual([11, "sdk"]);
      expect(tx.rawLog).toMatch(/out of gas/i);
      expect(tx.gasUsed).toBeGreaterThanOrEqual(60_000);
      expect(before - (await nativeBalance(alice, alice.address))).toBe(6_000n);
      expect(JSON.parse(dataOf(must(await execute(alice, probe, { get: { key: "half" } }))))).not.toContain("done");
    });

    test("an error of the enclave is told in clear", async () => {
      const tx = await execute(alice, probe, { panic: { text: "a secret reason" } });
      expect([tx.code, tx.codespace]).toEqual([3, "compute"]);
      expect(tx.rawLog).toContain("Execution error: Enclave: the contract panicked");
      expect(tx.rawLog).not.toContain("secret reason");
    });

    test("a wrong code hash is refused before the contract runs", async () => {
      const wrong = { ...probe, code_hash: "00".repeat(32) };
      const tx = await execute(alice, wrong, { set: { key: "wrong", value: "hash" } });
      expect([tx.code, tx.codespace]).toEqual([3, "compute"]);
      expect(tx.rawLog).toContain("Enclave: failed to validate transaction");
      const query = await rejected(alice.query.compute.queryContract({ ...wrong, query: { noop: {} } }));
      expect(query.message).toContain("Enclave");
    });

    test("a failing query gives the contract's error, decrypted", async () => {
      const fail = { fail: { error: { generic_err: { msg: "not to you" } } } };
      expect(await alice.query.compute.queryContract({ ...probe, query: fail })).toBe("Generic error: not to you");
      const old = await alice.query.compute.queryContract({ ...oldProbe, query: fail });
      expect(JSON.stringify(old)).toContain("not to you");
    });

    test("a query can write nothing", async () => {
      const { message } = await rejected(
        alice.query.compute.queryContract({ ...probe, query: { set: { key: "by query", value: "v" } } }),
      );
      expect(message).toContain("query contract failed");
      expect(JSON.parse(dataOf(must(await execute(alice, probe, { get: { key: "by query" } }))))).not.toContain("v");
    });
  });

  describe("transactions of several messages", () => {
    const executeMsg = (contract: Contract, msg: object) =>
      new MsgExecuteContract({ sender: alice.address, ...contract, msg, sent_funds: [] });

    test("every message is answered by its place", async () => {
      const tx = must(
        await alice.tx.broadcast(
          [
            new MsgSend({
              from_address: alice.address,
              to_address: bob.address,
              amount: [{ denom: "uscrt", amount: "5" }],
            }),
            executeMsg(probe, { output: { text: "first" } }),
            executeMsg(oldProbe, { output: { text: "second" } }),
          ],
          withGas(800_000),
        ),
      );
      expect(JSON.parse(dataOf(tx, 1))).toEqual(["first"]);
      expect(JSON.parse(dataOf(tx, 2))).toEqual(["second"]);
      expect(tx.arrayLog?.filter(({ key }) => key === "action").map(({ msg, value }) => [msg, value])).toEqual([
        [0, "/cosmos.bank.v1beta1.MsgSend"],
        [1, "/secret.compute.v1beta1.MsgExecuteContract"],
        [2, "/secret.compute.v1beta1.MsgExecuteContract"],
      ]);
    });

    test("when one fails, none has happened", async () => {
      const tx = await alice.tx.broadcast(
        [
          executeMsg(probe, { set: { key: "both", value: "written" } }),
          executeMsg(oldProbe, { fail: { error: { unauthorized: {} } } }),
        ],
        withGas(800_000),
      );
      expect(tx.rawLog).toMatch(/^failed to execute message; message index: 1: /);
      expect(tx.jsonLog).toEqual({ unauthorized: {} });
      expect(JSON.parse(dataOf(must(await execute(alice, probe, { get: { key: "both" } }))))).not.toContain("written");
    });

    test("attributes of the contract are decrypted for the sender, plain ones are for all", async () => {
      const ops = [
        { attr: { key: "hidden", value: "for alice" } },
        { attr: { key: "open", value: "for all", plaintext: true } },
      ];
      const tx = must(await execute(alice, probe, { batch: { ops } }));
      expect(attribute(tx, "wasm", "hidden")).toBe("for alice");
      const stranger = await bob.query.getTx(tx.transactionHash);
      expect(stranger?.arrayLog?.some(({ value }) => value === "for alice")).toBe(false);
      expect(stranger?.arrayLog?.some(({ key, value }) => key === "open" && value === "for all")).toBe(true);
    });
  });

  describe("simulation", () => {
    test("a payment and an upload are estimated, and the estimate is enough", async () => {
      const params = {
        from_address: alice.address,
        to_address: bob.address,
        amount: [{ denom: "uscrt", amount: "1" }],
      };
      const { gas_info } = await alice.tx.bank.send.simulate(params);
      const gas = Math.ceil(Number(gas_info?.gas_used) * 1.25);
      expect(gas).toBeLessThan(100_000);
      must(await alice.tx.bank.send(params, withGas(gas)));
      const upload = { sender: alice.address, wasm_byte_code: wasmOf("probe-v010"), source: "", builder: "" };
      const simulated = await alice.tx.compute.storeCode.simulate(upload);
      const limit = Math.ceil(Number(simulated.gas_info?.gas_used) * 1.25);
      must(await alice.tx.broadcast([new MsgStoreCode(upload)], withGas(limit)));
    });

    test("calls of contracts are not simulated", async () => {
      const call = { sender: alice.address, ...probe, msg: { noop: {} }, sent_funds: [] };
      expect(await rejected(alice.tx.compute.executeContract.simulate(call))).toHaveProperty("message");
      const init = new MsgInstantiateContract({
        sender: alice.address,
        code_id: codes["probe-v1"].id,
        code_hash: codes["probe-v1"].hash,
        label: "never made",
        init_msg: { ops: [] },
      });
      expect(await rejected(alice.tx.simulate([init]))).toHaveProperty("message");
    });
  });

  describe("finding transactions again", () => {
    test("payments are found by their action, page by page", async () => {
      const query = "message.action='/cosmos.bank.v1beta1.MsgSend'";
      for (let i = 0; i < 3; i++) {
        const amount = [{ denom: "uscrt", amount: String(i + 1) }];
        must(await bob.tx.bank.send({ from_address: bob.address, to_address: alice.address, amount }, withGas(50_000)));
      }
      const all = await alice.query.txsQuery(query);
      expect(all.length).toBeGreaterThanOrEqual(4);
      const [first] = await alice.query.txsQuery(query, undefined, { limit: "1", offset: "0" });
      const [second] = await alice.query.txsQuery(query, undefined, { limit: "1", offset: "1" });
      expect([first?.transactionHash, second?.transactionHash]).toEqual(
        all.slice(0, 2).map(({ transactionHash }) => transactionHash),
      );
      const mine = await alice.query.txsQuery(
        `transfer.sender='${bob.address}' AND transfer.recipient='${alice.address}'`,
      );
      expect(mine).toHaveLength(3);
    });

    test("calls are found by the contract's address", async () => {
      const fresh = await make(alice, codes["probe-v1"], { ops: [] });
      const tx = must(await execute(alice, fresh, { output: { text: "findable" } }));
      const found = await alice.query.txsQuery(`message.contract_address='${fresh.contract_address}'`);
      expect(found.map(({ transactionHash }) => transactionHash)).toContain(tx.transactionHash);
    });

    test("an old transaction is decrypted by its sender with the same seed, and by nobody else", async () => {
      const encryptionSeed = new Uint8Array(32).fill(7);
      const writer = clientOf(node, "a", { encryptionSeed });
      const tx = must(await execute(writer, probe, { batch: { ops: [{ output: { text: "remember me" } }] } }));
      const later = await clientOf(node, "a", { encryptionSeed }).query.getTx(tx.transactionHash);
      expect(messageOf(later)).toEqual({ batch: { ops: [{ output: { text: "remember me" } }] } });
      expect(JSON.parse(dataOf(later as TxResponse))).toEqual(["remember me"]);
      for (const other of [bob, clientOf(node, "a", { encryptionSeed: new Uint8Array(32).fill(8) })]) {
        const seen = await other.query.getTx(tx.transactionHash);
        expect(messageOf(seen)).toMatch(/^[\w+/]+=*$/);
        expect(JSON.stringify(seen)).not.toContain("remember");
      }
    });

    test("a transaction that is not there is not there", async () => {
      expect(await alice.query.getTx("AB".repeat(32))).toBeNull();
    });
  });

  describe("the ways of clients", () => {
    test("a balance is read at an old height", async () => {
      const fresh = new Wallet().address;
      const amount = [{ denom: "uscrt", amount: "77" }];
      const tx = must(
        await alice.tx.bank.send({ from_address: alice.address, to_address: fresh, amount }, withGas(50_000)),
      );
      const path = `${node.rest}/cosmos/bank/v1beta1/balances/${fresh}/by_denom?denom=uscrt`;
      const at = async (height: number): Promise<string> => {
        const response = await fetch(path, { headers: { "x-cosmos-block-height": String(height) } });
        const { balance } = (await response.json()) as { balance: { amount: string } };
        return balance.amount;
      };
      expect([await at(1), await at(tx.height - 1), await at(tx.height)]).toEqual(["0", "0", "77"]);
      const future = await fetch(path, { headers: { "x-cosmos-block-height": "1000000" } });
      expect(future.status).toBeGreaterThanOrEqual(400);
    });

    test("an address of the node with many slashes works", async () => {
      const wallet = walletOf("c");
      const client = new SecretNetworkClient({
        url: `${node.rest}///////`,
        chainId: CHAIN_ID,
        wallet,
        walletAddress: wallet.address,
      });
      const { block } = await client.query.tendermint.getLatestBlock({});
      expect(Number(block?.header?.height)).toBeGreaterThan(0);
      const to = { from_address: wallet.address, to_address: bob.address, amount: [{ denom: "uscrt", amount: "1" }] };
      must(await client.tx.bank.send(to, withGas(50_000)));
    });

    test("the same bytes sent twice happen once", async () => {
      const to = { from_address: alice.address, to_address: bob.address, amount: [{ denom: "uscrt", amount: "3" }] };
      const bytes = await alice.tx.signTx([new MsgSend(to)], withGas(50_000));
      const before = await nativeBalance(alice, bob.address);
      const tx = must(await alice.tx.broadcastSignedTx(bytes, quick));
      const again = await rejected(alice.tx.broadcastSignedTx(bytes, quick));
      // ErrTxInMempoolCache of the SDK, which comes without a text.
      expect(again.message).toContain("code 19 (codespace: sdk)");
      expect(await nativeBalance(alice, bob.address)).toBe(before + 3n);
      expect((await alice.query.getTx(tx.transactionHash))?.code).toBe(0);
    });

    test("a wrong sequence is refused with the right one, and the next transaction works", async () => {
      const to = { from_address: bob.address, to_address: alice.address, amount: [{ denom: "uscrt", amount: "3" }] };
      const { account } = await bob.query.auth.account({ address: bob.address });
      const { account_number: accountNumber } = account as unknown as { account_number: string };
      const explicitSignerData = { accountNumber: Number(accountNumber), sequence: 9_999, chainId: CHAIN_ID };
      const { message } = await rejected(bob.tx.bank.send(to, { ...withGas(50_000), explicitSignerData }));
      expect(message).toMatch(/account sequence mismatch, expected [0-9]+, got 9999/);
      must(await bob.tx.bank.send(to, withGas(50_000)));
    });
  });
});
