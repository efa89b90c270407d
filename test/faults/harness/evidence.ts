// SPDX-License-Identifier: Apache-2.0
/** Two votes of a validator for different blocks of a height, signed with the key of its folder. */
import { readFileSync } from "node:fs";
import { fromBase64, fromHex, fromUtf8, toBase64, toHex } from "@sotto/bytes";
import { parseTime, VoteType, voteSignBytes } from "@sotto/comet";
import { Ed25519Key, sha256 } from "@sotto/crypto";
import type { Cluster } from "./cluster.ts";

interface Shown {
  readonly address: string;
  readonly voting_power: string;
}

/**
 * Evidence against a validator for a height, as `broadcast_evidence` of CometBFT's RPC takes it.
 */
async function doubleVote(cluster: Cluster, number: number, height: number): Promise<object> {
  const { address, priv_key } = JSON.parse(readFileSync(cluster.validatorKey(number), "utf8")) as {
    readonly address: string;
    readonly priv_key: { readonly value: string };
  };
  const key = new Ed25519Key((fromBase64(priv_key.value) as Uint8Array).slice(0, 32));
  const set = (await cluster.ask(1, `validators?height=${height}`))?.["validators"] as unknown as readonly Shown[];
  const index = set.findIndex((each) => each.address === address);
  const time = (await cluster.ask(1, `header?height=${height}`))?.["header"]?.["time"] as string;
  const timestamp = parseTime(time);
  if (timestamp === undefined || index < 0) throw new Error(`node ${number} is no validator of height ${height}`);
  const vote = (seed: string): { readonly block_id: { readonly hash: string } } => {
    const hash = sha256(fromUtf8(seed));
    const blockId = { hash, parts: { total: 1, hash } };
    const signed = { type: VoteType.precommit, height, round: 0, blockId, timestamp };
    const shown = toHex(hash).toUpperCase();
    return {
      ...{ type: 2, height: String(height), round: 0, timestamp: time, validator_index: index },
      block_id: { hash: shown, ...{ parts: { total: 1, hash: shown } } },
      ...{ validator_address: address, signature: toBase64(key.sign(voteSignBytes(cluster.chainId, signed))) },
      ...{ extension: "", extension_signature: "" },
    };
  };
  const [a, b] = [vote("one"), vote("two")].sort((x, y) => (x.block_id.hash < y.block_id.hash ? -1 : 1));
  const total = set.reduce((sum, each) => sum + Number(each.voting_power), 0);
  const value = {
    ...{ vote_a: a, vote_b: b, TotalVotingPower: String(total) },
    ...{ ValidatorPower: set[index]?.voting_power, Timestamp: time },
  };
  return { type: "tendermint/DuplicateVoteEvidence", value };
}

/** Gives CometBFT evidence of a double vote. Throws with its answer when it is refused. */
export async function accuse(cluster: Cluster, number: number, height: number): Promise<void> {
  const evidence = await doubleVote(cluster, number, height);
  const response = await fetch(cluster.rpc(1), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "broadcast_evidence", params: { evidence } }),
  });
  const { error } = (await response.json()) as { readonly error?: object };
  if (error !== undefined) throw new Error(`the evidence is refused: ${JSON.stringify(error)}`);
}

/** The consensus address of a validator. */
export function consensusAddressOf(cluster: Cluster, number: number): Uint8Array {
  const { address } = JSON.parse(readFileSync(cluster.validatorKey(number), "utf8")) as { readonly address: string };
  return fromHex(address.toLowerCase()) as Uint8Array;
}
