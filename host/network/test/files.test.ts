// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { abciAddress, loadNetwork, type Network, networkFile, nodesOf, saveNetwork } from "../src/files.ts";
import { portsAt } from "../src/ports.ts";

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "sotto-network-"));
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

const node = (number: number) => ({
  number,
  moniker: `sotto-${number}`,
  isGenesisValidator: true,
  ports: portsAt(20_000, number),
});
const network: Network = { chainId: "net-1", blockTimeMs: 300, snapshotInterval: 50, nodes: [node(1), node(2)] };

describe("network.json", () => {
  it("is read back as it was written", () => {
    saveNetwork(home, network);
    expect(loadNetwork(home)).toEqual(network);
  });

  it("is asked for with the command that makes it when the folder has none", () => {
    expect(() => loadNetwork(home)).toThrow(
      `${home} is not the folder of a network: ${networkFile(home)} does not exist; make one with: sotto network init --home DIR`,
    );
  });

  it.each([
    ["{", "cannot be read: "],
    ["[]", "it has form undefined, and this program reads form 1"],
    ["7", "it is not an object"],
    ['{"form":2}', "it has form 2"],
    ['{"form":1,"chainId":7}', "chainId or blockTimeMs is missing"],
    ['{"form":1,"chainId":"a","blockTimeMs":1,"nodes":[]}', "it has no nodes"],
    ['{"form":1,"chainId":"a","blockTimeMs":1,"nodes":[{"number":2}]}', "node 1 has the number 2"],
    ['{"form":1,"chainId":"a","blockTimeMs":1,"nodes":[{"number":1}]}', "node 1 lacks moniker or isGenesisValidator"],
    [
      '{"form":1,"chainId":"a","blockTimeMs":1,"nodes":[{"number":1,"moniker":"a","isGenesisValidator":true,"ports":{"p2p":0}}]}',
      "a node has no valid ports",
    ],
  ])("that is damaged (%s) is refused with the reason and a remedy", (text, reason) => {
    writeFileSync(networkFile(home), text);
    expect(() => loadNetwork(home)).toThrow(reason);
    expect(() => loadNetwork(home)).toThrow("restore it from a backup");
  });
});

describe("the nodes of a network", () => {
  it("are all without numbers, and each once with them", () => {
    expect(nodesOf(network, undefined)).toEqual(network.nodes);
    expect(nodesOf(network, [2, 2])).toEqual([network.nodes[1]]);
    expect(() => nodesOf(network, [3])).toThrow("the network has no node 3; its nodes are 1 to 2");
  });

  it("listen for CometBFT at a port when the path is too long for a socket", () => {
    expect(abciAddress("/srv/net", node(1))).toBe("unix:///srv/net/node1/abci.sock");
    expect(abciAddress(`/${"x".repeat(100)}`, node(1))).toBe(`tcp://127.0.0.1:${node(1).ports.abci}`);
  });
});
