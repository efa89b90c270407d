// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { toBase64, toHex } from "@sotto/bytes";
import { CodecError, compactJson, compareText, encode, type Json, type JsonObject } from "@sotto/codec";
import { type JsonSource, jsonAt, jsonMembers, sourcePart } from "@sotto/codec/stream";
import { consensusAddress, formatTime } from "@sotto/comet";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import { DEFAULT_PARAMS } from "@sotto/x-consensus";
import { accounts as localAccounts } from "./accounts.ts";
import { LOCAL_BLOCK_GAS } from "./blockGas.ts";
import { type LocalValidator, localValidators } from "./operators.ts";
import { NOT_BONDED, object, STAKE, validatorParts } from "./validator.ts";

/** An account that a genesis funds in addition to `funded`. */
export interface GenesisAccount {
  /** Bech32. */
  readonly address: string;
  readonly coins: readonly { readonly denom: string; readonly amount: bigint }[];
}

export interface LocalGenesisOptions {
  readonly chainId: string;
  /** Nanoseconds since 1970. The last digit must not be zero (spec/local-network.md 3.4). */
  readonly timeNs: bigint;
  /** ed25519, 32 bytes. */
  readonly validatorPubKey: Uint8Array;
  /** Keys of the validators 2, 3, ...; default: there is one. */
  readonly furtherPubKeys?: readonly Uint8Array[] | undefined;
  /**
   * Bech32 addresses that are funded beside the accounts of further validators; default: the five
   * accounts of LocalSecret.
   */
  readonly funded?: readonly string[];
  /** The balance of each of them, in the smallest unit. Default: 10^18. */
  readonly amount?: bigint;
  /** Default: uscrt. */
  readonly denom?: string;
  /**
   * Accounts with further coins. An address may also be in `funded` or occur twice: it then has the
   * sum.
   */
  readonly extra?: readonly GenesisAccount[];
  /** Most bytes of a block. Default: 22,020,096, as in CometBFT. */
  readonly maxBlockBytes?: bigint;
  /** Most gas of a block; -1: no limit. Default: `LOCAL_BLOCK_GAS`. */
  readonly maxBlockGas?: bigint | undefined;
}

/** The genesis of a developer's network, in the three forms that a node needs. */
export interface LocalGenesis {
  readonly chainId: string;
  readonly time: bigint;
  readonly initialHeight: number;
  /** JSON text of each module's part. */
  readonly appState: ReadonlyMap<string, string>;
  /** tendermint.types.ConsensusParams */
  readonly consensusParams: Uint8Array;
  readonly validators: readonly { readonly pubKey: Uint8Array; readonly power: bigint }[];
  /** JSON text of CometBFT's GenesisDoc, as RPC's `genesis` shows it. */
  readonly json: string;
}

/**
 * LocalSecret's validator delegates 10^17 uscrt to itself, which is this power; each has it
 * (spec/local-network.md 3.2).
 */
const POWER = 100_000_000_000n;
const NANOS = 1_000_000_000n;

const paramsOf = ({
  maxBlockBytes = DEFAULT_PARAMS.block.maxBytes,
  maxBlockGas = LOCAL_BLOCK_GAS,
}: LocalGenesisOptions) => ({ ...DEFAULT_PARAMS, block: { maxBytes: maxBlockBytes, maxGas: maxBlockGas } });

/** Clients compare these as literals (spec/local-network.md 3.1). */
const AUTH_PARAMS = object({
  max_memo_characters: "256",
  tx_sig_limit: "7",
  tx_size_cost_per_byte: "10",
  sig_verify_cost_ed25519: "590",
  sig_verify_cost_secp256k1: "1000",
});

const denomMetadata = (denom: string): Json =>
  object({
    description: "The native token of the network",
    denom_units: [
      object({ denom, exponent: 0, aliases: [] }),
      object({ denom: denom.startsWith("u") ? denom.slice(1) : `m${denom}`, exponent: 6, aliases: [] }),
    ],
    base: denom,
    display: denom.startsWith("u") ? denom.slice(1) : `m${denom}`,
    name: "SCRT",
    symbol: "SCRT",
  });

/** The balances of a genesis, by address and denomination, in the order of the options. */
function balancesOf(
  options: LocalGenesisOptions,
  validators: readonly LocalValidator[],
  denom: string,
): Map<string, Map<string, bigint>> {
  const amount = options.amount ?? 1_000_000_000_000_000_000n;
  const funded = options.funded ?? localAccounts.map(({ address }) => address);
  const balances = new Map<string, Map<string, bigint>>();
  const add = (address: string, coin: string, value: bigint): void => {
    const owned = balances.get(address) ?? new Map<string, bigint>();
    balances.set(address, owned);
    owned.set(coin, (owned.get(coin) ?? 0n) + value);
  };
  for (const address of funded) add(address, denom, amount);
  for (const { account } of validators.slice(1)) add(account, denom, amount);
  for (const { address, coins } of options.extra ?? []) {
    for (const coin of coins) add(address, coin.denom, coin.amount);
  }
  // A delegation comes out of the balance of the validator's account, if that covers it.
  for (const { account } of validators) {
    const own = balances.get(account)?.get(denom) ?? 0n;
    if (own > STAKE) add(account, denom, -STAKE);
  }
  return balances;
}

/**
 * The initial state of each module. Modules that are not named start with their defaults
 * (spec/local-network.md 3.1).
 */
function stateOf(options: LocalGenesisOptions, validators: readonly LocalValidator[]): ReadonlyMap<string, string> {
  const { denom = "uscrt" } = options;
  const balances = balancesOf(options, validators, denom);
  const owners = [...balances.keys()].map((address) =>
    object({
      "@type": "/cosmos.auth.v1beta1.BaseAccount",
      address,
      pub_key: null,
      account_number: "0",
      sequence: "0",
    }),
  );
  balances.set(NOT_BONDED, new Map([[denom, STAKE * BigInt(validators.length)]]));
  const supply = new Map<string, bigint>();
  for (const owned of balances.values()) {
    for (const [coin, value] of owned) supply.set(coin, (supply.get(coin) ?? 0n) + value);
  }
  const bank = object({
    params: object({ send_enabled: [], default_send_enabled: true }),
    balances: [...balances].map(([address, owned]) => object({ address, coins: coinsOf(owned) })),
    supply: coinsOf(supply),
    denom_metadata: [denomMetadata(denom)],
    send_enabled: [],
  });
  return new Map([
    ["auth", compactJson(object({ params: AUTH_PARAMS, accounts: owners }))],
    ["bank", compactJson(bank)],
    ...Array.from(validatorParts(denom, validators), ([name, part]) => [name, compactJson(part)] as const),
  ]);
}

/** Coins in the SDK's order, that of their denominations. */
const coinsOf = (sums: ReadonlyMap<string, bigint>): Json =>
  [...sums].sort(([a], [b]) => compareText(a, b)).map(([denom, amount]) => object({ denom, amount: String(amount) }));

/**
 * A genesis document of any length: its own fields, and the source of each module's initial state.
 */
export interface GenesisDocument {
  /** All but `app_state`. */
  readonly fields: JsonObject;
  /** JSON text of each module's part, by module name. */
  readonly appState: ReadonlyMap<string, JsonSource>;
}

/** Most of one field of a document that is not `app_state`: there may be many validators. */
const FIELD_LIMITS = { maxLength: 16 * 1024 * 1024 };

/**
 * Finds the parts of a genesis document, in any order of its fields; the parts themselves are not
 * read. Throws CodecError.json and jsonLimit with the position, and for a repeated field or part.
 * Cost: two passes over the source, in windows of 256 KiB.
 */
export function readGenesisDocument(source: JsonSource): GenesisDocument {
  const fields = new Map<string, Json>();
  const appState = new Map<string, JsonSource>();
  const seen = new Set<string>();
  const assertFirst = (path: string, { start }: { readonly start: number }): void => {
    if (seen.has(path)) throw CodecError.json(`${path} comes twice, at byte ${start}`);
    seen.add(path);
  };
  for (const [key, extent] of jsonMembers(source)) {
    assertFirst(key, extent);
    if (key !== "app_state") fields.set(key, jsonAt(source, extent, FIELD_LIMITS));
    else {
      for (const [name, part] of jsonMembers(sourcePart(source, extent))) {
        assertFirst(`app_state.${name}`, part);
        appState.set(name, sourcePart(source, part));
      }
    }
  }
  return { fields, appState };
}

/**
 * Some fields of a genesis document by name, without those that it lacks. Throws as
 * readGenesisDocument, for the text up to the last of them. Cost: it stops there, so it does not
 * scan an `app_state` at the end of the document.
 */
export function readGenesisFields(source: JsonSource, names: readonly string[]): JsonObject {
  const fields = new Map<string, Json>();
  for (const [key, extent] of jsonMembers(source)) {
    if (fields.has(key)) throw CodecError.json(`${key} comes twice, at byte ${extent.start}`);
    if (names.includes(key)) fields.set(key, jsonAt(source, extent, FIELD_LIMITS));
    if (fields.size === names.length) break;
  }
  return fields;
}

/**
 * A genesis document in pieces that follow each other. `appState`: pieces of each module's part,
 * which are read one after the other.
 */
export function* genesisDocument(
  fields: ReadonlyMap<string, Json>,
  appState: Iterable<readonly [name: string, text: Iterable<string>]>,
): Generator<string, void, void> {
  const head = compactJson(fields);
  yield head.slice(0, -1);
  let before = fields.size === 0 ? '"app_state":{' : ',"app_state":{';
  for (const [name, text] of appState) {
    yield `${before}${compactJson(name)}:`;
    yield* text;
    before = ",";
  }
  yield before === "," ? "}}" : `${before}}}`;
}

/** The fields of a document without the state of the modules. */
function fieldsOf(options: LocalGenesisOptions, validators: readonly LocalValidator[]): JsonObject {
  const { block, evidence, validator } = paramsOf(options);
  const time = { seconds: Number(options.timeNs / NANOS), nanos: Number(options.timeNs % NANOS) };
  const age = evidence.maxAgeDuration.seconds * NANOS;
  const params = object({
    block: object({ max_bytes: String(block.maxBytes), max_gas: String(block.maxGas) }),
    evidence: object({
      max_age_num_blocks: String(evidence.maxAgeNumBlocks),
      max_age_duration: String(age),
      max_bytes: String(evidence.maxBytes),
    }),
    validator: object({ pub_key_types: validator.pubKeyTypes }),
    version: object({ app: "0" }),
    abci: object({ vote_extensions_enable_height: "0" }),
  });
  return new Map<string, Json>([
    ["genesis_time", formatTime(time)],
    ["chain_id", options.chainId],
    ["initial_height", "1"],
    ["consensus_params", params],
    [
      "validators",
      validators.map(({ publicKey, moniker }, i) =>
        object({
          address: toHex(consensusAddress({ type: "ed25519", bytes: publicKey })).toUpperCase(),
          pub_key: object({ type: "tendermint/PubKeyEd25519", value: toBase64(publicKey) }),
          power: String(POWER),
          name: i === 0 ? "validator" : moniker,
        }),
      ),
    ],
    ["app_hash", ""],
  ]);
}

/** The genesis of a chain with validators of equal power and funded accounts. */
export function localGenesis(options: LocalGenesisOptions): LocalGenesis {
  const validators = localValidators([options.validatorPubKey, ...(options.furtherPubKeys ?? [])]);
  const appState = stateOf(options, validators);
  return {
    chainId: options.chainId,
    time: options.timeNs,
    initialHeight: 1,
    appState,
    consensusParams: encode(ConsensusParamsSchema, create(ConsensusParamsSchema, paramsOf(options))),
    validators: validators.map(({ publicKey }) => ({ pubKey: publicKey, power: POWER })),
    json: [
      ...genesisDocument(
        fieldsOf(options, validators),
        [...appState].map(([name, text]) => [name, [text]] as const),
      ),
    ].join(""),
  };
}
