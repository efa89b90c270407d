// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cometFiles, cometIdentity } from "@sotto/cometbft";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { enclaveFlags } from "../../src/enclaveKeys.ts";
import { loadNetwork, nodePaths } from "../../src/files.ts";
import type { NetworkStatus } from "../../src/status.ts";
import { init, must, network } from "../command.ts";

let root: string;
let made: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "sotto-network-"));
  made = join(root, "made");
  init(made, "--validators", "3", "--chain-id", "net-3", "--block-time", "250ms");
}, 120_000);

afterAll(() => rmSync(root, { recursive: true, force: true }));

let copies = 0;
/** A copy that a test changes. */
function copy(): string {
  const home = join(root, `copy${++copies}`);
  cpSync(made, home, { recursive: true });
  return home;
}

const read = (path: string): string => readFileSync(path, "utf8");

describe("a new network", { timeout: 60_000 }, () => {
  it("has a folder for each node with its own keys, which only its user may read", () => {
    const identities = [1, 2, 3].map((number) => cometIdentity(nodePaths(made, number).comet));
    expect(new Set(identities.map(({ nodeId }) => nodeId)).size).toBe(3);
    expect(new Set(identities.map((each) => String(each.validatorAddress))).size).toBe(3);
    for (const number of [1, 2, 3]) {
      const { comet, seed } = nodePaths(made, number);
      for (const file of [cometFiles(comet).validatorKey, cometFiles(comet).nodeKey, seed]) {
        expect(statSync(file).mode & 0o777).toBe(0o600);
      }
    }
  });

  it("gives nodes their seed by a file, whose contents are in no flag", () => {
    for (const node of loadNetwork(made).nodes) {
      const { seed } = nodePaths(made, node.number);
      const flags = enclaveFlags(made, node);
      expect(flags).toEqual(["--seed-file", seed]);
      expect(flags.join(" ")).not.toContain(read(seed).trim());
    }
  });

  it("has one genesis with all validators", () => {
    const texts = [1, 2, 3].map((number) => read(cometFiles(nodePaths(made, number).comet).genesis));
    expect(new Set(texts).size).toBe(1);
    const genesis = JSON.parse(texts[0] ?? "") as { chain_id: string; validators: { name: string }[] };
    expect(genesis.chain_id).toBe("net-3");
    expect(genesis.validators.map(({ name }) => name)).toEqual(["validator", "sotto-2", "sotto-3"]);
  });

  it("names the other nodes as peers, and the pause after a block", () => {
    const { nodes } = loadNetwork(made);
    for (const { number } of nodes) {
      const config = read(cometFiles(nodePaths(made, number).comet).config);
      const [, list = ""] = /^persistent_peers = "(.*)"$/m.exec(config) ?? [];
      const others = nodes.filter((each) => each.number !== number);
      expect(list.split(",")).toEqual(
        others.map((each) => `${cometIdentity(nodePaths(made, each.number).comet).nodeId}@127.0.0.1:${each.ports.p2p}`),
      );
      expect(config).toContain('timeout_commit = "250ms"');
    }
  });

  it("is not made in a folder with files, and with --force replaces a network only", () => {
    const home = copy();
    writeFileSync(join(home, "mine.txt"), "mine");
    const refused = network(["init", "--home", home, "--validators", "1"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`${home} is not empty; choose another folder with --home DIR, or`);
    must("init", "--home", home, "--validators", "1", "--force");
    expect(loadNetwork(home).nodes.length).toBe(1);
    expect(read(join(home, "mine.txt"))).toBe("mine");
    expect(existsSync(nodePaths(home, 3).root)).toBe(false);
  });

  it("never replaces a node's folder that is of no network", () => {
    const home = join(root, "foreign");
    mkdirSync(join(home, "node1"), { recursive: true });
    const { code, stderr } = network(["init", "--home", home, "--force"]);
    expect(code).toBe(1);
    expect(stderr).toContain(`${join(home, "node1")} exists and is not of a network`);
  });

  it("needs a CometBFT of exactly one release", () => {
    const other = join(root, "cometbft-other");
    writeFileSync(other, "#!/bin/sh\necho 0.37.2\n", { mode: 0o755 });
    const { code, stderr } = network(["init", "--home", join(root, "none"), "--cometbft", other]);
    expect(code).toBe(1);
    expect(stderr).toContain(`${other} is version 0.37.2. Install it with: `);
    expect(stderr).toContain("Or run: sotto network install");
    expect(existsSync(join(root, "none"))).toBe(false);
  });
});

describe("a full node that joins", { timeout: 60_000 }, () => {
  it("needs a running network, because it gets its keys through the chain, and leaves nothing behind", () => {
    const home = copy();
    const { code, stderr } = network(["join", "--home", home]);
    expect(code).toBe(1);
    expect(stderr).toContain("run the network first: sotto network start");
    expect(loadNetwork(home).nodes.length).toBe(3);
    expect(existsSync(nodePaths(home, 4).root)).toBe(false);
  });
});

describe("a start", { timeout: 60_000 }, () => {
  it("of a folder that is no network, or an unknown node, says what to do", () => {
    const none = network(["start", "--home", join(root, "nothing")]);
    expect(none).toMatchObject({ code: 1 });
    expect(none.stderr).toContain("make one with: sotto network init --home DIR");
    const unknown = network(["start", "--home", made, "--validator", "9"]);
    expect(unknown).toMatchObject({ code: 1 });
    expect(unknown.stderr).toContain("the network has no node 9; its nodes are 1 to 3");
  });

  it("is refused before any process runs when a port is in use", async () => {
    const home = copy();
    const { nodes } = loadNetwork(home);
    const server = createServer();
    server.listen(nodes[1]?.ports.rest, "127.0.0.1");
    await once(server, "listening");
    try {
      const { code, stderr } = network(["start", "--home", home]);
      expect(code).toBe(1);
      expect(stderr).toContain(`port ${nodes[1]?.ports.rest} of node 2 is in use`);
      const doctor = network(["doctor", "--home", home]);
      expect(doctor.code).toBe(1);
      expect(doctor.stdout).toContain(`FAULT ports of node 2: port ${nodes[1]?.ports.rest} is in use`);
      expect(existsSync(nodePaths(home, 1).run)).toBe(false);
    } finally {
      await once(server.close(), "close");
    }
  });

  it("is refused with another genesis on one node, and with one key on two", () => {
    const home = copy();
    const { genesis } = cometFiles(nodePaths(home, 2).comet);
    writeFileSync(genesis, `${read(genesis)} `);
    expect(network(["start", "--home", home]).stderr).toContain(`${genesis} differs from `);
    const twice = copy();
    const key = (number: number): string => cometFiles(nodePaths(twice, number).comet).validatorKey;
    cpSync(key(1), key(3));
    expect(network(["start", "--home", twice]).stderr).toContain("they would sign twice; give each its own");
  });
});

describe("the doctor", { timeout: 60_000 }, () => {
  it("finds no fault in a new network that does not run", () => {
    const { code, stdout } = network(["doctor", "--home", made]);
    expect(stdout.match(/^FAULT.*$/gm)).toBe(null);
    expect(code).toBe(0);
    expect(stdout).toContain("ok    nodes: none runs");
  });

  it("names a key that others may read, and one that is lost", () => {
    const home = copy();
    const { validatorKey } = cometFiles(nodePaths(home, 2).comet);
    chmodSync(validatorKey, 0o644);
    expect(network(["doctor", "--home", home]).stdout).toContain(
      `FAULT keys: other users may read a key: chmod 600 ${validatorKey}`,
    );
    rmSync(validatorKey);
    expect(network(["doctor", "--home", home]).stdout).toContain(`FAULT keys: ${validatorKey} is missing`);
  });
});

describe("commands on a network that does not run", { timeout: 60_000 }, () => {
  it("say so: status by its exit code, stop by its text", () => {
    const { code, stdout } = network(["status", "--home", made, "--json"]);
    expect(code).toBe(1);
    const { nodes } = JSON.parse(stdout) as NetworkStatus;
    expect(nodes.map(({ height, enclave }) => [height, enclave])).toEqual(Array(3).fill([null, "unreachable"]));
    expect(nodes.map(({ state }) => state)).toEqual(Array(3).fill("down"));
    expect(must("stop", "--home", made)).toBe("no node ran\n");
    const join = network(["join", "--home", made, "--validator", "2"]);
    expect(join).toMatchObject({ code: 1 });
    expect(join.stderr).toContain("does not listen (connection refused)");
  });

  it("tell a node without keys", () => {
    const home = copy();
    rmSync(nodePaths(home, 2).seed);
    const { nodes } = JSON.parse(network(["status", "--home", home, "--json"]).stdout) as NetworkStatus;
    expect(nodes.map(({ state, enclave }) => `${state}, ${enclave}`)).toEqual([
      "down, unreachable",
      "without keys, without keys",
      "down, unreachable",
    ]);
    expect(nodes[1]?.fault).toContain("the enclave has no keys of the network: put back the file seed");
  });

  it("explain themselves with --help", () => {
    for (const name of ["init", "start", "status", "stop", "join", "install", "doctor"]) {
      expect(must(name, "--help")).toMatch(new RegExp(`^Usage: sotto network ${name} `));
    }
  });

  it("find the installed CometBFT, and without Go name its command", () => {
    expect(must("install")).toContain("CometBFT 0.38.19 is ");
    const none = network(["install"], { SOTTO_COMETBFT: undefined, PATH: "", HOME: join(root, "empty") });
    expect(none.code).toBe(1);
    expect(none.stderr).toContain("Go is not installed (https://go.dev/dl). Then run: GOBIN=");
    const named = network(["install"], { SOTTO_COMETBFT: join(root, "no-such") });
    expect(named.stderr).toContain(`${join(root, "no-such")} does not exist`);
  });
});
