import { readFileSync } from "node:fs";
import { toHex } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { Wallet } from "secretjs";
import { describe, expect, test } from "vitest";
import { builtBytes, CHAIN_ID, Chain, CONTRACT, checked } from "./chain.ts";

// The public LocalSecret account `a`.
const WALLET = new Wallet(
  "grant rice replace explain federal release fix clever romance raise often wild taxi quarter soccer fiber love must tape steak together observe swap guitar",
);
const ALICE = WALLET.address;
const BOB = "secret1fc3fzy78ttp0lwuujw7e52rhspxn8uj52zfyne";
const CAROL = "secret1ajz54hz8azwuy34qwy9fkjnfcrvf0dzswy0lqq";

const TOKEN = {
  name: "Private",
  symbol: "PRV",
  decimals: 6,
  prng_seed: "c2VlZA==",
  supported_denoms: ["uscrt"],
};

function newToken(amount = "1000"): Chain {
  const chain = new Chain("private-token");
  expect(chain.call("instantiate", ALICE, { ...TOKEN, initial_balances: [{ address: ALICE, amount }] }).result).toMatchObject({ Ok: { messages: [], data: null } });
  return chain;
}

describe("every built contract", () => {
  const sums = readFileSync(new URL("../built/SHA256SUMS", import.meta.url), "utf8")
    .trim()
    .split("\n");

  test.each(sums)("has the listed hash: %s", (line) => {
    const [sum, file] = line.split("  ");
    expect(toHex(sha256(builtBytes(file ?? "")))).toBe(sum);
  });

  // The goal is 350,000. Each has a bound just above its size (ADR 116).
  test.each([
    ["auction", 298_000],
    ["ballot", 300_000],
    ["content", 345_000],
    ["exchange", 285_000],
    ["private-token", 344_000],
  ])("stays small: %s has at most %d bytes", (name, most) => {
    expect(builtBytes(`${name}.wasm`).length).toBeLessThanOrEqual(most);
  });

  test.each([
    ["private-token", "v1", ["random"]],
    ["auction", "v1", ["random"]],
    ["ballot", "v1", ["random"]],
    ["probe-v1", "v1", ["random", "staking", "stargate"]],
    ["probe-v010", "v010", []],
  ])("passes the checks of an upload: %s", (name, dialect, features) => {
    const code = checked(name);
    expect([code.dialect, [...code.features].sort(), code.isIbcCapable]).toEqual([dialect, features, false]);
  });
});

describe("private-token in the engine", () => {
  test("moves tokens and tells their history with real addresses", () => {
    const chain = newToken();
    const sent = chain.call("execute", ALICE, {
      transfer: { recipient: BOB, amount: "7", memo: "🍆", decoys: [CAROL] },
    });
    expect(sent.data?.length).toBe(256);
    expect(JSON.parse(sent.data ?? "")).toEqual({ transfer: { status: "success" } });
    chain.call("execute", BOB, { set_viewing_key: { key: "k" } });
    expect(chain.query({ balance: { address: BOB, key: "k" } })).toEqual({ balance: { amount: "7" } });
    expect(chain.query({ balance: { address: CAROL, key: "k" } })).toHaveProperty("viewing_key_error");
    expect(chain.query({ transfer_history: { address: BOB, key: "k", page_size: 5 } })).toMatchObject({
      transfer_history: { total: 1, txs: [{ from: ALICE, sender: ALICE, receiver: BOB, memo: "🍆" }] },
    });
  });

  test("answers a permit that secretjs signed, and no other", async () => {
    const chain = newToken();
    const permit = await sign(["balance"], "a & b");
    const ask = (query: object) => chain.call("query", "", { with_permit: { permit, query } });
    expect(JSON.parse(ask({ balance: {} }).data ?? "")).toEqual({ balance: { amount: "1000" } });
    expect(ask({ transfer_history: { page_size: 1 } }).result?.Err).toContain("does not give the permission");
    chain.call("execute", ALICE, { revoke_permit: { permit_name: "a & b" } });
    expect(ask({ balance: {} }).result?.Err).toBe("Generic error: the permit was revoked");
    const other = await sign(["balance"], "other", BOB);
    expect(chain.call("query", "", { with_permit: { permit: other, query: { balance: {} } } }).result?.Err).toContain(
      "not for this token",
    );
  });

  test("amounts of 39 digits cost the same to the last instruction", () => {
    const costs = [0n, 1n, 9n, 10n ** 16n, 2n ** 64n, 10n ** 38n, 2n ** 128n - 1n].map((amount) => {
      // Each in a new chain, because the memory of an account's history has an influence.
      const chain = newToken(String(2n ** 128n - 1n));
      const { gas, result } = chain.call("execute", ALICE, {
        transfer: { recipient: BOB, amount: String(amount).padStart(39, "0") },
      });
      expect(result?.Err).toBeUndefined();
      return gas;
    });
    expect(new Set(costs).size).toBe(1);
  });

  test("refuses foreign and broken addresses", () => {
    const chain = newToken();
    for (const recipient of ["cosmos1vqpjljwsynsn58dugz0w8ut7kun7t8ls2qkmsq", `${BOB}x`, ""]) {
      expect(chain.call("execute", ALICE, { transfer: { recipient, amount: "1" } }).result?.Err).toContain(
        "canonicalize",
      );
    }
  });
});

describe("the probes in the engine", () => {
  test.each([
    ["probe-v1", "instantiate", "execute"],
    ["probe-v010", "instantiate", "execute"],
  ] as const)("%s keeps, tells and fails", (name, instantiate, execute) => {
    const chain = new Chain(name);
    chain.call(instantiate, ALICE, { ops: [{ set: { key: "k", value: "v" } }] });
    expect(chain.query({ get: { key: "k" } })).toEqual(["v"]);
    expect(chain.call("query", "", { set: { key: "k", value: "w" } }).abort).toBe("unauthorizedWrite");
    expect(chain.call(execute, ALICE, { loop: { kind: "cpu" } }).abort).toBe("outOfGas");
    expect(chain.call(execute, ALICE, { panic: { text: "x" } }).abort).toBe("contractPanic");
    expect(chain.call(execute, ALICE, { recurse: {} }).abort).toBeDefined();
    expect(chain.call(execute, ALICE, { alloc: { bytes: 13_631_488 } }).abort).toBeDefined();
    expect(chain.call(execute, ALICE, { raw_result: { bytes: "e30=" } }).result).toEqual({});
    expect(chain.query({ recurse: { depth: 10 } })).toHaveLength(1);
  });
});

async function sign(permissions: string[], name: string, token = CONTRACT): Promise<object> {
  const { signature } = await WALLET.signAmino(ALICE, {
    chain_id: CHAIN_ID,
    account_number: "0",
    sequence: "0",
    fee: { amount: [{ denom: "uscrt", amount: "0" }], gas: "1" },
    msgs: [{ type: "query_permit", value: { permit_name: name, allowed_tokens: [token], permissions } }],
    memo: "",
  });
  return { params: { permit_name: name, allowed_tokens: [token], chain_id: CHAIN_ID, permissions }, signature };
}
