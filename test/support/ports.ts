// SPDX-License-Identifier: Apache-2.0
/**
 * Ports for programs that tests start. Such a program listens some seconds after its port was
 * chosen, so the system must not give that port away in the meantime: all are below the ports that
 * systems give to clients (from 32768 on Linux, from 49152 elsewhere), and each worker of vitest
 * has a share of them.
 *
 * | ports | for |
 * | --- | --- |
 * | 10,090 to 15,091, 2,317 to 11,000, 27,657 to 32,657 | `freeOffset` |
 * | 16,000 to 19,999 | `networkBase` |
 * | 20,000 to 26,599 | `freePort` |
 */
import { randomInt } from "node:crypto";
import { createServer } from "node:net";

const FIRST = 20_000;
const COUNT = 6_600;
/** More than the workers of any run. */
const SHARES = 66;
const WORKER = Number(process.env["VITEST_POOL_ID"] ?? 0) % SHARES;
const SHARE = COUNT / SHARES;

// Not of the seed: two runs at once on one machine must not try the same ports.
let tried = randomInt(SHARE);

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

/** A port that is free, and that this file does not get again before all of its share. */
export async function freePort(): Promise<number> {
  for (let left = SHARE; left > 0; left--) {
    const port = FIRST + WORKER * SHARE + (tried++ % SHARE);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port of ${SHARE} is free`);
}

/** The `n`-th range of 100 ports for the nodes of a network; each process begins at another one. */
export const networkBase = (n: number): number => 16_000 + 100 * ((process.pid + 7 * n) % 40);

/** An offset at which all these ports are free. */
export async function freeOffset(moved: (offset: number) => readonly number[]): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const offset = 1_000 + randomInt(5_000);
    if ((await Promise.all(moved(offset).map(isFree))).every(Boolean)) return offset;
  }
  throw new Error("no five ports are free");
}
