// SPDX-License-Identifier: Apache-2.0
import { copyFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fromBase64, toBase64, toHex } from "@sotto/bytes";
import { createValidatorSet, encodeBlock, evidenceHash, partSet, VoteFlag, verifyCommit } from "@sotto/comet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeComet, type TestComet } from "../../../../test/support/cometbft.ts";
import {
  type BlockSource,
  cometFiles,
  cometIdentity,
  configureComet,
  type DecidedParts,
  rpcSource,
  storeSource,
  writeCometGenesis,
} from "../../src/index.ts";

// Three validators, and a fourth node that signs with the key of the third one: their double votes
// come into blocks. A source must give such a block complete, so that its parts have the hash that
// the commit names.

const POWERS = [10n, 10n, 5n];
const nodes: TestComet[] = [];

const keyOf = (node: TestComet) => {
  const { validatorAddress: address, validatorPublicKey: bytes } = cometIdentity(node.home);
  return { address, publicKey: { type: "ed25519", bytes } } as const;
};

const genesis = (): string => {
  const validators = POWERS.map((power, i) => {
    const { address, publicKey } = keyOf(nodes[i] as TestComet);
    const value = toBase64(publicKey.bytes);
    const key = { type: "tendermint/PubKeyEd25519", value };
    return { address: toHex(address).toUpperCase(), pub_key: key, power: String(power), name: "" };
  });
  return JSON.stringify({ genesis_time: "2026-01-01T00:00:00Z", chain_id: "double-1", validators, app_hash: "" });
};

beforeAll(async () => {
  for (let i = 0; i < 4; i++)
    nodes.push(await makeComet({ other: { "consensus.peer_gossip_sleep_duration": "20ms" } }));
  const [, , honest, second] = nodes as [TestComet, TestComet, TestComet, TestComet];
  copyFileSync(cometFiles(honest.home).validatorKey, cometFiles(second.home).validatorKey);
  const text = genesis();
  for (const node of nodes) {
    writeCometGenesis(node.home, text);
    configureComet(node.home, { persistentPeers: nodes.filter((each) => each !== node).map(({ peer }) => peer) });
    await node.start();
  }
  await Promise.all(nodes.map((node) => node.reached(5)));
});

afterAll(async () => {
  for (const node of nodes) await node.remove();
});

/** The height of the first block with evidence. */
async function heightOfEvidence(node: TestComet): Promise<number> {
  for (let height = 1; ; height++) {
    await node.reached(height);
    const { result } = await node.ask(`/block?height=${height}`);
    if ((result?.["block"]?.["evidence"]?.["evidence"]?.length ?? 0) > 0) return height;
  }
}

async function mustFind(source: BlockSource, node: TestComet, height: number): Promise<DecidedParts> {
  const found = await source.find(height, await node.hashAt(height));
  if (found === undefined) throw new Error(`${source.name} does not have block ${height}`);
  return found;
}

/** The commit names the hash of the parts: of header, transactions, evidence and last commit. */
async function assertComplete(parts: DecidedParts, node: TestComet): Promise<void> {
  const { header, lastCommit, evidence, commit } = parts;
  const { result } = await node.ask(`/block?height=${header.height}`);
  const txs = [...(result?.["block"]?.["data"]?.["txs"] ?? [])].map((tx) => fromBase64(tx) as Uint8Array);
  expect(partSet(encodeBlock({ header, txs, evidence, lastCommit })).header).toEqual(commit.blockId.parts);
}

describe("a network of several validators", () => {
  test("gives each node a commit of more than two thirds, before all have signed or after", async () => {
    const set = createValidatorSet(
      nodes.slice(0, 3).map((node, i) => ({ ...keyOf(node), votingPower: POWERS[i] as bigint })),
    );
    for (const node of nodes) {
      // The set of the first blocks: the application takes power from who votes twice.
      const { header, commit } = await mustFind(rpcSource(node.rpc), node, 3);
      verifyCommit(header.chainId, set, commit.blockId, 3, commit);
    }
  });

  test("gives the newest block, whose commit is not canonical yet", async () => {
    const [node] = nodes as [TestComet];
    const source = rpcSource(node.socket);
    for (let i = 0; i < 20; i++) {
      const height = await node.reached(0);
      const found = await mustFind(source, node, height);
      await assertComplete(found, node);
      expect(found.commit.signatures.filter(({ flag }) => flag === VoteFlag.commit).length).toBeGreaterThanOrEqual(2);
      await sleep(20);
    }
  });

  test("gives a block with evidence of a double vote, over RPC and from the block store", async () => {
    const [node] = nodes as [TestComet];
    const height = await heightOfEvidence(node);
    for (const source of [rpcSource(node.rpc), storeSource(cometFiles(node.home).blockStore)]) {
      const found = await mustFind(source, node, height);
      expect(found.evidence).toHaveLength(1);
      expect(found.evidence[0]?.kind).toBe("duplicateVote");
      expect(evidenceHash(found.evidence)).toEqual(found.header.evidenceHash);
      await assertComplete(found, node);
      await source.release();
    }
  });
});
