// SPDX-License-Identifier: Apache-2.0
import { loadNetwork, type NetworkNode, nodesOf } from "../src/files.ts";

export { init, must, network, type Output, type Running, startNetwork } from "../../../test/support/networkCommand.ts";

/** A node of the network in a folder. Throws EnvironmentFault for an unknown number. */
export function nodeOf(home: string, number: number): NetworkNode {
  const [node] = nodesOf(loadNetwork(home), [number]);
  if (node === undefined) throw new Error(`no node ${number}`);
  return node;
}
