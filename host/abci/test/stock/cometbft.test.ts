// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EnvironmentFault } from "@sotto/errors";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { cometSettings } from "../../src/index.ts";
import { createKv } from "../support/app.ts";
import { closeAll, closers, serve, until } from "../support/client.ts";
import { Comet, initHome, newHome, removeHomes } from "../support/cometbft.ts";

const MINUTE = 60_000;

afterEach(closeAll);
afterAll(removeHomes);

function start(home: string, address: string): Comet {
  const comet = new Comet(home, cometSettings(address));
  closers.push(() => comet.kill());
  return comet;
}

/** Waits for a state of the application, and shows CometBFT's log if it does not come. */
async function when(comet: Comet, isSo: () => boolean): Promise<void> {
  await until(() => isSo() || comet.isOver, MINUTE).catch(() => {});
  if (!isSo()) throw new Error(comet.log);
}

const LISTENS = [
  ["a TCP socket", () => "tcp://127.0.0.1:0"],
  ["a Unix socket", () => `unix://${join(newHome(), "abci.sock")}`],
  ["gRPC over TCP", () => "grpc://127.0.0.1:0"],
  ["gRPC over a Unix socket", () => `grpc+unix://${join(newHome(), "abci.sock")}`],
] as const;

describe.each(LISTENS)("CometBFT over %s", (_name, listen) => {
  it("makes blocks, takes transactions and queries, dies and comes back", { timeout: 3 * MINUTE }, async () => {
    const app = createKv(true);
    const { address, logs, faults } = await serve(app.handlers, { listen: listen() });
    const home = initHome();
    const comet = start(home, address);
    await when(comet, () => app.height() >= 2n);
    expect(app.infos[0]).toMatchObject({ version: "0.38.19", blockVersion: 11n, p2pVersion: 8n, abciVersion: "2.0.0" });
    expect(app.genesis()).toMatchObject({ initialHeight: 1n, validators: [{ power: 10n }] });

    const sent = await comet.rpc('broadcast_tx_commit?tx="name=sotto"');
    expect(sent).toMatchObject({ check_tx: { code: 0 }, tx_result: { code: 0, gas_used: "1" } });
    expect(await comet.rpc('broadcast_tx_sync?tx="nonsense"')).toMatchObject({ code: 5, codespace: "kv" });
    const value = Buffer.from("sotto").toString("base64");
    expect(await comet.rpc('abci_query?data="name"')).toMatchObject({ response: { value } });
    await when(comet, () => app.height() >= 5n);

    await comet.kill("SIGKILL");
    const before = app.height();
    const again = start(home, address);
    await when(again, () => app.height() >= before + 3n);
    expect(app.valueOf("name")).toBe("sotto");
    expect(faults).toEqual([]);
    await again.kill("SIGTERM");
    // The kill cuts connections off, and nothing else is worth a line.
    expect(logs.filter((line) => !/^CometBFT closed/.test(line))).toEqual([]);
  });
});

describe("CometBFT", () => {
  it("sends a genesis of 40 MB, over both forms", { timeout: 3 * MINUTE }, async () => {
    for (const listen of ["tcp://127.0.0.1:0", "grpc://127.0.0.1:0"]) {
      const app = createKv(true);
      const { address } = await serve(app.handlers, { listen });
      const home = initHome();
      const file = join(home, "config", "genesis.json");
      const genesis = JSON.parse(readFileSync(file, "utf8"));
      const state = { text: "x".repeat(40_000_000) };
      writeFileSync(file, JSON.stringify({ ...genesis, app_state: state }));
      const comet = start(home, address);
      await when(comet, () => app.height() >= 1n);
      expect(app.genesis()?.appStateBytes.length).toBeGreaterThan(40_000_000);
      await comet.kill();
    }
  });

  it("that ends in the middle of a block drives it again, after the first call has ended", {
    timeout: 3 * MINUTE,
  }, async () => {
    const app = createKv(true);
    const { address, faults } = await serve(app.handlers, { listen: `unix://${join(newHome(), "abci.sock")}` });
    const home = initHome();
    let release: (() => void) | undefined;
    const begun: bigint[] = [];
    app.onBlock = (height) => {
      begun.push(height);
      if (height !== 3n || release !== undefined) return;
      return new Promise((resolve) => {
        release = resolve;
      });
    };
    const comet = start(home, address);
    await when(comet, () => release !== undefined);
    await comet.kill("SIGKILL");
    const again = start(home, address);
    const infos = app.infos.length;
    // Its first request must wait, or it would hear a height that the call may still change.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(again.isOver).toBe(false);
    expect(app.infos.length).toBe(infos);
    release?.();
    await when(again, () => app.height() >= 5n);
    expect(begun.slice(0, 5)).toEqual([1n, 2n, 3n, 3n, 4n]);
    expect(faults).toEqual([]);
  });

  const brokenApp = () => {
    const app = createKv();
    app.onBlock = () => {
      throw new EnvironmentFault("the disk is full: make room");
    };
    return app;
  };

  it("stops with the text of a fault over a socket", async () => {
    const { address, faults } = await serve(brokenApp().handlers);
    const comet = start(initHome(), address);
    await comet.ended();
    expect(comet.log).toContain("FinalizeBlock failed: the disk is full: make room");
    expect(faults).toHaveLength(1);
  });

  it("over gRPC prints the text of a fault and makes no more blocks, but stays", async () => {
    const { address, faults, close } = await serve(brokenApp().handlers, { listen: "grpc://127.0.0.1:0" });
    const comet = start(initHome(), address);
    await until(() => comet.log.includes("CONSENSUS FAILURE"));
    expect(comet.log).toContain("FinalizeBlock failed: the disk is full: make room");
    await close();
    // This is why a supervisor must end it: nothing that a server does will.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(comet.isOver).toBe(false);
    expect(faults).toHaveLength(1);
  });
});
