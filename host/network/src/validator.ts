// SPDX-License-Identifier: Apache-2.0
import { cometCalls, cometIdentity } from "@sotto/cometbft";
import { EnvironmentFault } from "@sotto/errors";
import { STAKE, signCreateValidator } from "@sotto/local";
import { loadNetwork, nodePaths, nodesOf, rpcUrl } from "./files.ts";
import { sendAs } from "./send.ts";

export interface ValidatorOptions {
  readonly home: string;
  readonly number: number;
  /** Name of a funded account of the developer's genesis. */
  readonly from: string;
  /** In uscrt; undefined: that of a genesis validator. */
  readonly stake: bigint | undefined;
}

/**
 * Makes a running full node a validator: an account of the developer's genesis signs the staking
 * transaction. Returns the hash of the transaction in a block. Throws EnvironmentFault.
 */
export async function makeValidator({ home, number, from, stake = STAKE }: ValidatorOptions): Promise<string> {
  const network = loadNetwork(home);
  const [node] = nodesOf(network, [number]);
  if (node === undefined) throw new EnvironmentFault(`the network has no node ${number}`);
  const calls = cometCalls(rpcUrl(node));
  try {
    const { isCatchingUp, height } = await calls.status();
    if (isCatchingUp) {
      throw new EnvironmentFault(
        `node ${number} is at block ${height} and still catches up; a validator that does so is jailed: wait until sotto network status says "in step"`,
      );
    }
  } finally {
    calls.close();
  }
  const consensusKey = cometIdentity(nodePaths(home, number).comet).validatorPublicKey;
  return sendAs(node, network.chainId, from, (signing) =>
    signCreateValidator({ ...signing, moniker: node.moniker, consensusKey, stake }),
  );
}
