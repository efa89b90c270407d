// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, expect, it } from "vitest";
import { freePort } from "../../../../test/support/ports.ts";
import { cometSettings } from "../../src/index.ts";
import { createKv } from "../support/app.ts";
import { closeAll, closers, serve, until } from "../support/client.ts";
import { Comet, initHome, removeHomes } from "../support/cometbft.ts";

afterEach(closeAll);
afterAll(removeHomes);

const BOARD = new URL("../../../../deploy/grafana/sotto.json", import.meta.url);

it("CometBFT has the metrics that the board names", { timeout: 120_000 }, async () => {
  const named = new Set(readFileSync(BOARD, "utf8").match(/\bcometbft_\w+/g));
  expect(named.size).toBeGreaterThan(5);
  const app = createKv(true);
  const { address } = await serve(app.handlers);
  const home = initHome();
  const file = join(home, "config", "config.toml");
  const port = await freePort();
  const text = readFileSync(file, "utf8");
  const changed = text
    .replace(/^prometheus = .*$/m, "prometheus = true")
    .replace(/^prometheus_listen_addr = .*$/m, `prometheus_listen_addr = "127.0.0.1:${port}"`);
  writeFileSync(file, changed);
  const comet = new Comet(home, cometSettings(address));
  closers.push(() => comet.kill());
  await until(() => app.height() >= 3n || comet.isOver, 60_000);
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  const names = new Set((await answer.text()).match(/^cometbft_\w+/gm));
  // A lone validator has no peers, and no series of them.
  const needPeers = ["cometbft_p2p_peers"];
  expect([...named].filter((name) => !names.has(name) && !needPeers.includes(name))).toEqual([]);
});
