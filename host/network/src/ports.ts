// SPDX-License-Identifier: Apache-2.0
import { createServer } from "node:net";
import { EnvironmentFault } from "@sotto/errors";
import { type NodePorts, PORT_NAMES } from "./files.ts";

/** A node takes the first ports of a slot of ten. */
const SLOT = 10;
const FIRST_BASE = 26_600;
const BASE_STEP = 500;
const LAST_PORT = 65_535;

/** The ports of the n-th node, from 0. */
export function portsAt(base: number, slot: number): NodePorts {
  const first = base + SLOT * slot;
  return {
    ...{ p2p: first, rpc: first + 1, rest: first + 2, grpc: first + 3, grpcWeb: first + 4, abci: first + 5 },
    metrics: first + 6,
  };
}

/** Whether no program listens at a port of 127.0.0.1 now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.once("listening", () => server.close(() => resolve(true)));
    server.listen(port, "127.0.0.1");
  });
}

/** The ports of these that another program uses. */
export async function usedPorts(ports: NodePorts): Promise<readonly number[]> {
  const used: number[] = [];
  for (const name of PORT_NAMES) if (!(await isFree(ports[name]))) used.push(ports[name]);
  return used;
}

async function usedOf(all: readonly NodePorts[]): Promise<readonly number[]> {
  const used: number[] = [];
  for (const each of all) used.push(...(await usedPorts(each)));
  return used;
}

/**
 * Free ports for `count` nodes. Without a base: the first range that is free whole. Throws
 * EnvironmentFault when a port of the given range is in use, or no range is free.
 */
export async function choosePorts(count: number, base: number | undefined): Promise<readonly NodePorts[]> {
  const at = (first: number) => Array.from({ length: count }, (_, slot) => portsAt(first, slot));
  if (base !== undefined) {
    if (base + SLOT * count > LAST_PORT) {
      throw new EnvironmentFault(
        `--base-port ${base} leaves too few ports below ${LAST_PORT} for ${count} nodes; choose a lower one`,
      );
    }
    const used = await usedOf(at(base));
    if (used.length === 0) return at(base);
    throw new EnvironmentFault(
      `port ${used.join(", ")} is in use; stop the program that listens there, or choose another range with --base-port N`,
    );
  }
  for (let first = FIRST_BASE; first + SLOT * count <= LAST_PORT; first += BASE_STEP) {
    if ((await usedOf(at(first))).length === 0) return at(first);
  }
  throw new EnvironmentFault(`no range of ${SLOT * count} ports is free; choose one with --base-port N`);
}

/** Free ports for one node more, behind those that the network has. */
export async function nextPorts(taken: readonly NodePorts[]): Promise<NodePorts> {
  const last = Math.max(FIRST_BASE - SLOT, ...taken.map(({ p2p }) => p2p));
  for (let first = last + SLOT; first + SLOT <= LAST_PORT; first += SLOT) {
    const ports = portsAt(first, 0);
    if ((await usedPorts(ports)).length === 0) return ports;
  }
  throw new EnvironmentFault(`no ten ports behind ${last} are free; stop the programs that listen there`);
}
