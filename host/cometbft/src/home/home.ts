// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { concat, fromBase64, toBase64, toHex } from "@sotto/bytes";
import { consensusAddress } from "@sotto/comet";
import { Ed25519Key } from "@sotto/crypto";
import { EnvironmentFault } from "@sotto/errors";
import { type CometSettings, tomlValues } from "./settings.ts";
import { setToml } from "./toml.ts";

/** Paths inside the folder of a CometBFT. */
export const cometFiles = (home: string) =>
  ({
    config: join(home, "config", "config.toml"),
    genesis: join(home, "config", "genesis.json"),
    nodeKey: join(home, "config", "node_key.json"),
    validatorKey: join(home, "config", "priv_validator_key.json"),
    validatorState: join(home, "data", "priv_validator_state.json"),
    /** What `storeSource` reads. */
    blockStore: join(home, "data", "blockstore.db"),
  }) as const;

/** The names by which others know a CometBFT. */
export interface CometIdentity {
  /** Of its node key, as `<node id>@host:port` names it. */
  readonly nodeId: string;
  /** Of its validator key; a node outside of the set has one, too. */
  readonly validatorPublicKey: Uint8Array;
  /** 20 bytes. */
  readonly validatorAddress: Uint8Array;
}

const ED25519 = "tendermint/PrivKeyEd25519";

/** Replaces a file at once, so that a kill leaves the old one or the new one. */
function writeWhole(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.new`;
  writeFileSync(draft, text, { mode });
  chmodSync(draft, mode);
  renameSync(draft, path);
}

function readKeyFile(path: string): Uint8Array {
  let bytes: Uint8Array | undefined;
  try {
    const { priv_key: key } = JSON.parse(readFileSync(path, "utf8"));
    bytes = key?.type === ED25519 && typeof key.value === "string" ? fromBase64(key.value) : undefined;
  } catch {
    // The text of the error may contain a part of the key.
    throw new EnvironmentFault(`${path} cannot be read as a key file of CometBFT; restore it or make a new folder`);
  }
  if (bytes?.length !== 64) throw new EnvironmentFault(`${path} has no ed25519 key; CometBFT's folder needs one`);
  return bytes;
}

/** Identity from the key files of a folder. Throws EnvironmentFault when one is missing. */
export function cometIdentity(home: string): CometIdentity {
  const files = cometFiles(home);
  const validatorPublicKey = readKeyFile(files.validatorKey).slice(32);
  const address = (bytes: Uint8Array) => consensusAddress({ type: "ed25519", bytes });
  return {
    nodeId: toHex(address(readKeyFile(files.nodeKey).slice(32))),
    validatorPublicKey,
    validatorAddress: address(validatorPublicKey),
  };
}

/** The id by which peers name the node of a folder. */
export const nodeId = (home: string): string => cometIdentity(home).nodeId;

/** A private key as CometBFT writes it: the seed, then the public key. */
const privateKeyOf = (seed: Uint8Array): Uint8Array => concat(seed, new Ed25519Key(seed).publicKey);

/** CometBFT's priv_validator_key.json from a seed of 32 bytes. */
function validatorKeyText(seed: Uint8Array): string {
  const whole = privateKeyOf(seed);
  const publicKey = whole.slice(32);
  const address = toHex(consensusAddress({ type: "ed25519", bytes: publicKey })).toUpperCase();
  const key = (kind: string, bytes: Uint8Array) => ({ type: `tendermint/${kind}`, value: toBase64(bytes) });
  const file = { address, pub_key: key("PubKeyEd25519", publicKey), priv_key: key("PrivKeyEd25519", whole) };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/** Changes settings in the config.toml of a folder. Throws EnvironmentFault, as `setToml`. */
export function configureComet(home: string, settings: CometSettings): void {
  const { config } = cometFiles(home);
  if (!existsSync(config)) throw new EnvironmentFault(`${config} does not exist: the folder has no CometBFT yet`);
  writeWhole(config, setToml(readFileSync(config, "utf8"), tomlValues(settings)));
}

/**
 * Writes the genesis file. Hazard: CometBFT reads it before its first block only, and goes on with
 * the one it stored then, without a word when the file is another one later.
 */
export const writeCometGenesis = (home: string, genesis: string): void => writeWhole(cometFiles(home).genesis, genesis);

export interface NewComet extends CometSettings {
  /** A cometbft program (`findCometbft`). */
  readonly binary: string;
  readonly home: string;
  /** Text of genesis.json. Undefined: CometBFT's own, with this node as its only validator. */
  readonly genesis?: string;
  /** Seed of the validator's key, 32 bytes; undefined: a random key. */
  readonly validatorSeed?: Uint8Array;
}

/**
 * Makes the folder of a CometBFT with its keys, or completes one: keys that are there stay. A key
 * of the validator that is there and is not of the given seed is refused.
 */
export function createCometHome({ binary, home, genesis, validatorSeed, ...settings }: NewComet): CometIdentity {
  const files = cometFiles(home);
  if (validatorSeed !== undefined) {
    const text = validatorKeyText(validatorSeed);
    if (!existsSync(files.validatorKey)) writeWhole(files.validatorKey, text, 0o600);
    else if (toHex(readKeyFile(files.validatorKey)) !== toHex(privateKeyOf(validatorSeed))) {
      throw new EnvironmentFault(`${files.validatorKey} has another key than the given one; use another folder`);
    }
    if (!existsSync(files.validatorState)) {
      writeWhole(files.validatorState, '{\n  "height": "0",\n  "round": 0,\n  "step": 0\n}', 0o600);
    }
  }
  const { status, stdout, stderr, error } = spawnSync(binary, ["init", "--home", home], { encoding: "utf8" });
  if (status !== 0) {
    const why = error?.message ?? `${stdout}${stderr}`.trim().split("\n").slice(-3).join("\n");
    throw new EnvironmentFault(`"${binary} init --home ${home}" failed: ${why}`);
  }
  if (genesis !== undefined) writeCometGenesis(home, genesis);
  configureComet(home, settings);
  return cometIdentity(home);
}
