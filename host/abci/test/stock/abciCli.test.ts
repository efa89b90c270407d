// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { cometSettings } from "../../src/index.ts";
import { createKv } from "../support/app.ts";
import { closeAll, serve } from "../support/client.ts";
import { find, newHome, removeHomes } from "../support/cometbft.ts";

afterEach(closeAll);
afterAll(removeHomes);

const LISTENS = [
  ["a TCP socket", () => "tcp://127.0.0.1:0"],
  ["a Unix socket", () => `unix://${join(newHome(), "abci.sock")}`],
  ["gRPC over TCP", () => "grpc://127.0.0.1:0"],
  ["gRPC over a Unix socket", () => `grpc+unix://${join(newHome(), "abci.sock")}`],
] as const;

/** The output of abci-cli, which is a client of CometBFT's own Go code. */
async function run(address: string, args: readonly string[], input = ""): Promise<string> {
  const { abci, proxyApp } = cometSettings(address);
  const child = spawn(find("abci-cli"), ["--abci", abci, "--address", proxyApp, "--log_level", "error", ...args]);
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  child.stdin.end(input);
  await once(child, "close");
  return text;
}

describe.each(LISTENS)("abci-cli of CometBFT over %s", (_name, listen) => {
  it("echoes, asks, checks and queries, each on its own connection", async () => {
    const { address, logs, faults } = await serve(createKv().handlers, { listen: listen() });
    expect(await run(address, ["echo", "hello"])).toContain("-> data: hello");
    expect(await run(address, ["info"])).toContain("-> data: kv");
    expect(await run(address, ["check_tx", '"name=sotto"'])).toContain("-> code: OK");
    expect(await run(address, ["check_tx", '"nonsense"'])).toContain("-> code: 5");
    expect(await run(address, ["query", '"name"'])).toMatch(/-> code: 5[\s\S]*no such key/);
    expect(logs).toEqual([]);
    expect(faults).toEqual([]);
  });

  it("runs a batch with a block, where all requests may share a connection", async () => {
    const app = createKv();
    const { address, logs } = await serve(app.handlers, { listen: listen(), mixed: true });
    const lines = [
      "echo hello",
      "info",
      'check_tx "name=sotto"',
      'finalize_block "name=sotto"',
      "commit",
      'query "name"',
    ];
    const told = await run(address, ["batch"], lines.map((line) => `${line}\n`).join(""));
    expect(told).toContain("-> data: hello");
    expect(told).toContain("-> value: sotto");
    expect(app.valueOf("name")).toBe("sotto");
    expect(logs).toEqual([]);
  });
});

it("abci-cli is told the reason of an exception", async () => {
  const { handlers } = createKv();
  const broken = {
    ...handlers,
    query: () => {
      throw new Error("the secret text of a bug");
    },
  };
  const { address, faults } = await serve(broken);
  const told = await run(address, ["query", '"name"']);
  expect(told).toContain("Query failed: see the log of the node");
  expect(told).not.toContain("secret");
  expect(String(faults[0])).toContain("the secret text of a bug");
});
