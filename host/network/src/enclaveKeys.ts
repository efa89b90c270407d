// SPDX-License-Identifier: Apache-2.0
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { fromBase64, toBase64 } from "@sotto/bytes";
import { cometFiles, cometIdentity } from "@sotto/cometbft";
import { EnvironmentFault } from "@sotto/errors";
import { signRegistration } from "@sotto/local";
import { type NetworkNode, nodePaths, restUrl, writeWhole } from "./files.ts";
import { sendAs } from "./send.ts";

// The enclaves of a network's first validators must have the keys before the first block, so their
// drivers make them from one seed (spec/registration.md 7). A node that joins gets them through the
// chain.

const SEED = /^[0-9a-f]{64}$/;

/** Gives the first validators of a network the seed of its enclave keys. */
export function writeSeed(home: string, nodes: readonly NetworkNode[]): void {
  const seed = randomBytes(32).toString("hex");
  for (const { number } of nodes) writeWhole(nodePaths(home, number).seed, `${seed}\n`, 0o600);
}

/** The seed of a genesis validator; undefined: its file is lost or damaged. */
function seedOf(home: string, number: number): string | undefined {
  const { seed } = nodePaths(home, number);
  const text = existsSync(seed) ? readFileSync(seed, "utf8").trim() : "";
  return SEED.test(text) ? text : undefined;
}

/**
 * Whether the enclave of a node has the network's keys, or can get them from the seed in its
 * folder. The node itself marks that it waits for them (spec/registration.md 6.4).
 */
export function hasKeys(home: string, { number, isGenesisValidator }: NetworkNode): boolean {
  if (isGenesisValidator) return seedOf(home, number) !== undefined;
  const { node } = nodePaths(home, number);
  return existsSync(join(node, "enclave.sealed")) && !existsSync(join(node, "without-keys"));
}

/** Flags of a node's start. Users of the machine see them, so the seed stays in its file. */
export function enclaveFlags(home: string, { number, isGenesisValidator }: NetworkNode): readonly string[] {
  if (!isGenesisValidator) return [];
  const { seed } = nodePaths(home, number);
  if (seedOf(home, number) !== undefined) return ["--seed-file", seed];
  throw new EnvironmentFault(`${seed} has no seed of 64 hex digits; copy the file of another genesis validator`);
}

export interface Registering {
  readonly home: string;
  readonly chainId: string;
  readonly node: NetworkNode;
  /** A node that runs and has the keys. */
  readonly via: NetworkNode;
  /** The developer's account that signs. */
  readonly from: string;
  /** Path of sotto/dist/main.js. */
  readonly launcher: string;
}

/** Runs a command of a stopped node's enclave. Throws EnvironmentFault with what it wrote. */
async function enclave({ home, node, launcher }: Registering, name: string, ...flags: string[]): Promise<string> {
  const { node: nodeHome, comet } = nodePaths(home, node.number);
  const { genesis } = cometFiles(comet);
  const args = [launcher, "enclave", name, "--home", nodeHome, "--genesis", genesis, ...flags];
  try {
    return (await promisify(execFile)(process.execPath, args)).stdout;
  } catch (thrown) {
    const why = thrown instanceof Error && "stderr" in thrown ? String(thrown.stderr).trim() : String(thrown);
    throw new EnvironmentFault(`the enclave of node ${node.number}: ${why}`);
  }
}

/**
 * Gets the network's keys for a new node: its certificate goes into a block, the enclaves of the
 * network encrypt the seeds for it, and its enclave opens them. Throws EnvironmentFault.
 */
export async function receiveKeys(registering: Registering): Promise<void> {
  const { home, chainId, node, via, from } = registering;
  const key = cometIdentity(nodePaths(home, node.number).comet).validatorPublicKey;
  const created = JSON.parse(await enclave(registering, "create", "--validator-key", toBase64(key))) as {
    readonly certificate?: string;
  };
  const certificate = fromBase64(created.certificate ?? "");
  if (certificate === undefined) throw new EnvironmentFault(`the enclave of node ${node.number} made no certificate`);
  await sendAs(via, chainId, from, (signing) => signRegistration(certificate, signing));
  await enclave(registering, "receive", "--from", restUrl(via));
}
