// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { getAddress } from "@sotto/address";
import { blockedAddresses } from "@sotto/app/facts";
import type { ChainGenesis } from "@sotto/blocks";
import { fromBase64, fromHex, fromUtf8, toBase64, toHex, toLatin1 } from "@sotto/bytes";
import { compactJson, type Json, parseJson } from "@sotto/codec";
import type { JsonSource } from "@sotto/codec/stream";
import { consensusAddress } from "@sotto/comet";
import { Ed25519Key, sha256 } from "@sotto/crypto";
import { EnvironmentFault } from "@sotto/errors";
import { type LocalGenesis, localGenesis, readGenesisDocument } from "@sotto/local";
import { nowNs } from "./clock.ts";
import { type Config, paths } from "./config.ts";
import { saveDurably } from "./files.ts";
import { type GenesisHead, readGenesisHead } from "./genesisFields.ts";
import { type GenesisPlace, openGenesis } from "./genesisFile.ts";
import { createIfAbsent, loadOrCreate } from "./home.ts";
import type { DriverChoice } from "./threads/shared.ts";
import { validatorSeeds } from "./validatorSeeds.ts";
import { assertMisses, equalPowers, type MissedBlocks, MOST_VALIDATORS } from "./validators.ts";

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

function seedOf({ seed }: Pick<Config, "seed">): Uint8Array | undefined {
  if (seed === undefined) return undefined;
  const bytes = fromHex(seed);
  if (bytes?.length !== 32) throw new EnvironmentFault("--seed takes 64 hex digits");
  return bytes;
}

/** The driver gets the node's seed, too: a driver without seeds refuses to start. */
export function driverOf(config: Pick<Config, "driver" | "driverOptions" | "seed">): DriverChoice {
  const { driver, driverOptions } = config;
  const seed = seedOf(config);
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

/** Refuses a start whose flags differ from the chain in the folder. */
function assertSameChain(
  { chainId: kept, maxGas, validators: { length } }: GenesisHead,
  { home, chainId, blockGas, validators }: Config,
): void {
  if (kept !== chainId) {
    throw new EnvironmentFault(
      `the folder ${home} holds chain ${String(kept)}, not ${chainId}; choose another with --home DIR, or remove it with --reset`,
    );
  }
  if (blockGas !== undefined && maxGas !== blockGas) {
    throw new EnvironmentFault(
      `the blocks of the chain in ${home} have max_gas ${maxGas}, not ${blockGas}, and that cannot change; leave --block-gas out, or remove it with --reset`,
    );
  }
  if (validators !== undefined && validators !== length) {
    const all = length === 1 ? "one validator" : `${length} validators`;
    throw new EnvironmentFault(
      `the chain in ${home} began with ${all}, not ${validators}, and that cannot change; leave --validators out, choose another folder with --home DIR, or remove it with --reset`,
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
    `the chain in ${home} began with other accounts, and that cannot change; leave --genesis-account out, or remove it with --reset`,
  );
}

/**
 * Seeds of this node's validators. An exported file lacks the jailed ones, so the numbers of the
 * others may have gaps.
 */
function seedsFor(first: Uint8Array, { validators }: GenesisHead): readonly Uint8Array[] {
  const named = new Set(validators.map(({ pubKey }) => toHex(pubKey)));
  const isNamed = (seed: Uint8Array): boolean => named.has(toHex(new Ed25519Key(seed).publicKey));
  const seeds = validatorSeeds(first, Math.min(Math.max(1, validators.length), MOST_VALIDATORS));
  if (seeds.filter(isNamed).length === validators.length) return seeds;
  const all = validatorSeeds(first, MOST_VALIDATORS);
  return all.slice(0, Math.max(seeds.length, 1 + all.findLastIndex(isNamed)));
}

/** Whether the enclave makes its keys from what the node's flags give. */
export const hasSeed = ({ seed, driverOptions }: Pick<Config, "seed" | "driverOptions">): boolean =>
  seed !== undefined || driverOptions !== undefined;

/** Marks a node of a network that begins without keys: it never makes new ones. */
function markWithoutKeys(config: Config, home: string): void {
  const { sealed, state, withoutKeys } = paths(home);
  if (existsSync(sealed) || existsSync(state) || hasSeed(config)) return;
  saveDurably(withoutKeys, new Uint8Array(0));
}

/**
 * The identity of a node whose blocks CometBFT decides: the genesis of its network, and no key,
 * which CometBFT has. Throws EnvironmentFault.
 */
export function loadNetworkIdentity(config: Config, home: string): Identity {
  const document: GenesisPlace = { path: paths(home).genesis };
  if (!existsSync(document.path)) {
    throw new EnvironmentFault(
      `the folder ${home} has no genesis of a network; name the genesis.json of CometBFT with --genesis FILE`,
    );
  }
  const source = openGenesis(document);
  try {
    const { maxGas, ...genesis } = readGenesisHead(source);
    assertSameChain({ maxGas, ...genesis }, config);
    if (genesis.validators.length === 0) {
      throw new EnvironmentFault(
        "the genesis file names no validators: write those of its transactions into its field validators",
      );
    }
    markWithoutKeys(config, home);
    const driver = driverOf(config);
    return { validatorSeeds: [], misses: [], validatorKey: new Uint8Array(0), genesis, document, driver };
  } finally {
    source.close();
  }
}

/**
 * The powers of these validators in a genesis, and of all in it. A file whose validators come from
 * its transactions names none: the set is then this node's own key, as for the enclave.
 */
function powersOf(seeds: readonly Uint8Array[], validators: ChainGenesis["validators"]) {
  const known = new Map(validators.map(({ pubKey, power }) => [toHex(pubKey), power]));
  if (known.size === 0) return { powers: equalPowers(seeds.length), total: BigInt(seeds.length) };
  return {
    powers: seeds.map((seed) => known.get(toHex(new Ed25519Key(seed).publicKey)) ?? 0n),
    total: validators.reduce((sum, { power }) => sum + power, 0n),
  };
}

/**
 * Loads the node's key and genesis from its folder, or makes them at the first start. `home`: the
 * folder, also of a chain in memory that begins with a given genesis file.
 */
export function loadIdentity(config: Config, home: string | undefined = config.home): Identity {
  const where = home === undefined ? undefined : paths(home);
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
    assertMisses(config.misses, equalPowers(validators));
    return create(nowNs(), config.blockGas, validators).json;
  };
  const document: GenesisPlace = where === undefined ? { text: made() } : { path: where.genesis };
  if ("path" in document) createIfAbsent(document.path, made);
  const source = openGenesis(document);
  try {
    const { maxGas, ...genesis } = readGenesisHead(source);
    assertSameChain({ maxGas, ...genesis }, config);
    const seeds = seedsFor(first, { maxGas, ...genesis });
    const { powers, total } = powersOf(seeds, genesis.validators);
    assertMisses(config.misses, powers, total);
    if (config.genesisAccounts.length > 0) {
      assertSameAccounts(source, create(genesis.time, maxGas, seeds.length).appState, config);
    }
    return {
      validatorSeeds: seeds,
      misses: config.misses,
      validatorKey,
      genesis,
      document,
      driver: driverOf(config),
    };
  } finally {
    source.close();
  }
}
