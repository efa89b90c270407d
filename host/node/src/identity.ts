// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from "node:crypto";
import { getAddress } from "@sotto/address";
import { blockedAddresses } from "@sotto/app/facts";
import type { ChainGenesis } from "@sotto/blocks";
import { fromBase64, fromHex, fromUtf8, toBase64, toHex, toLatin1 } from "@sotto/bytes";
import { compactJson, type Json, parseJson } from "@sotto/codec";
import type { JsonSource } from "@sotto/codec/stream";
import { consensusAddress } from "@sotto/comet";
import { Ed25519Key, sha256 } from "@sotto/crypto";
import { EnvironmentFault } from "@sotto/errors";
import { type LocalGenesis, localGenesis, readGenesisDocument, readGenesisFields } from "@sotto/local";
import { nowNs } from "./clock.ts";
import { type Config, paths } from "./config.ts";
import { type GenesisPlace, openGenesis } from "./genesisFile.ts";
import { createIfAbsent, loadOrCreate } from "./home.ts";
import type { DriverChoice } from "./threads/shared.ts";
import { assertMisses, type MissedBlocks, validatorSeeds } from "./validators.ts";

/** The identity of a node: its keys and its chain's genesis. */
export interface Identity {
  /** Of the validators' keys, in the order of their numbers. */
  readonly validatorSeeds: readonly Uint8Array[];
  readonly misses: readonly MissedBlocks[];
  /** Of the first validator. */
  readonly validatorKey: Uint8Array;
  /** What consensus takes of it. */
  readonly genesis: ChainGenesis;
  /** The whole document. */
  readonly document: GenesisPlace;
  readonly driver: DriverChoice;
}

const labelled = (seed: Uint8Array, label: string): Uint8Array => sha256(new Uint8Array([...seed, ...fromUtf8(label)]));

function seedOf({ seed }: Config): Uint8Array | undefined {
  if (seed === undefined) return undefined;
  const bytes = fromHex(seed);
  if (bytes?.length !== 32) throw new EnvironmentFault("--seed takes 64 hex digits");
  return bytes;
}

/** The driver gets the node's seed, too: a driver without seeds refuses to start. */
function driverOf({ driver, driverOptions }: Config, seed: Uint8Array | undefined): DriverChoice {
  const given = driverOptions === undefined ? undefined : fromHex(driverOptions);
  if (driverOptions !== undefined && given === undefined)
    throw new EnvironmentFault("--driver-options takes hex digits");
  return { driver, driverOptions: given ?? (seed === undefined ? new Uint8Array(0) : labelled(seed, "enclave")) };
}

const isObject = (value: Json | undefined): value is ReadonlyMap<string, Json> => value instanceof Map;

/** CometBFT's priv_validator_key.json: 32 bytes of seed, then the public key. */
function keyFile(seed: Uint8Array): string {
  const { publicKey } = new Ed25519Key(seed);
  const address = toHex(consensusAddress({ type: "ed25519", bytes: publicKey })).toUpperCase();
  const value = toBase64(new Uint8Array([...seed, ...publicKey]));
  return `${JSON.stringify(
    {
      address,
      pub_key: { type: "tendermint/PubKeyEd25519", value: toBase64(publicKey) },
      priv_key: { type: "tendermint/PrivKeyEd25519", value },
    },
    null,
    2,
  )}\n`;
}

/**
 * The text of the secret key in a key file; undefined for any other text. Hazard: a parser's
 * message quotes the text, so it is dropped.
 */
function secretIn(text: string): string | undefined {
  try {
    const file = parseJson(text);
    const key = isObject(file) ? file.get("priv_key") : undefined;
    const value = isObject(key) ? key.get("value") : undefined;
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

function readKeyFile(text: string, path: string): Uint8Array {
  const bytes = fromBase64(secretIn(text) ?? "");
  if (bytes?.length !== 64) throw new EnvironmentFault(`${path} is not a validator key file`);
  return bytes.slice(0, 32);
}

/** RFC 3339 text with up to nine fractional digits, as nanoseconds since 1970. */
function parseGenesisTime(text: string): bigint {
  const [, head, fraction = ""] =
    /^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?Z$/.exec(text) ?? [];
  const ms = Date.parse(`${head}Z`);
  if (Number.isNaN(ms)) throw new EnvironmentFault("the genesis file has no readable genesis_time");
  return BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}

/** The data that a start reads from `genesis.json`; the rest follows from it and the key. */
interface GenesisFile {
  readonly chainId: Json | undefined;
  readonly time: bigint;
  /** The text in the file. */
  readonly maxGas: string;
  readonly validators: number;
}

function readGenesisFile(source: JsonSource): GenesisFile {
  // The first start reads the whole document later, on the thread that runs blocks.
  const fields = readGenesisFields(source, ["genesis_time", "chain_id", "consensus_params", "validators"]);
  const time = fields.get("genesis_time");
  const params = fields.get("consensus_params");
  const block = isObject(params) ? params.get("block") : undefined;
  const maxGas = isObject(block) ? block.get("max_gas") : undefined;
  if (typeof time !== "string") throw new EnvironmentFault("the genesis file has no readable genesis_time");
  if (typeof maxGas !== "string" || !/^-?[0-9]{1,18}$/.test(maxGas)) {
    throw new EnvironmentFault("the genesis file has no readable consensus_params.block.max_gas");
  }
  const list = fields.get("validators");
  const validators = Array.isArray(list) && list.length > 0 ? list.length : 1;
  return { chainId: fields.get("chain_id"), time: parseGenesisTime(time), maxGas, validators };
}

/** Refuses a start whose flags differ from the chain in the folder. */
function assertSameChain(file: GenesisFile, { home, chainId, blockGas, validators }: Config): void {
  const { chainId: kept, maxGas } = file;
  if (kept !== chainId) {
    throw new EnvironmentFault(
      `the folder ${home} holds chain ${String(kept)}, not ${chainId}; choose another with --home DIR, or start anew with --reset`,
    );
  }
  if (blockGas !== undefined && maxGas !== String(blockGas)) {
    throw new EnvironmentFault(
      `the blocks of the chain in ${home} have max_gas ${maxGas}, not ${blockGas}, and that cannot change; leave --block-gas out, or start anew with --reset`,
    );
  }
  if (validators !== undefined && validators !== file.validators) {
    const all = file.validators === 1 ? "one validator" : `${file.validators} validators`;
    throw new EnvironmentFault(
      `the chain in ${home} began with ${all}, not ${validators}, and that cannot change; leave --validators out, choose another folder with --home DIR, or start anew with --reset`,
    );
  }
}

/**
 * Refuses addresses that no account of this chain can have: mistyped ones, addresses of other
 * chains and of its modules.
 */
function assertAccounts({ genesisAccounts }: Config): void {
  for (const { address } of genesisAccounts) {
    const bytes = getAddress(address);
    if (bytes === undefined)
      throw new EnvironmentFault(`--genesis-account: ${address} is not an address of this chain`);
    if (blockedAddresses.has(toLatin1(bytes))) {
      throw new EnvironmentFault(
        `--genesis-account: ${address} belongs to a module of the chain, which no user can fund`,
      );
    }
  }
}

/**
 * The text of a part that this process may have made; undefined for one that is far too long for
 * that.
 */
function shortText(source: JsonSource | undefined, longest: number): string | undefined {
  if (source === undefined || source.end - source.start > longest) return undefined;
  return compactJson(parseJson(source.read(source.start, source.end), { maxValues: Number.MAX_SAFE_INTEGER }));
}

/** Refuses a start whose accounts are not those that the chain in the folder began with. */
function assertSameAccounts(source: JsonSource, asked: LocalGenesis["appState"], { home }: Config): void {
  const found = readGenesisDocument(source).appState;
  // White space may make the file twice as long as the text that is made.
  if ([...asked].every(([name, text]) => shortText(found.get(name), 2 * text.length) === text)) return;
  throw new EnvironmentFault(
    `the chain in ${home} began with other accounts, and that cannot change; leave --genesis-account out, or start anew with --reset`,
  );
}

/** Loads the node's key and genesis from its folder, or makes them at the first start. */
export function loadIdentity(config: Config): Identity {
  const where = config.home === undefined ? undefined : paths(config.home);
  const seed = seedOf(config);
  const keyText = loadOrCreate(where?.validatorKey, () =>
    keyFile(seed === undefined ? new Uint8Array(randomBytes(32)) : labelled(seed, "validator")),
  );
  const first = readKeyFile(keyText, where?.validatorKey ?? "the validator key");
  const validatorKey = new Ed25519Key(first).publicKey;
  assertAccounts(config);
  const create = (timeNs: bigint, maxBlockGas: bigint | undefined, validators: number) => {
    const further = validatorSeeds(first, validators).slice(1);
    return localGenesis({
      chainId: config.chainId,
      timeNs,
      validatorPubKey: validatorKey,
      furtherPubKeys: further.map((each) => new Ed25519Key(each).publicKey),
      maxBlockGas,
      extra: config.genesisAccounts,
    });
  };
  const made = () => {
    const validators = config.validators ?? 1;
    // Before the file exists: a start that is refused leaves no chain behind.
    assertMisses(config.misses, validators);
    return create(nowNs(), config.blockGas, validators).json;
  };
  const document: GenesisPlace = where === undefined ? { text: made() } : { path: where.genesis };
  if ("path" in document) createIfAbsent(document.path, made);
  const source = openGenesis(document);
  try {
    const file = readGenesisFile(source);
    assertSameChain(file, config);
    assertMisses(config.misses, file.validators);
    const { appState, json: _, ...genesis } = create(file.time, BigInt(file.maxGas), file.validators);
    if (config.genesisAccounts.length > 0) assertSameAccounts(source, appState, config);
    return {
      validatorSeeds: validatorSeeds(first, file.validators),
      misses: config.misses,
      validatorKey,
      genesis,
      document,
      driver: driverOf(config, seed),
    };
  } finally {
    source.close();
  }
}
