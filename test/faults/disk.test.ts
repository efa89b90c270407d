// SPDX-License-Identifier: Apache-2.0
/** A validator and its CometBFT on one small disk, which another program fills. */
import { join } from "node:path";
import { loadNetwork } from "@sotto/network";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SEED } from "../../tools/tests/seed.mjs";
import { NAMESPACES, SmallDisk } from "../e2e/namespaces.ts";
import { initWithin, network, type Running, startWithin } from "../support/networkCommand.ts";
import { Load, NEW_TRANSFER } from "./harness/load.ts";
import { until } from "./harness/until.ts";

const LONG_MS = 300_000;
const MIB = 1024 * 1024;

let disk: SmallDisk;
let home: string;
let running: Running;
let load: Load;

beforeAll(async () => {
  disk = await SmallDisk.make("96m");
  home = join(disk.path, "net");
  initWithin(disk.within, home, "--validators", "1", "--chain-id", "disk-1", "--block-time", "200ms");
  const [node] = loadNetwork(join(disk.outside, "net")).nodes;
  running = startWithin(disk.within, "--home", home);
  await running.says("is ready:");
  load = await Load.make({ chainId: "disk-1", numbers: [1], rest: () => `http://127.0.0.1:${node?.ports.rest}` }, SEED);
  load.start();
}, LONG_MS);

afterAll(async () => {
  network(["stop", "--home", home], {}, disk.within);
  await running?.ended;
  await disk?.end();
}, LONG_MS);

/** How often `start` has said a text. */
const said = (text: string): number => running.output().split(text).length - 1;

describe.runIf(process.platform === "linux")(`a validator on a full disk (${NAMESPACES})`, { timeout: LONG_MS }, () => {
  test.each([
    ["too little for a transaction of its databases", 15 * MIB],
    ["no byte", 0],
  ])("with %s left says so, and goes on by itself when there is room", async (_title, leave) => {
    await load.settles(NEW_TRANSFER);
    const before = said("is full: ");
    disk.fill(leave);
    await until("the full disk is named", async () => (said("is full: ") > before ? true : undefined));
    disk.empty();
    await load.settles(NEW_TRANSFER);
    await load.stop();
    await load.check();
    load.start();
  });

  test("ends in order afterwards", async () => {
    await load.stop();
    expect(network(["stop", "--home", home], {}, disk.within).stdout).toBe("stopped node 1\n");
    expect(await running.ended).toBe(0);
  });
});
