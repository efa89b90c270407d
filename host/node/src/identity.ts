import { randomBytes } from "node:crypto";
import { fromBase64, fromHex, fromUtf8, toBase64, toHex } from "@sotto/bytes";
import { consensusAddress } from "@sotto/comet";
import { Ed25519Key, sha256 } from "@sotto/crypto";
import { EnvironmentFault } from "@sotto/errors";
import { type LocalGenesis, localGenesis } from "@sotto/local";
import { nowNs } from "./clock.ts";
import { type Config, paths } from "./config.ts";
import { loadOrCreate } from "./home.ts";

/** What makes a node this node: its key and its chain's genesis. */
export interface Identity {
  readonly validatorSeed: Uint8Array;
  readonly validatorKey: Uint8Array;
  readonly genesis: LocalGenesis;
  readonly enclaveSeed: Uint8Array | undefined;
}

const labelled = (seed: Uint8Array, label: string): Uint8Array => sha256(new Uint8Array([...seed, ...fromUtf8(label)]));

function seedOf({ seed }: Config): Uint8Array | undefined {
  if (seed === undefined) return undefined;
  const bytes = fromHex(seed);
  if (bytes?.length !== 32) throw new EnvironmentFault("--seed takes 64 hex digits");
  return bytes;
}

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

function readKeyFile(text: string, path: string): Uint8Array {
  const file: { readonly priv_key?: { readonly value?: string } } = JSON.parse(text);
  const bytes = fromBase64(file.priv_key?.value ?? "");
  if (bytes?.length !== 64) throw new EnvironmentFault(`${path} is not a validator key file`);
  return bytes.slice(0, 32);
}

/** RFC 3339 text with up to nine fractional digits, as nanoseconds since 1970. */
function parseGenesisTime(text: string): bigint {
  const [, head, fraction = ""] = /^(.{19})(?:\.([0-9]{1,9}))?Z$/.exec(text) ?? [];
  if (head === undefined) throw new EnvironmentFault("the genesis file has no readable genesis_time");
  return BigInt(Date.parse(`${head}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}

/** Loads the node's key and genesis from its folder, or makes them at the first start. */
export function loadIdentity(config: Config): Identity {
  const where = config.home === undefined ? undefined : paths(config.home);
  const seed = seedOf(config);
  const keyText = loadOrCreate(where?.validatorKey, () =>
    keyFile(seed === undefined ? new Uint8Array(randomBytes(32)) : labelled(seed, "validator")),
  );
  const validatorSeed = readKeyFile(keyText, where?.validatorKey ?? "the validator key");
  const validatorKey = new Ed25519Key(validatorSeed).publicKey;
  const create = (chainId: string, time: bigint) =>
    localGenesis({ chainId, timeNs: time, validatorPubKey: validatorKey });
  const text = loadOrCreate(where?.genesis, () => create(config.chainId, nowNs()).json);
  const file: { readonly chain_id: string; readonly genesis_time: string } = JSON.parse(text);
  if (file.chain_id !== config.chainId) {
    throw new EnvironmentFault(
      `the folder ${config.home} holds chain ${file.chain_id}, not ${config.chainId}; choose another with --home DIR, or start anew with --reset`,
    );
  }
  return {
    validatorSeed,
    validatorKey,
    genesis: create(file.chain_id, parseGenesisTime(file.genesis_time)),
    enclaveSeed: seed === undefined ? undefined : labelled(seed, "enclave"),
  };
}
