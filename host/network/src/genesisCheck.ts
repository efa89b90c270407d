// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { toBase64 } from "@sotto/bytes";
import { cometFiles, cometIdentity } from "@sotto/cometbft";
import { type Network, nodePaths } from "./files.ts";

type Fields = Readonly<Record<string, unknown>>;
const fields = (value: unknown): Fields => (typeof value === "object" && value !== null ? (value as Fields) : {});
const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.map(fields) : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Values that occur more than once. */
function doubled(values: readonly string[]): readonly string[] {
  return [...new Set(values.filter((value, i) => value !== "" && values.indexOf(value) !== i))];
}

interface Parts {
  /** Base64 keys of the field `validators`. */
  readonly keys: readonly string[];
  readonly powers: readonly string[];
  readonly stakers: readonly Fields[];
  readonly genTxs: readonly Fields[];
}

function partsOf(genesis: Fields): Parts {
  const state = fields(genesis["app_state"]);
  const validators = list(genesis["validators"]);
  return {
    keys: validators.map((each) => text(fields(each["pub_key"])["value"])),
    powers: validators.map((each) => text(each["power"])),
    stakers: list(fields(state["staking"])["validators"]),
    genTxs: list(fields(state["genutil"])["gen_txs"]),
  };
}

/** The validators that the transactions of a genesis make. */
const madeBy = (genTxs: readonly Fields[]): readonly Fields[] =>
  genTxs.flatMap((tx) => list(fields(tx["body"])["messages"]));

function faultsOfSet({ keys, powers, stakers, genTxs }: Parts): readonly string[] {
  const made = madeBy(genTxs);
  const bonded = stakers.map((each) => text(fields(each["consensus_pubkey"])["key"]));
  const staked = [...bonded, ...made.map((each) => text(fields(each["pubkey"])["key"]))];
  const operators = [
    ...stakers.map((each) => text(each["operator_address"])),
    ...made.map((each) => text(each["validator_address"])),
  ];
  const missing = keys.filter((key) => !staked.includes(key));
  return [
    ...(keys.length === 0 ? ["it names no validators: write those of its transactions into its field validators"] : []),
    ...doubled(keys).map((key) => `its field validators has the key ${key} twice: remove one`),
    ...doubled(staked).map((key) => `two validators of its state or its gentxs have the key ${key}: remove one`),
    ...doubled(operators).map((each) => `the operator ${each} has two validators or gentxs: remove one`),
    ...(powers.every((power) => /^[1-9][0-9]*$/.test(power)) ? [] : ["a validator has no power: set one above 0"]),
    ...missing.map(
      (key) => `its field validators has the key ${key}, and neither its staking state nor a gentx has it`,
    ),
  ];
}

/**
 * What is wrong with the text of a genesis file for validators with these keys (base64): a wrong
 * set, a validator or gentx that comes twice, another chain. Each fault says what to do.
 */
export function genesisFaults(json: string, chainId: string, keys: readonly string[]): readonly string[] {
  let genesis: Fields;
  try {
    genesis = fields(JSON.parse(json));
  } catch (thrown) {
    return [`it is not JSON (${thrown instanceof Error ? thrown.message : thrown}): get the network's file again`];
  }
  const parts = partsOf(genesis);
  const found = text(genesis["chain_id"]);
  return [
    ...(found === chainId ? [] : [`it is of chain ${found}, not ${chainId}: get the network's file again`]),
    ...faultsOfSet(parts),
    ...keys
      .filter((key) => !parts.keys.includes(key))
      .map(
        (key) =>
          `it lacks the validator with the key ${key} of this folder: get the network's file, or put the key back`,
      ),
  ];
}

const hashOf = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

/** Base64 key of the validator of each genesis validator's folder. */
const keysOf = (home: string, { nodes }: Network): readonly string[] =>
  nodes
    .filter(({ isGenesisValidator }) => isGenesisValidator)
    .map(({ number }) => toBase64(cometIdentity(nodePaths(home, number).comet).validatorPublicKey));

/**
 * What is wrong with the genesis files of a network: of each CometBFT, and the copy that each node
 * made at its first start. Throws EnvironmentFault when a key file is missing.
 */
export function networkGenesisFaults(home: string, network: Network): readonly string[] {
  const files = network.nodes.flatMap(({ number }) => {
    const { node, comet } = nodePaths(home, number);
    const copy = join(node, "genesis.json");
    return [cometFiles(comet).genesis, ...(existsSync(copy) ? [copy] : [])];
  });
  const missing = files.filter((file) => !existsSync(file));
  if (missing.length > 0) return missing.map((file) => `${file} does not exist: copy it from another node`);
  const [first = ""] = files;
  const expected = hashOf(first);
  const others = files.filter((file) => hashOf(file) !== expected);
  const keys = keysOf(home, network);
  return [
    ...genesisFaults(readFileSync(first, "utf8"), network.chainId, keys).map((fault) => `${first}: ${fault}`),
    ...doubled(keys).map((key) => `two nodes have the validator key ${key}: they would sign twice; give each its own`),
    ...others.map((file) => `${file} differs from ${first}: copy the network's file to both`),
  ];
}

/** SHA-256 of the first node's genesis file, in hex. */
export const genesisHash = (home: string): string => hashOf(cometFiles(nodePaths(home, 1).comet).genesis);
