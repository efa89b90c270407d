// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "../../../../test/support/ports.ts";
import { choosePorts, isFree, nextPorts, portsAt, usedPorts } from "../../src/ports.ts";

const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => once(server.close(), "close")));
});

async function listen(port: number): Promise<void> {
  const server = createServer();
  servers.push(server);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}

describe("ports", () => {
  it("that another program uses are named, and the way out", async () => {
    const base = await freePort();
    const { rest } = portsAt(base, 0);
    await listen(rest);
    expect(await isFree(rest)).toBe(false);
    expect(await usedPorts(portsAt(base, 0))).toContain(rest);
    await expect(choosePorts(1, base)).rejects.toThrow(
      /^port .*is in use; stop the program that listens there, or choose another range with --base-port N$/,
    );
  });

  it("of a searched range are free, and differ", async () => {
    const found = await choosePorts(4, undefined);
    const all = found.flatMap((each) => Object.values(each));
    expect(new Set(all).size).toBe(28);
    const next = await nextPorts(found);
    expect(Object.values(next).filter((port) => all.includes(port))).toEqual([]);
    await listen(found[0]?.p2p ?? 0);
    expect((await choosePorts(4, undefined))[0]?.p2p).not.toBe(found[0]?.p2p);
  });

  it("above the last one are refused", async () => {
    await expect(choosePorts(4, 65_510)).rejects.toThrow("leaves too few ports");
  });
});
