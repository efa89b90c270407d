// SPDX-License-Identifier: Apache-2.0
/** A second node gets the network's keys through the chain, follows it, and becomes a validator. */
import { fromBase64 } from "@sotto/bytes";
import { cometIdentity } from "@sotto/cometbft";
import type { SecretNetworkClient } from "secretjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Contract,
  clientOf,
  createValidator,
  execute,
  make,
  must,
  store,
  tokenBalance,
  tokenInit,
  withGas,
} from "./client.ts";
import { removeAll, until } from "./node.ts";
import { Pair } from "./pair.ts";

const CHAIN = "net-2";
const KEY = "key of a";
let first: Pair;
let second: Pair;
let client: SecretNetworkClient;
let token: Contract;

beforeAll(async () => {
  first = await Pair.make(CHAIN, { keys: "found" });
  await first.start();
  client = clientOf(first.node, "a", { chainId: CHAIN });
  token = await make(client, await store(client, "private-token"), tokenInit(client.address));
  must(await execute(client, token, { set_viewing_key: { key: KEY } }));
  second = await Pair.make(CHAIN, { keys: "network", peer: first });
}, 240_000);

afterAll(async () => {
  await removeAll();
  await first?.comet.remove();
  await second?.comet.remove();
});

const appHashAt = async ({ comet }: Pair, height: number) =>
  (await comet.ask(`/commit?height=${height}`)).result?.["signed_header"]?.["header"]?.["app_hash"];

describe("a node that joins a network", { timeout: 300_000 }, () => {
  test("does not start without keys, and says how to get them", async () => {
    const node = await second.startNode();
    await expect(node.ready()).rejects.toThrow("has no keys of the network: for a new network run sotto enclave found");
  });

  test("gets no keys before the chain has its certificate", async () => {
    await second.enclave("create");
    await expect(second.enclave("receive", "--from", first.node.rest)).rejects.toThrow(
      "Node has not been authenticated yet",
    );
  });

  test("gets them after its registration, and follows the chain from its genesis", async () => {
    const { certificate = "" } = await second.enclave("create");
    const registered = await client.tx.registration.register(
      { sender: client.address, certificate: fromBase64(certificate) ?? new Uint8Array(0) },
      withGas(500_000),
    );
    must(registered);
    const keys = await second.enclave("receive", "--from", first.node.rest);
    expect(keys["ioPublicKey"]).toMatch(/^[0-9a-f]{64}$/);
    await second.start();
    const height = await first.comet.reached(1);
    await second.comet.reached(height);
    expect(await appHashAt(second, height)).toBe(await appHashAt(first, height));
  });

  test("answers private queries as the first node", async () => {
    const there = clientOf(second.node, "a", { chainId: CHAIN });
    expect(await tokenBalance(there, token, client.address, KEY)).toBe(1_000_000n);
  });

  test("becomes a validator by a staking transaction, and signs blocks", async () => {
    const { validatorPublicKey } = cometIdentity(second.comet.home);
    await createValidator(client, validatorPublicKey, "second", "100000000000");
    const size = await until(async () => {
      const { result } = await first.comet.ask("/validators");
      return Number(result?.["total"]) === 2 ? 2 : undefined;
    }, 60_000);
    expect(size).toBe(2);
  });
});
