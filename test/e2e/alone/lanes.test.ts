// SPDX-License-Identifier: Apache-2.0
import { toBase64 } from "@sotto/bytes";
import type { SecretNetworkClient } from "secretjs";
import { afterAll, afterEach, expect, test } from "vitest";
import { type Contract, clientOf, make, must, nativeBalance, store, withGas } from "../client.ts";
import { removeAll, rpc, STOP_MS, TestNode } from "../node.ts";

afterEach(removeAll);
afterAll(removeAll);

const filled = (length: number, value: number): string => toBase64(new Uint8Array(length).fill(value));
/** Uses all that a query may: seconds of a thread. */
const SLOW = {
  secp256k1_verify: { hash: filled(32, 1), signature: filled(64, 1), public_key: filled(33, 2), times: 100_000 },
};

const askSlow = (client: SecretNetworkClient, probe: Contract): Promise<string> =>
  client.query.compute.queryContract({ ...probe, query: SLOW }).then(JSON.stringify, ({ message }: Error) => message);

/** Asks so many of them at once: their answers, and how many have come. */
function burn(client: SecretNetworkClient, probe: Contract, times: number) {
  let ended = 0;
  const answers = Array.from({ length: times }, async () => {
    const answer = await askSlow(client, probe);
    ended++;
    return answer;
  });
  return {
    answers,
    get ended() {
      return ended;
    },
  };
}

test("queries, accounts and transactions do not wait for contracts that burn all that a query may", async () => {
  const node = await TestNode.start({ flags: ["--instant"] });
  const alice = clientOf(node, "a");
  const probe = await make(alice, await store(alice, "probe-v1"), { ops: [] });
  const slow = 6;
  const burning = burn(alice, probe, slow);
  await new Promise((resolve) => setTimeout(resolve, 100));

  await Promise.all(
    Array.from({ length: 10 }, async () => {
      expect(await nativeBalance(alice, alice.address)).toBeGreaterThan(0n);
      await alice.query.auth.account({ address: alice.address });
      await rpc(node, 'abci_query?path="/app/version"');
    }),
  );
  // One lane would have answered all of the slow ones first.
  expect(burning.ended).toBeLessThan(slow / 2);

  // Now a lane is there that no contract takes.
  const before = burning.ended;
  for (let i = 0; i < 10; i++) await nativeBalance(alice, alice.address);
  const params = { from_address: alice.address, to_address: alice.address, amount: [{ denom: "uscrt", amount: "1" }] };
  must(await alice.tx.bank.send(params, withGas(50_000)));
  expect(burning.ended - before).toBeLessThan(slow / 2);
  expect(burning.ended).toBeLessThan(slow);

  for (const answer of await Promise.all(burning.answers)) expect(answer).toContain("out of gas");
  expect(node.stderr).toBe("");
});

test("a contract's query waits for one that burns all it may, not for all that wait", async () => {
  const node = await TestNode.start({ flags: ["--instant"] });
  const alice = clientOf(node, "a");
  const code = await store(alice, "probe-v1");
  const burner = await make(alice, code, { ops: [] });
  const honest = await make(alice, code, { ops: [] });
  const burning = burn(alice, burner, 8);
  // By then they have all the lanes that they may have.
  while (burning.ended < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  const before = burning.ended;
  const query = { self_query: { depth: 0 } };
  for (let i = 0; i < 3; i++) expect(await alice.query.compute.queryContract({ ...honest, query })).toEqual(["bottom"]);
  expect(burning.ended - before).toBeLessThan(3);
  for (const answer of await Promise.all(burning.answers)) expect(answer).toContain("out of gas");
  expect(node.stderr).toBe("");
});

test.each(["inline", "worker"])(
  "it stops at once while lanes work and start, with the enclave %s",
  async (transport) => {
    const node = await TestNode.start({ flags: ["--instant", `--enclave=${transport}`] });
    const alice = clientOf(node, "a");
    const probe = await make(alice, await store(alice, "probe-v1"), { ops: [] });
    const answers = Array.from({ length: 8 }, () => askSlow(alice, probe));
    const cheap = nativeBalance(alice, alice.address).catch(() => undefined);
    // The second lane starts 100 ms after the first request waits, the third when it is there.
    await new Promise((resolve) => setTimeout(resolve, 400));
    const stopped = await node.stop("SIGTERM");
    expect(stopped).toMatchObject({ code: 0, signal: null });
    expect(stopped.ms).toBeLessThan(STOP_MS);
    await Promise.all([...answers, cheap]);
    expect(node.stderr).toBe("");
  },
);
