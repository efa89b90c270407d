// SPDX-License-Identifier: Apache-2.0
/**
 * A trial gives the answer of the whole request or no answer, independent of a contract's reaction
 * to the end of its gas.
 */
import { create } from "@bufbuild/protobuf";
import { TrialOver } from "@sotto/app";
import { toBase64, toHex } from "@sotto/bytes";
import { encode } from "@sotto/codec";
import { pack } from "@sotto/contract-test/parts";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { SimulateRequestSchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { Query, QuerySecretContractRequestSchema } from "@sotto/proto/secret.compute.v1beta1";
import { afterAll, expect, it } from "vitest";
import { deploy } from "../support/contract.ts";
import { a, b, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

const chain = new TestChain();
const probe = deploy(chain, wasm.v1, { ops: [] });
afterAll(() => chain.close());

const filled = (length: number, value: number): string => toBase64(new Uint8Array(length).fill(value));
const verify = (times: number) => ({
  secp256k1_verify: { hash: filled(32, 1), signature: filled(64, 1), public_key: filled(33, 2), times },
});
/** A message to a contract that queries itself and returns the answer, also an error. */
const caught = (message: unknown) => {
  const msg = toBase64(new TextEncoder().encode(JSON.stringify(message)));
  const smart = { contract_addr: probe.address, code_hash: probe.codeHash, msg };
  return { query: { request: JSON.stringify({ wasm: { smart } }) } };
};

/** The outcome as one text; undefined: the trial was aborted. */
function outcomeOf(run: () => unknown): string | undefined {
  try {
    return JSON.stringify(run(), (_key, value) =>
      value instanceof Uint8Array ? toHex(value) : typeof value === "bigint" ? String(value) : value,
    );
  } catch (thrown) {
    if (thrown instanceof TrialOver) return undefined;
    return `${thrown}`;
  }
}

/** Runs with every step of gas up to `most`; counts aborted and answered trials. */
function sweep(most: number, run: (trial?: number) => unknown) {
  const whole = outcomeOf(() => run());
  const step = Math.ceil(most / 150);
  const count = { over: 0, answered: 0 };
  for (let trial = 0; trial <= most; trial += step) {
    const outcome = outcomeOf(() => run(trial));
    if (outcome !== undefined) expect([trial, outcome]).toEqual([trial, whole]);
    count[outcome === undefined ? "over" : "answered"]++;
  }
  return count;
}

const route = chain.queries.routes.get(`/${Query.typeName}/${Query.method.querySecretContract.name}`);
if (route === undefined) throw new Error("no route of smart queries");
const requestOf = (message: unknown) => {
  const { wire } = chain.client.encrypt(probe.codeHash, message);
  const request = create(QuerySecretContractRequestSchema, { contractAddress: probe.address, query: wire });
  return encode(QuerySecretContractRequestSchema, request);
};

it.each([
  ["is short", { self_query: { depth: 0 } }, 30_000],
  ["computes", verify(400), 80_000],
  ["asks itself nine times over", { self_query: { depth: 9 } }, 300_000],
  ["catches the end of gas in its own query", caught(verify(400)), 120_000],
  ["catches the end of gas two levels below", caught(caught(verify(400))), 150_000],
  ["fails", { nothing: {} }, 40_000],
  ["queries a contract that does not exist", { smart: { contract: b.address, code_hash: "00", msg: "{}" } }, 60_000],
])("a query that %s", (_what, message, most) => {
  const request = requestOf(message);
  const { over, answered } = sweep(most, (trial) => chain.queries.run(route, request, 0, trial));
  expect(over).toBeGreaterThan(10);
  expect(answered).toBeGreaterThan(10);
  const path = `/${Query.typeName}/${Query.method.querySecretContract.name}`;
  const byAbci = { path, data: request, height: 0, prove: false };
  expect(sweep(most, (trial) => chain.queries.query(byAbci, [], trial))).toEqual({ over, answered });
});

it("a simulation", () => {
  const amount = [{ denom: "uscrt", amount: "1" }];
  const tx = chain.tx(a, [pack(MsgSendSchema, { fromAddress: a.address, toAddress: b.address, amount })]);
  const counts = sweep(120_000, (trial) => chain.queries.simulate(tx, [], trial));
  expect(counts.over).toBeGreaterThan(10);
  expect(counts.answered).toBeGreaterThan(10);
  const data = encode(SimulateRequestSchema, create(SimulateRequestSchema, { txBytes: tx }));
  const path = "/cosmos.tx.v1beta1.Service/Simulate";
  expect(sweep(120_000, (trial) => chain.queries.query({ path, data, height: 0, prove: false }, [], trial))).toEqual(
    counts,
  );
  const app = { path: "/app/simulate", data: tx, height: 0, prove: false };
  expect(sweep(120_000, (trial) => chain.queries.query(app, [], trial))).toEqual(counts);
});
