// SPDX-License-Identifier: Apache-2.0
/** A validator of a network that signs two blocks of one height. */
import { copyFileSync } from "node:fs";
import { formatAddress, prefix } from "@sotto/address";
import { cometFiles, cometIdentity } from "@sotto/cometbft";
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
} from "./client.ts";
import { removeAll, until } from "./node.ts";
import { Pair } from "./pair.ts";

const CHAIN = "net-3";
const KEY = "key of a";
/** Two fifths of the first validator's: it proposes often, and the first decides alone. */
const STAKE = "40000000000000000";
const pairs: Pair[] = [];
let client: SecretNetworkClient;
let token: Contract;

async function join(options: Parameters<typeof Pair.make>[1]): Promise<Pair> {
  const pair = await Pair.make(CHAIN, options);
  pairs.push(pair);
  return pair;
}

const setSize = async ({ comet }: Pair): Promise<number> =>
  Number((await comet.ask("/validators")).result?.["total"] ?? 0);

const untilSize = (pair: Pair, size: number) =>
  until(async () => ((await setSize(pair)) === size ? size : undefined), 120_000);

const appHashAt = async ({ comet }: Pair, height: number) => {
  await comet.reached(height);
  return (await comet.ask(`/commit?height=${height}`)).result?.["signed_header"]?.["header"]?.["app_hash"];
};

beforeAll(async () => {
  const first = await join({});
  await first.start();
  client = clientOf(first.node, "a", { chainId: CHAIN });
  token = await make(client, await store(client, "private-token"), tokenInit(client.address));
  must(await execute(client, token, { set_viewing_key: { key: KEY } }));
  const second = await join({ peer: first });
  await second.start();
  const { validatorPublicKey } = cometIdentity(second.comet.home);
  await createValidator(client, validatorPublicKey, "second", STAKE);
  await untilSize(first, 2);
}, 300_000);

afterAll(async () => {
  await removeAll();
  for (const { comet } of pairs) await comet.remove();
});

describe("a validator with two nodes that sign", { timeout: 300_000 }, () => {
  test("is tombstoned by the evidence in a block, loses stake, and leaves the set of CometBFT", async () => {
    const [first, second] = pairs as [Pair, Pair];
    const twin = await join({ peer: first });
    copyFileSync(cometFiles(second.comet.home).validatorKey, cometFiles(twin.comet.home).validatorKey);
    await twin.start();
    await untilSize(first, 1);
    const { validatorAddress } = cometIdentity(second.comet.home);
    const cons_address = formatAddress(validatorAddress, prefix.consensus);
    const { val_signing_info } = await client.query.slashing.signingInfo({ cons_address });
    expect(val_signing_info?.tombstoned).toBe(true);
    const { validators = [] } = await client.query.staking.validators({});
    const found = validators.find(({ description }) => description?.moniker === "second");
    expect(found?.jailed).toBe(true);
    expect(BigInt(found?.tokens ?? STAKE)).toBeLessThan(BigInt(STAKE));
  });

  test("the others go on to equal hashes, and their enclaves have followed the changes of the set", async () => {
    const [first, second] = pairs as [Pair, Pair];
    const height = (await first.comet.reached(1)) + 3;
    expect(await appHashAt(second, height)).toBe(await appHashAt(first, height));
    for (const { node } of [first, second]) {
      const there = clientOf(node, "a", { chainId: CHAIN });
      expect(await tokenBalance(there, token, client.address, KEY)).toBe(1_000_000n);
    }
    must(await execute(client, token, { transfer: { recipient: client.address, amount: "1" } }));
  });
});
