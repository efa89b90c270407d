// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { EnvironmentFault } from "@sotto/errors";
import { type NetworkNode, nodePaths, writeWhole } from "./files.ts";

// The enclaves of one network have the same keys. Here each node's driver `sim` makes them from the
// same seed, which is a file of each node. A registration in the genesis would replace both
// functions: the first node makes the keys, and its public part goes into the genesis.

const SEED = /^[0-9a-f]{64}$/;

/** Gives nodes the network's enclave keys; of `from`, a node that has them, or new ones. */
export function writeEnclaveKeys(home: string, nodes: readonly NetworkNode[], from?: NetworkNode): void {
  const seed = from === undefined ? randomBytes(32).toString("hex") : readSeed(home, from.number);
  for (const { number } of nodes) writeWhole(nodePaths(home, number).seed, `${seed}\n`, 0o600);
}

function readSeed(home: string, number: number): string {
  const { seed } = nodePaths(home, number);
  const text = existsSync(seed) ? readFileSync(seed, "utf8").trim() : "";
  if (SEED.test(text)) return text;
  throw new EnvironmentFault(`${seed} has no seed of 64 hex digits; copy the file of another node of the network`);
}

/**
 * Flags of a node's start. Hazard: users of the machine see them; the driver sim protects nothing.
 */
export const enclaveFlags = (home: string, number: number): readonly string[] => ["--seed", readSeed(home, number)];
