// SPDX-License-Identifier: Apache-2.0
/**
 * The keys of a network's node: made by the first node, or received from the network's enclaves
 * (spec/registration.md).
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type ChainGenesis, genesisSet } from "@sotto/blocks";
import { concat, fromBase64, fromHex, fromUtf8, toBase64, toHex } from "@sotto/bytes";
import { type JsonObject, parseJson } from "@sotto/codec";
import { encodeValidatorSet } from "@sotto/comet";
import { ChainError, EnvironmentFault } from "@sotto/errors";
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

const setBytes = ({ validators }: ChainGenesis): Uint8Array => encodeValidatorSet(genesisSet(validators));

/** Whether the node has no keys of its network, and may run so. */
export const isWithoutKeys = (home: string): boolean => {
  const { sealed, withoutKeys } = paths(home);
  return existsSync(withoutKeys) && !existsSync(sealed);
};

/** The node has keys, which are durable. */
export function forgetWaiting(home: string): void {
  const { withoutKeys } = paths(home);
  if (existsSync(withoutKeys)) rmSync(withoutKeys, { force: true });
}

/** Refuses to replace keys: a copy of the folder may be the only one that has them. */
function assertNone(home: string): void {
  const { sealed, state } = paths(home);
  for (const path of [sealed, state]) {
    if (existsSync(path)) throw new EnvironmentFault(`the node has keys or a chain already (${path})`);
  }
}

/** As `assertNone`; a node that began without keys may have a state. */
function assertNoKeys(home: string): void {
  if (!isWithoutKeys(home)) assertNone(home);
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
    answersPast: false,
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
  assertNoKeys(home);
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
  assertNoKeys(home);
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

/** The body of an answer. Throws EnvironmentFault when it is too long. */
async function bodyOf(url: string, response: Response): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    size += piece.length;
    if (size > MOST_TEXT) throw new EnvironmentFault(`${url} answers more than ${MOST_TEXT} bytes`);
    pieces.push(piece);
  }
  return concat(...pieces);
}

/** The members of a JSON object. Throws EnvironmentFault for other bytes. */
function membersOf(url: string, bytes: Uint8Array): JsonObject {
  try {
    const value = parseJson(bytes);
    if (value instanceof Map) return value;
  } catch (thrown) {
    if (!(thrown instanceof ChainError)) throw thrown;
  }
  throw new EnvironmentFault(`the answer of ${url} is not a JSON object; name the REST URL of a node with --from URL`);
}

async function askRest(url: string, path: string): Promise<JsonObject> {
  const place = `${url.replace(/\/+$/, "")}${path}`;
  let response: Response;
  let body: Uint8Array;
  try {
    response = await fetch(place, { signal: AbortSignal.timeout(ANSWER_MS) });
    body = await bodyOf(place, response);
  } catch (thrown) {
    if (thrown instanceof EnvironmentFault) throw thrown;
    throw new EnvironmentFault(`${url} does not answer; name the REST URL of a node of the network with --from URL`, {
      cause: thrown,
    });
  }
  if (response.ok) return membersOf(place, body);
  const text = Buffer.from(body).toString("utf8").replace(/\s+/g, " ");
  throw new EnvironmentFault(`${place} answers ${response.status}: ${text.slice(0, 300)}`);
}

const bytesAt = (members: JsonObject, name: string): Uint8Array => {
  const value = members.get(name);
  return fromBase64(typeof value === "string" ? value : "") ?? new Uint8Array(0);
};

/** The keys of the network and the seeds for a node, from the REST endpoint of another node. */
export async function askKeys(url: string, nodeId: Uint8Array): Promise<GivenKeys> {
  const base = "/registration/v1beta1";
  const stated = await askRest(url, `${base}/registration-key`);
  // The gateway reads bytes in a path as base64 for URLs.
  const name = toBase64(nodeId).replace(/\+/g, "-").replace(/\//g, "_");
  const seed = await askRest(url, `${base}/encrypted-seed/${name}`);
  const state = membersOf(url, bytesAt(stated, "key"));
  const keyAt = (key: string): Uint8Array => {
    const part = state.get(key);
    return part instanceof Map ? bytesAt(part, "bytes") : new Uint8Array(0);
  };
  return {
    seedExchangePublicKey: keyAt("node_exch_key"),
    ioPublicKey: keyAt("io_exch_key"),
    encryptedSeed: bytesAt(seed, "encrypted_seed"),
  };
}
