// SPDX-License-Identifier: Apache-2.0
/**
 * Ports for programs that tests start. Such a program listens some seconds after its port was
 * chosen, so nobody else may get that port in the meantime. The system does not give them away: all
 * are below the ports of clients (from 32768 on Linux, from 49152 elsewhere). A test gives none
 * away twice, also not one of another run on this machine: it claims a port by its UDP twin, which
 * no program here uses, until its process ends.
 *
 * | ports | for |
 * | --- | --- |
 * | 10,090 to 15,091, 2,317 to 11,000, 27,657 to 32,657 | `freeOffset` |
 * | 16,000 to 19,999 | `networkBase` |
 * | 20,000 to 26,599 | `freePort` |
 */
import { randomInt } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

const FIRST = 20_000;
const COUNT = 6_600;

// Not of the seed: two runs at once on one machine must not try the same ports.
let tried = randomInt(COUNT);

/** Whether a program can listen at a port of this machine now. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const free = new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.once("listening", () => server.close(() => resolve(true)));
  });
  server.listen(port, "127.0.0.1");
  return free;
}

/** The claim of a port that is free and that no other test has; undefined for another port. */
async function claimed(port: number): Promise<Socket | undefined> {
  const claim = createSocket("udp4");
  try {
    claim.bind({ port, address: "127.0.0.1", exclusive: true });
    await once(claim, "listening");
    if (!(await isFree(port))) throw new Error(`port ${port} is in use`);
    return claim.unref();
  } catch {
    claim.close();
    return undefined;
  }
}

/** A port that is free, and that no other caller gets before this process ends. */
export async function freePort(): Promise<number> {
  for (let left = COUNT; left > 0; left--) {
    const port = FIRST + (tried++ % COUNT);
    if ((await claimed(port)) !== undefined) return port;
  }
  throw new Error(`no port of ${COUNT} is free`);
}

/** The `n`-th range of 100 ports for the nodes of a network; each process begins at another one. */
export const networkBase = (n: number): number => 16_000 + 100 * ((process.pid + 7 * n) % 40);

/** An offset at which all these ports are free, and that no other caller gets. */
export async function freeOffset(moved: (offset: number) => readonly number[]): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const offset = 1_000 + randomInt(5_000);
    const claims = await Promise.all(moved(offset).map(claimed));
    if (claims.every((claim) => claim !== undefined)) return offset;
    for (const claim of claims) claim?.close();
  }
  throw new Error("no five ports are free");
}
