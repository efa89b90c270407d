import { create } from "@bufbuild/protobuf";
import { consensusAddress } from "@sotto/comet";
import { compactJson, encode, type Json, jsonObject } from "@sotto/codec";
import { toBase64, toHex } from "@sotto/bytes";
import { formatTime } from "@sotto/comet";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import { localAccounts } from "./accounts.ts";

export interface LocalGenesisInput {
  readonly chainId: string;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  /** Ed25519 public key of the one validator, 32 bytes. */
  readonly validator: Uint8Array;
}

/** A developer's chain before its first block. */
export interface LocalGenesis {
  readonly chainId: string;
  readonly time: bigint;
  readonly initialHeight: number;
  /** JSON text of each module's part of `app_state`. */
  readonly appState: ReadonlyMap<string, string>;
  /** tendermint.types.ConsensusParams */
  readonly consensusParams: Uint8Array;
  readonly validators: readonly { readonly pubKey: Uint8Array; readonly power: bigint }[];
}

/** uscrt of each account: 10^12 SCRT (chain-surface section 5). */
const BALANCE = "1000000000000000000";
/** What a self-delegation of 10^17 uscrt gives (clients.md 2.2); there is no staking module yet that would give it. */
const POWER = 100_000_000_000n;

const coin = (denom: string, amount: string) =>
  jsonObject([
    ["denom", denom],
    ["amount", amount],
  ]);

const account = (address: string, number: number) =>
  jsonObject([
    ["@type", "/cosmos.auth.v1beta1.BaseAccount"],
    ["address", address],
    ["pub_key", null],
    ["account_number", String(number)],
    ["sequence", "0"],
  ]);

function appState(): ReadonlyMap<string, string> {
  const accounts = localAccounts.map(({ address }, i) => account(address, i));
  const balances = localAccounts.map(({ address }) =>
    jsonObject([
      ["address", address],
      ["coins", [coin("uscrt", BALANCE)]],
    ]),
  );
  const supply = [coin("uscrt", String(BigInt(BALANCE) * BigInt(localAccounts.length)))];
  const parts: readonly (readonly [string, Json])[] = [
    ["auth", jsonObject([["accounts", accounts]])],
    [
      "bank",
      jsonObject([
        ["balances", balances],
        ["supply", supply],
      ]),
    ],
  ];
  return new Map(parts.map(([name, json]) => [name, compactJson(json)]));
}

/** Genesis of the developer's network: five funded accounts and one validator. */
export function localGenesis({ chainId, time, validator }: LocalGenesisInput): LocalGenesis {
  const params = create(ConsensusParamsSchema, {
    block: { maxBytes: 22_020_096n, maxGas: -1n },
    evidence: { maxAgeNumBlocks: 100_000n, maxAgeDuration: { seconds: 172_800n }, maxBytes: 1_048_576n },
    validator: { pubKeyTypes: ["ed25519"] },
    version: {},
    abci: {},
  });
  return {
    chainId,
    time,
    initialHeight: 1,
    appState: appState(),
    consensusParams: encode(ConsensusParamsSchema, params),
    validators: [{ pubKey: validator, power: POWER }],
  };
}

const seconds = (ns: bigint) => ({ seconds: Number(ns / 1_000_000_000n), nanos: Number(ns % 1_000_000_000n) });

/** The genesis as CometBFT's GenesisDoc: what `/genesis` answers and what a stranger's node would start from. */
export function genesisDocument(genesis: LocalGenesis): string {
  const validators = genesis.validators.map(({ pubKey, power }) =>
    jsonObject([
      ["address", toHex(consensusAddress({ type: "ed25519", bytes: pubKey })).toUpperCase()],
      [
        "pub_key",
        jsonObject([
          ["type", "tendermint/PubKeyEd25519"],
          ["value", toBase64(pubKey)],
        ]),
      ],
      ["power", String(power)],
      ["name", "validator"],
    ]),
  );
  const head = compactJson(
    jsonObject([
      ["genesis_time", formatTime(seconds(genesis.time))],
      ["chain_id", genesis.chainId],
      ["initial_height", String(genesis.initialHeight)],
      ["consensus_params", consensusParamsJson()],
      ["validators", validators],
      ["app_hash", ""],
    ]),
  );
  const state = [...genesis.appState].map(([name, json]) => `"${name}":${json}`).join(",");
  return `${head.slice(0, -1)},"app_state":{${state}}}`;
}

const consensusParamsJson = (): Json =>
  jsonObject([
    [
      "block",
      jsonObject([
        ["max_bytes", "22020096"],
        ["max_gas", "-1"],
      ]),
    ],
    [
      "evidence",
      jsonObject([
        ["max_age_num_blocks", "100000"],
        ["max_age_duration", "172800000000000"],
        ["max_bytes", "1048576"],
      ]),
    ],
    ["validator", jsonObject([["pub_key_types", ["ed25519"]]])],
    ["version", jsonObject([["app", "0"]])],
    ["abci", jsonObject([["vote_extensions_enable_height", "0"]])],
  ]);
