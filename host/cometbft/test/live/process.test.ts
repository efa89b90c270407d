// SPDX-License-Identifier: Apache-2.0
import { cpSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { fromUtf8 } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { afterEach, describe, expect, test } from "vitest";
import { cometbft, makeComet, type TestComet } from "../../../../test/support/cometbft.ts";
import { freePort } from "../../../../test/support/ports.ts";
import {
  cometFiles,
  cometIdentity,
  configureComet,
  createCometHome,
  rpcSource,
  startCometbft,
  storeSource,
  writeCometGenesis,
} from "../../src/index.ts";

const made: TestComet[] = [];
const make = async (...args: Parameters<typeof makeComet>): Promise<TestComet> => {
  const comet = await makeComet(...args);
  made.push(comet);
  return comet;
};

afterEach(async () => {
  for (const comet of made.splice(0)) await comet.remove();
});

describe("the folder of a CometBFT", () => {
  const validatorSeed = sha256(fromUtf8("a validator of this test"));

  test("has the identity that CometBFT itself shows", async () => {
    const comet = await make({ validatorSeed });
    await comet.start();
    await comet.reached(1);
    const { result } = await comet.ask("/status");
    const { nodeId, validatorAddress, validatorPublicKey } = cometIdentity(comet.home);
    expect(result?.["node_info"]?.["id"]).toBe(nodeId);
    const info = result?.["validator_info"];
    expect(info?.["address"]).toBe(Buffer.from(validatorAddress).toString("hex").toUpperCase());
    expect(info?.["pub_key"]?.["value"]).toBe(Buffer.from(validatorPublicKey).toString("base64"));
    expect(info?.["voting_power"]).toBe("10");
  });

  test("keeps its keys, which only its owner may read, when it is made again", async () => {
    const { home } = await make({ validatorSeed });
    const files = cometFiles(home);
    const keys = [files.nodeKey, files.validatorKey, files.validatorState];
    const before = keys.map((path) => readFileSync(path, "utf8"));
    const identity = cometIdentity(home);
    const given = { binary: cometbft(), home, moniker: "again" };
    expect(createCometHome({ ...given, validatorSeed })).toEqual(identity);
    expect(createCometHome(given)).toEqual(identity);
    expect(keys.map((path) => readFileSync(path, "utf8"))).toEqual(before);
    expect(keys.map((path) => statSync(path).mode & 0o077)).toEqual([0, 0, 0]);
    expect(readFileSync(files.config, "utf8")).toMatch(/^moniker = "again"$/m);
    expect(() => createCometHome({ ...given, validatorSeed: sha256(validatorSeed) })).toThrow(
      /priv_validator_key.json has another key than the given one; use another folder/,
    );
  });

  test("takes settings to where CometBFT reads them", async () => {
    const metrics = await freePort();
    const comet = await make({
      moniker: 'quotes " and \\',
      logLevel: "main:info,*:error",
      logFormat: "json",
      prometheus: `127.0.0.1:${metrics}`,
      createEmptyBlocks: true,
      stateSync: false,
      other: { "instrumentation.namespace": "ours", "rpc.cors_allowed_origins": ["http://a", "http://b"] },
    });
    const { genesis } = cometFiles(comet.home);
    writeCometGenesis(comet.home, readFileSync(genesis, "utf8").replace(/"chain_id": "[^"]*"/, '"chain_id": "ours-1"'));
    await comet.start();
    await comet.reached(1);
    const { result } = await comet.ask("/status");
    expect(result?.["node_info"]).toMatchObject({ moniker: 'quotes " and \\', network: "ours-1" });
    expect(await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text()).toContain("ours_consensus_height");
    const answer = await fetch(`${comet.rpc}/health`, { headers: { origin: "http://b" } });
    expect(answer.headers.get("access-control-allow-origin")).toBe("http://b");
    const [line = ""] = readFileSync(comet.log, "utf8").split("\n");
    expect(JSON.parse(line)).toMatchObject({ level: "info" });
  });

  test("without keys, or with a file that is none, says so and shows nothing of a key", async () => {
    const { home } = await make();
    const { nodeKey } = cometFiles(home);
    writeFileSync(nodeKey, readFileSync(nodeKey, "utf8").slice(0, -10));
    expect(() => cometIdentity(home)).toThrow(`${nodeKey} cannot be read as a key file of CometBFT`);
    writeFileSync(nodeKey, '{"priv_key":{"type":"tendermint/PrivKeySecp256k1","value":"AAAA"}}');
    expect(() => cometIdentity(home)).toThrow(`${nodeKey} has no ed25519 key`);
    rmSync(nodeKey);
    expect(() => cometIdentity(home)).toThrow(`${nodeKey} cannot be read`);
    expect(() => configureComet(`${home}/none`, {})).toThrow(/does not exist: the folder has no CometBFT yet/);
  });
});

describe("the end of a CometBFT", () => {
  test("that was asked for is in order, and its socket is gone", async () => {
    const comet = await make();
    const running = await comet.start();
    await comet.reached(2);
    expect(running.exit()).toBeUndefined();
    expect(await running.stop()).toEqual({
      code: 0,
      signal: null,
      wasStopped: true,
      isFinal: false,
      reason: "CometBFT ended in order",
    });
    expect(running.exit()).toBe(await running.exited);
    expect(existsSync(comet.socket.slice("unix://".length))).toBe(false);
  });

  test("that does not answer SIGTERM is by SIGKILL", async () => {
    const comet = await make();
    const running = await comet.start();
    await comet.reached(2);
    running.kill("SIGSTOP");
    expect(await running.stop(50)).toMatchObject({ signal: "SIGKILL", wasStopped: true });
  });

  test("says that another one runs in the folder", async () => {
    const comet = await make();
    await comet.start();
    await comet.reached(1);
    const { reason } = await (await comet.start()).exited;
    expect(reason).toBe(
      "CometBFT ended: another CometBFT runs in the same folder: stop that one, or use another folder",
    );
  });

  test("says which address is in use", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const comet = await make({ p2pListener: `tcp://127.0.0.1:${port}` });
    const { code, reason } = await (await comet.start()).exited;
    server.close();
    expect(code).toBe(1);
    expect(reason).toBe(
      `CometBFT ended: 127.0.0.1:${port} is in use: stop the program that listens there, or choose another address`,
    );
  });

  test("says that the node is ahead of it, or has another state", async () => {
    const comet = await make({ proxyApp: "persistent_kvstore" });
    const data = (name: string) => `${comet.home}/data/${name}`;
    const OWN = ["blockstore.db", "state.db", "cs.wal"];
    const runTo = async (height: number): Promise<void> => {
      const running = await comet.start();
      await comet.reached(height);
      await running.stop();
    };
    await runTo(2);
    for (const name of OWN) cpSync(data(name), data(`${name}.old`), { recursive: true });
    await runTo(5);
    for (const name of OWN) {
      rmSync(data(name), { recursive: true });
      cpSync(data(`${name}.old`), data(name), { recursive: true });
    }
    const older = await (await comet.start()).exited;
    expect(older.reason).toMatch(
      /^CometBFT ended: the node is at block \d+ and CometBFT at block \d+\. .*: put back both/,
    );
    for (const name of OWN) rmSync(data(name), { recursive: true });
    const empty = await (await comet.start()).exited;
    expect(empty.reason).toMatch(/^CometBFT ended: the node has another state than CometBFT recorded/);
  });

  test("says that the node closed its connection", async () => {
    const app = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
    const { port } = app.address() as { port: number };
    const comet = await make({ proxyApp: `tcp://127.0.0.1:${port}` });
    const { reason } = await (await comet.start()).exited;
    app.close();
    expect(reason).toMatch(/the node closed its connection|could not bring the node to its own block/);
  });

  test("says that the genesis file is not valid", async () => {
    const comet = await make({ genesis: "{" });
    const { reason } = await (await comet.start()).exited;
    expect(reason).toMatch(/^CometBFT ended: its genesis.json is not valid.*get the network's genesis file again$/);
  });

  test("reports a program that cannot be started, and a folder without CometBFT", async () => {
    const { home, log } = await make();
    const start = (binary: string, folder: string) => startCometbft({ binary, home: folder, log });
    await expect(start("/nowhere/cometbft", home)).rejects.toThrow(/^\/nowhere\/cometbft cannot be started/);
    await expect(start(cometbft(), "/nowhere")).rejects.toThrow("/nowhere has no CometBFT");
  });
});

describe("a CometBFT that was killed", () => {
  test("leaves a socket that the next start removes, and no other file", async () => {
    const comet = await make();
    const path = comet.socket.slice("unix://".length);
    const running = await comet.start();
    await comet.reached(1);
    running.kill("SIGKILL");
    await running.exited;
    expect(existsSync(path)).toBe(true);
    const next = await comet.start();
    await comet.reached(2);
    await next.stop();
    writeFileSync(path, "not a socket");
    await (await comet.start()).exited;
    expect(readFileSync(path, "utf8")).toBe("not a socket");
  });

  test("after it stored a block has that block in the copy of its store", async () => {
    const comet = await make();
    // The third point of a height where CometBFT can be made to exit: the block is stored, and the
    // application has not heard of it.
    const { code } = await (await comet.start([], { ...process.env, FAIL_TEST_INDEX: "3" })).exited;
    expect(code).toBe(1);
    const source = storeSource(cometFiles(comet.home).blockStore);
    const look = await source.look(1, new Uint8Array(32)).catch((error: Error) => error.message);
    const hash = /has another block 1: ([0-9A-F]{64})/.exec(String(look))?.[1] as string;
    expect(await source.find(1, Buffer.from(hash, "hex"))).toMatchObject({ commit: { height: 1 } });
    expect(await rpcSource(comet.socket).look(1, Buffer.from(hash, "hex"))).toMatch(/^does not listen/);
    await source.release();
    await comet.start();
    await comet.reached(2);
    expect(await comet.hashAt(1)).toEqual(Buffer.from(hash, "hex"));
  });
});
