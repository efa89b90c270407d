// SPDX-License-Identifier: Apache-2.0
/**
 * The keys of a network's node: made by the first node, or received from the network's enclaves
 * (spec/registration.md).
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ChainGenesis } from "@sotto/blocks";
import { fromBase64, fromHex, fromUtf8, toBase64, toHex } from "@sotto/bytes";
import { consensusAddress, createValidatorSet, encodeValidatorSet } from "@sotto/comet";
import { EnvironmentFault } from "@sotto/errors";
import type { EnclaveClient, StartAnswer } from "@sotto/protocol";
import { paths } from "./config.ts";
import { saveDurably } from "./files.ts";
import { readGenesisHead } from "./genesisFields.ts";
import { openGenesis } from "./genesisFile.ts";
import type { DriverChoice } from "./threads/shared.ts";

/** An enclave, and the folder and genesis of its node. */
export interface NodeKeys {
  readonly home: string;
  /** The network's genesis file; undefined: the one in the folder. */
  readonly genesisFile: string | undefined;
  readonly driver: DriverChoice;
  readonly enclave: EnclaveClient;
}

/** What an operator sends in the transaction that registers the node. */
export interface NodeCertificate {
  /** Hex of the key that names the node. */
  readonly nodeId: string;
  /** Base64, for the field `ra_cert` of the message. */
  readonly certificate: string;
}

/** The keys of a network as its chain states them, and the seeds for this node. */
export interface GivenKeys {
  readonly seedExchangePublicKey: Uint8Array;
  readonly ioPublicKey: Uint8Array;
  readonly encryptedSeed: Uint8Array;
}

function genesisOf({ home, genesisFile }: NodeKeys): ChainGenesis {
  const path = genesisFile ?? paths(home).genesis;
  if (!existsSync(path)) {
    throw new EnvironmentFault(`there is no genesis file ${path}; name that of the network with --genesis FILE`);
  }
  const source = openGenesis({ path });
  try {
    const genesis = readGenesisHead(source);
    if (genesis.validators.length > 0) return genesis;
    throw new EnvironmentFault(
      "the genesis file names no validators: write those of its transactions into its field validators",
    );
  } finally {
    source.close();
  }
}

const setBytes = ({ validators }: ChainGenesis): Uint8Array =>
  encodeValidatorSet(
    createValidatorSet(
      validators.map(({ pubKey, power }) => {
        const publicKey = { type: "ed25519", bytes: pubKey } as const;
        return { address: consensusAddress(publicKey), publicKey, votingPower: power };
      }),
    ),
  );

/** Refuses to replace keys: a copy of the folder may be the only one that has them. */
function assertNone(home: string): void {
  const { sealed, state } = paths(home);
  for (const path of [sealed, state]) {
    if (existsSync(path)) throw new EnvironmentFault(`the node has keys or a chain already (${path})`);
  }
}

/** Makes the keys of a new network. Throws EnvironmentFault when the node has keys. */
export function foundNetwork(keys: NodeKeys): StartAnswer {
  assertNone(keys.home);
  const genesis = genesisOf(keys);
  const answer = keys.enclave.start({
    chainId: genesis.chainId,
    sealed: undefined,
    ...keys.driver,
    validators: setBytes(genesis),
    initialHeight: genesis.initialHeight,
    newGenesis: false,
    believesRows: false,
    registration: undefined,
    trustingPeriod: 0,
  });
  mkdirSync(keys.home, { recursive: true, mode: 0o700 });
  saveDurably(paths(keys.home).sealed, answer.sealed);
  return answer;
}

const registrationFile = (home: string): string => join(home, "registration.sealed");
const certificateFile = (home: string): string => join(home, "certificate.json");

/**
 * Makes the registration key of a node without keys, and its certificate. A second call returns the
 * certificate of the first. `validatorKey`: 32 bytes, or empty for a node that validates nothing.
 */
export function createNodeKeys(keys: NodeKeys, validatorKey: Uint8Array): NodeCertificate {
  const { home, enclave, driver } = keys;
  assertNone(home);
  if (existsSync(registrationFile(home)) && existsSync(certificateFile(home))) {
    return JSON.parse(readFileSync(certificateFile(home), "utf8")) as NodeCertificate;
  }
  const { chainId } = genesisOf(keys);
  const made = enclave.createNode({ chainId, ...driver, validatorKey });
  mkdirSync(home, { recursive: true, mode: 0o700 });
  saveDurably(registrationFile(home), made.registration);
  const shown = { nodeId: toHex(made.publicKey), certificate: toBase64(made.certificate) };
  saveDurably(certificateFile(home), fromUtf8(`${JSON.stringify(shown)}\n`));
  return shown;
}

/**
 * Opens the network's seeds in the enclave, which seals them. Throws EnvironmentFault or
 * ChainError.
 */
export function receiveNodeKeys(keys: NodeKeys, given: GivenKeys): StartAnswer {
  const { home, enclave, driver } = keys;
  assertNone(home);
  const genesis = genesisOf(keys);
  const answer = enclave.receiveKeys({
    chainId: genesis.chainId,
    ...driver,
    validators: setBytes(genesis),
    initialHeight: genesis.initialHeight,
    registration: mustRegistration(home),
    ...given,
  });
  saveDurably(paths(home).sealed, answer.sealed);
  // The sealed state has the keys now.
  for (const path of [registrationFile(home), certificateFile(home)]) rmSync(path, { force: true });
  return answer;
}

function mustRegistration(home: string): Uint8Array {
  const path = registrationFile(home);
  if (existsSync(path)) return new Uint8Array(readFileSync(path));
  throw new EnvironmentFault(`the node has no registration key (${path}): run sotto enclave create, and register it`);
}

/** The key that names the node of a folder. Throws EnvironmentFault. */
export function nodeIdOf(home: string): Uint8Array {
  const path = certificateFile(home);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "{}";
  const { nodeId } = JSON.parse(text) as Partial<NodeCertificate>;
  const bytes = fromHex(nodeId ?? "");
  if (bytes?.length === 32) return bytes;
  throw new EnvironmentFault(`the node has no certificate (${path}): run sotto enclave create, and register it`);
}

/** Longest answer that is read. */
const MOST_TEXT = 64 * 1024;
const ANSWER_MS = 10_000;

async function askRest(url: string, path: string): Promise<Record<string, unknown>> {
  let response: Response;
  try {
    response = await fetch(`${url.replace(/\/+$/, "")}${path}`, { signal: AbortSignal.timeout(ANSWER_MS) });
  } catch (thrown) {
    throw new EnvironmentFault(`${url} does not answer; name the REST URL of a node of the network with --from URL`, {
      cause: thrown,
    });
  }
  const text = (await response.text()).slice(0, MOST_TEXT);
  if (response.ok) return JSON.parse(text) as Record<string, unknown>;
  throw new EnvironmentFault(`${url}${path} answers ${response.status}: ${text.replace(/\s+/g, " ").slice(0, 300)}`);
}

/** The keys of the network and the seeds for a node, from the REST endpoint of another node. */
export async function askKeys(url: string, nodeId: Uint8Array): Promise<GivenKeys> {
  const base = "/registration/v1beta1";
  const stated = await askRest(url, `${base}/registration-key`);
  // The gateway reads bytes in a path as base64 for URLs.
  const name = toBase64(nodeId).replace(/\+/g, "-").replace(/\//g, "_");
  const seed = await askRest(url, `${base}/encrypted-seed/${name}`);
  const bytesAt = (value: unknown): Uint8Array =>
    fromBase64(typeof value === "string" ? value : "") ?? new Uint8Array(0);
  const state = JSON.parse(new TextDecoder().decode(bytesAt(stated["key"]))) as Record<
    string,
    { bytes?: unknown } | null
  >;
  return {
    seedExchangePublicKey: bytesAt(state["node_exch_key"]?.bytes),
    ioPublicKey: bytesAt(state["io_exch_key"]?.bytes),
    encryptedSeed: bytesAt(seed["encrypted_seed"]),
  };
}
