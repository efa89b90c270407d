// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EnvironmentFault } from "@sotto/errors";
import { afterAll, afterEach, expect, it } from "vitest";
import { createKv } from "../support/app.ts";
import { closeAll, FLUSH, open, serve, until } from "../support/client.ts";
import { newHome, removeHomes } from "../support/cometbft.ts";

afterEach(closeAll);
afterAll(removeHomes);

const serveAt = (path: string) => serve(createKv().handlers, { listen: `unix://${path}` });

async function failureAt(path: string): Promise<unknown> {
  return serveAt(path).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
}

/** The socket of a process that was killed. */
function leaveStale(path: string): void {
  const script = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", script]);
  expect(statSync(path).isSocket()).toBe(true);
}

it("a socket is for its user only, alone in its folder, and gone at the end", async () => {
  const folder = newHome();
  const path = join(folder, "abci.sock");
  const { address, close } = await serveAt(path);
  expect(address).toBe(`unix://${path}`);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["abci.sock"]);
  const client = open(address);
  client.send(FLUSH);
  await until(() => client.answers.length === 1);
  await close();
  expect(readdirSync(folder)).toEqual([]);
});

it("a socket of a process that was killed is replaced", async () => {
  const path = join(newHome(), "abci.sock");
  leaveStale(path);
  const { address } = await serveAt(path);
  const client = open(address);
  client.send(FLUSH);
  await until(() => client.answers.length === 1);
});

it("a socket at which a process listens is not replaced", async () => {
  const folder = newHome();
  const path = join(folder, "abci.sock");
  const { address } = await serveAt(path);
  const failure = await failureAt(path);
  expect(failure).toBeInstanceOf(EnvironmentFault);
  expect(String(failure)).toContain("another process listens");
  const client = open(address);
  client.send(FLUSH);
  await until(() => client.answers.length === 1);
  expect(readdirSync(folder)).toEqual(["abci.sock"]);
});

it("a file, a folder and a link are not replaced", async () => {
  const folder = newHome();
  const file = join(folder, "file");
  writeFileSync(file, "precious");
  symlinkSync(file, join(folder, "link"));
  for (const path of [file, folder, join(folder, "link")]) {
    const failure = await failureAt(path);
    expect(failure).toBeInstanceOf(EnvironmentFault);
    expect(String(failure)).toContain("no socket");
  }
  expect(readFileSync(file, "utf8")).toBe("precious");
});

it("a folder that is absent and a path that is too long are errors", async () => {
  const folder = newHome();
  expect(String(await failureAt(join(folder, "absent", "abci.sock")))).toContain("cannot listen");
  const long = join(folder, "x".repeat(100));
  expect(String(await failureAt(long))).toContain("too long");
  expect(readdirSync(folder)).toEqual([]);
});

it("the socket of another server at the same path stays", async () => {
  const folder = newHome();
  const path = join(folder, "abci.sock");
  const first = await serveAt(path);
  // The first loses its place, as after a backup that moved the folder's files away.
  renameSync(path, join(folder, "moved"));
  await serveAt(path);
  await first.close();
  expect(existsSync(path)).toBe(true);
});

it("a port that is taken is an error that names it", async () => {
  const { address } = await serve(createKv().handlers);
  const failure = await serve(createKv().handlers, { listen: address }).catch((thrown: unknown) => thrown);
  expect(failure).toBeInstanceOf(EnvironmentFault);
  expect(String(failure)).toContain("EADDRINUSE");
});

it("limits must be positive numbers", async () => {
  for (const pending of [0, -1, 1.5, Number.NaN]) {
    const failure = await serve(createKv().handlers, { limits: { pending } }).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(EnvironmentFault);
  }
});
