// SPDX-License-Identifier: Apache-2.0
import { inspect } from "node:util";
import { MsgExecuteContract, type SecretNetworkClient } from "secretjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wasm } from "../../../test/support/wasm.ts";
import {
  type ClientOptions,
  ContractClient,
  type ContractRef,
  type Deployed,
  deploy,
  InstanceRefused,
  MessageTooLong,
  QueryRefused,
  TransactionFailed,
  type TransactionPending,
  UnexpectedAnswer,
} from "../src/index.ts";
import { CHAIN_ID, openNetwork, type TestNetwork, token, tokenSetUp } from "./chain.ts";

let network: TestNetwork;
let alice: SecretNetworkClient;
let bob: SecretNetworkClient;
let contract: Deployed;
const quick: ClientOptions = { pollMs: 1 };

beforeAll(async () => {
  network = openNetwork();
  alice = network.client("a");
  bob = network.client("b");
  contract = await deploy(alice, token, tokenSetUp(alice.address), { label: "token", pollMs: 1 });
});
afterAll(() => network.close());

const of = (client: SecretNetworkClient, options: ClientOptions = quick) =>
  new ContractClient(client, contract, options);
const balanceOf = async (client: SecretNetworkClient): Promise<string> => {
  const answer = await of(client).permitQuery<{ balance: { amount: string } }>("balance", { balance: {} });
  return answer.balance.amount;
};

it("a client is not made of a missing client or contract", () => {
  const missing = [undefined, {}, Promise.resolve(contract)] as unknown as ContractRef[];
  for (const each of missing) expect(() => new ContractClient(alice, each)).toThrow("was an await left out?");
  const none = undefined as unknown as SecretNetworkClient;
  expect(() => new ContractClient(none, contract)).toThrow("no SecretNetworkClient of secret.js");
});

describe("a message", () => {
  it("takes effect, and its padded answer is decoded", async () => {
    const sent = await of(alice).execute("transfer", { recipient: bob.address, amount: "250" });
    expect(sent.answer).toEqual({ status: "success" });
    expect(sent.txHash).toMatch(/^[0-9A-F]{64}$/);
    expect(sent.gasUsed).toBeGreaterThan(30_000);
    expect(await balanceOf(bob)).toBe("250");
  });

  it("is bound, and its ciphertext has one length", async () => {
    const seen: unknown[] = [];
    const { compute } = alice.tx;
    const original = compute.executeContract;
    const lengths = new Set<number>();
    compute.executeContract = Object.assign(
      async (...args: Parameters<typeof original>) => {
        const [{ sender, contract_address, msg, code_hash = "" }] = args;
        seen.push(msg);
        // Reads secret.js's private encryption, to see what observers see.
        const utils: never = Reflect.get(alice, "encryptionUtils") as never;
        const { value } = await new MsgExecuteContract({ sender, contract_address, msg, code_hash }).toProto(utils);
        lengths.add((value as { readonly msg: Uint8Array }).msg.length);
        return original(...args);
      },
      { simulate: original.simulate },
    );
    try {
      await of(alice).executeSecret("transfer", { recipient: bob.address, amount: "1" });
      await of(alice).executeSecret("transfer", { recipient: bob.address, amount: "0", memo: "für dich" });
    } finally {
      compute.executeContract = original;
    }
    expect(seen[0]).toMatchObject({
      transfer: { bind: { contract: contract.address, sender: alice.address, chain_id: CHAIN_ID } },
    });
    // Nonce and key, then code hash and message with the tag of AES-SIV.
    expect([...lengths]).toEqual([64 + 64 + 768 + 16]);
  });

  it("that is too long is not sent", async () => {
    const before = network.requests.length;
    const memo = "m".repeat(2_000);
    await expect(of(alice).executeSecret("transfer", { recipient: bob.address, amount: "1", memo })).rejects.toThrow(
      MessageTooLong,
    );
    expect(network.requests).toHaveLength(before);
  });

  it("that fails says why, with codespace, code and advice", async () => {
    const failed = await of(bob)
      .executeSecret("transfer", { recipient: alice.address, amount: "100000" })
      .catch((thrown: unknown) => thrown);
    expect(failed).toBeInstanceOf(TransactionFailed);
    expect(failed).toMatchObject({
      codespace: "compute",
      code: 3,
      message: expect.stringMatching(
        /^"transfer" failed: insufficient funds: balance=\d+, required=100000 \(compute\/3\)\. the contract refused/,
      ),
    });
  });

  it("with too little gas says so", async () => {
    const poor = of(bob, { ...quick, gas: { transfer: 35_000 } });
    await expect(poor.executeSecret("transfer", { recipient: alice.address, amount: "1" })).rejects.toThrow(
      /"transfer" failed: .* \(used \d+ of 35000\) \(sdk\/11\)\. the gas limit is too low/,
    );
  });

  it("that the mempool refuses is an error of the same type", async () => {
    const cheap = of(bob, { ...quick, gasPrice: 0.0001 });
    await expect(cheap.executeSecret("transfer", { recipient: alice.address, amount: "1" })).rejects.toMatchObject({
      name: "TransactionFailed",
      codespace: "sdk",
      code: 13,
      message: expect.stringContaining("give a higher gas price"),
    });
  });

  it("that no block has in time may still take effect, and its hash is in the error", async () => {
    const carol = network.client("c");
    const waiting = new ContractClient(carol, contract, { pollMs: 1, timeoutMs: 1 });
    network.makesBlocks = false;
    const failed = await waiting.executeSecret("set_viewing_key", { key: "late" }).catch((thrown: unknown) => thrown);
    network.makesBlocks = true;
    expect(failed).toMatchObject({ name: "TransactionPending", txHash: expect.stringMatching(/^[0-9A-F]{64}$/) });
    // The next block has both.
    await of(alice).executeSecret("transfer", { recipient: bob.address, amount: "1" });
    const found = await carol.query.getTx((failed as TransactionPending).txHash);
    expect(found?.code).toBe(0);
  });

  it("waits for the account's message before it", async () => {
    const client = of(alice);
    const sends = [1, 2, 3].map((amount) =>
      client.executeSecret("transfer", { recipient: bob.address, amount: String(amount) }),
    );
    expect(await Promise.all(sends)).toEqual(Array(3).fill({ status: "success" }));
  });
});

describe("an answer", () => {
  let probe: ContractClient;
  const answerWith = (text: string, options = {}) =>
    probe.executeSecret("data", { data: Buffer.from(text).toString("base64") }, options);

  beforeAll(async () => {
    const made = await deploy(alice, wasm.v1, { ops: [] }, { label: "probe", pollMs: 1 });
    probe = new ContractClient(alice, made, quick);
  });

  it("that refuses is an error with the reason, or a result when the caller allows it", async () => {
    const refusal = `{"act":{"status":"refused","reason":"no free funds","n":"7"}}${" ".repeat(190)}`;
    const answer = { status: "refused", reason: "no free funds", n: "7" };
    await expect(answerWith(refusal)).rejects.toMatchObject({
      name: "ContractRefused",
      message: 'the contract refused "data": no free funds',
      action: "data",
      reason: "no free funds",
      answer,
      txHash: expect.stringMatching(/^[0-9A-F]{64}$/),
    });
    expect(await answerWith(refusal, { mayRefuse: true })).toEqual(answer);
  });

  it("is read with its padding; no answer is an empty object", async () => {
    expect(await answerWith(`{"act":{"status":"accepted"}}${" ".repeat(99)}`)).toEqual({ status: "accepted" });
    expect(await answerWith(" ".repeat(256))).toEqual({});
    expect(await answerWith("{}")).toEqual({});
    expect(await probe.executeSecret("noop", {})).toEqual({});
  });

  it("in another form is an error that does not show it", async () => {
    for (const text of ["secret text", '{"a":{},"b":{}}', '"secret text"', '["secret"]', '{"a":"secret text"}']) {
      const failed = await answerWith(text).catch((thrown: unknown) => thrown);
      expect(failed).toBeInstanceOf(UnexpectedAnswer);
      expect(String(failed)).not.toContain("secret");
    }
  });
});

describe("an instance", () => {
  const refused = async (at: ContractRef, options: ClientOptions = quick) => {
    const before = network.requests.length;
    const client = new ContractClient(alice, at, options);
    const attempts = [
      client.executeSecret("transfer", { recipient: bob.address, amount: "1" }),
      client.permitQuery("balance", { balance: {} }),
      client.sendToken(contract, 1n, { deposit: {} }),
      of(alice).sendToken(at, 1n, { deposit: {} }),
    ];
    const results = await Promise.allSettled(attempts);
    for (const result of results) {
      expect(result.status === "rejected" && result.reason).toBeInstanceOf(InstanceRefused);
    }
    expect(network.requests).toHaveLength(before);
    return String((results[0] as PromiseRejectedResult).reason.message);
  };

  it("with another code is refused before anything is sent", async () => {
    expect(await refused({ ...contract, codeHash: "ab".repeat(32) })).toContain(`not ${"ab".repeat(32)}`);
  });

  it("with an admin is refused, unless it is allowed", async () => {
    const { codeId: code_id, codeHash: code_hash } = contract;
    const made = await alice.tx.compute.instantiateContract(
      {
        sender: alice.address,
        code_id,
        code_hash,
        label: "with an admin",
        init_msg: tokenSetUp(alice.address),
        admin: bob.address,
      },
      { gasLimit: 500_000, broadcastCheckIntervalMs: 1 },
    );
    const address = made.arrayLog?.find(({ key }) => key === "contract_address")?.value ?? "";
    expect(await refused({ address, codeHash: code_hash })).toContain(`has the admin ${bob.address}`);
    const trusting = new ContractClient(alice, { address, codeHash: code_hash }, { ...quick, allowAdmin: true });
    await trusting.executeSecret("transfer", { recipient: bob.address, amount: "1" });
  });

  it("that is not there is refused", async () => {
    await expect(new ContractClient(alice, { ...contract, address: bob.address }).checkInstance()).rejects.toThrow(
      /no contract|not found/,
    );
  });

  it("of the deploy helper has no admin, also when the caller tries to set one", async () => {
    const options = { label: "no admin", pollMs: 1, admin: alice.address };
    const made = await deploy(alice, token, tokenSetUp(alice.address), options);
    const { contract_info } = await alice.query.compute.contractInfo({ contract_address: made.address });
    expect(contract_info?.admin).toBe("");
  });
});

describe("permits and viewing keys", () => {
  it("are signed once for each permission", async () => {
    const { permit } = bob.utils.accessControl;
    const original = permit.sign;
    let signed = 0;
    permit.sign = (...args) => {
      signed++;
      return original.apply(permit, args);
    };
    try {
      const client = of(bob);
      for (let i = 0; i < 3; i++) await client.permitQuery("balance", { balance: {} });
      await client.permitQuery("history", { transfer_history: { page_size: 1 } });
    } finally {
      permit.sign = original;
    }
    expect(signed).toBe(2);
  });

  it("do not work for another permission, and the contract's words arrive", async () => {
    const refused = await of(bob)
      .permitQuery("history", { balance: {} })
      .catch((thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(QueryRefused);
    expect(refused).toHaveProperty("reason", 'the permit does not give the permission "balance"');
  });

  it("end when they are revoked; the next one has another name", async () => {
    const client = of(bob);
    await client.permitQuery("balance", { balance: {} });
    await client.revokePermits();
    expect(await client.permitQuery("balance", { balance: {} })).toHaveProperty("balance");
  });

  it("are not shown by logs", async () => {
    const client = of(bob);
    await client.permitQuery("balance", { balance: {} });
    const key = await client.createViewingKey();
    expect(await client.viewingKeyQuery(key, "balance")).toHaveProperty("balance");
    const shown = [inspect({ client, key }, { depth: 9 }), JSON.stringify({ key }), `${key}`].join();
    expect(shown).not.toContain(key.expose());
    expect(shown).not.toContain("permit_name");
    await expect(of(alice).viewingKeyQuery(key, "balance")).rejects.toThrow(QueryRefused);
  });
});

describe("tokens with a hook message", () => {
  it("have one length, and the hook's failure undoes the transfer", async () => {
    const lengths = new Set<number>();
    const { compute } = bob.tx;
    const original = compute.executeContract;
    compute.executeContract = Object.assign(
      async (...args: Parameters<typeof original>) => {
        lengths.add(JSON.stringify(args[0].msg).length);
        return original(...args);
      },
      { simulate: original.simulate },
    );
    const before = await balanceOf(bob);
    try {
      // The token itself knows no "receive", so the call fails.
      for (const amount of [1n, 2n]) {
        await expect(of(bob).sendToken(contract, amount, { deposit: {} })).rejects.toThrow(TransactionFailed);
      }
    } finally {
      compute.executeContract = original;
    }
    expect([...lengths]).toEqual([1_024]);
    expect(await balanceOf(bob)).toBe(before);
  });

  it("take the gas limit of their hook message, or else of send", async () => {
    const limits: unknown[] = [];
    const { compute } = bob.tx;
    const original = compute.executeContract;
    compute.executeContract = Object.assign(
      async (...args: Parameters<typeof original>) => {
        limits.push(args[1]?.gasLimit);
        return original(...args);
      },
      { simulate: original.simulate },
    );
    const client = of(bob, { ...quick, gas: { send: 150_000, deposit: 160_000 } });
    try {
      await expect(client.sendToken(contract, 1n, { deposit: {} })).rejects.toThrow(TransactionFailed);
      await expect(client.sendToken(contract, 1n, { lock: {} })).rejects.toThrow(TransactionFailed);
      await expect(client.sendToken(contract, 1n, { lock: {} }, { gas: 170_000 })).rejects.toThrow(TransactionFailed);
    } finally {
      compute.executeContract = original;
    }
    expect(limits).toEqual([160_000, 150_000, 170_000]);
  });

  it("need exactly one action", async () => {
    await expect(of(bob).sendToken(contract, 1n, {})).rejects.toThrow("one action");
    await expect(of(bob).sendToken(contract, 1n, { a: {}, b: {} })).rejects.toThrow("one action");
  });
});
