// SPDX-License-Identifier: Apache-2.0
import type { TomlValue } from "./toml.ts";

/** Where CometBFT's light client gets headers for a state sync, and the header that it trusts. */
export interface StateSync {
  /** At least two, which CometBFT's light client compares. */
  readonly rpcServers: readonly string[];
  readonly trustHeight: number;
  /** Hash of the header of that height. */
  readonly trustHash: string;
  /** In seconds. */
  readonly trustPeriod: number;
  /** In seconds, at least 5. */
  readonly discoveryTime?: number;
}

/**
 * Settings of a CometBFT. What is undefined keeps its value: in a new folder CometBFT's default.
 * Times are milliseconds unless they say another unit.
 */
export interface CometSettings {
  readonly moniker?: string;
  /**
   * Address of the application: `tcp://127.0.0.1:26658` or `unix:///path`; for grpc `host:port`.
   */
  readonly proxyApp?: string;
  readonly abci?: "socket" | "grpc";
  /** For example `info`, or `consensus:debug,*:error`. */
  readonly logLevel?: string;
  readonly logFormat?: "plain" | "json";
  /** `tcp://host:port`, `unix:///path`. The node asks for blocks at one of them. */
  readonly rpcListeners?: readonly string[];
  /** Limit of a request's body; a transaction is base64 in it. */
  readonly rpcMaxBodyBytes?: number;
  /** `tcp://host:port`. */
  readonly p2pListener?: string;
  /** The address that peers dial, when it is another one. */
  readonly externalAddress?: string;
  /** `<node id>@host:port`. */
  readonly persistentPeers?: readonly string[];
  readonly seeds?: readonly string[];
  /** Exchange of addresses with peers. */
  readonly pex?: boolean;
  /** Needed by several nodes of one machine. */
  readonly allowDuplicateIp?: boolean;
  /** Refuse addresses that cannot be routed, as those of one machine. */
  readonly addrBookStrict?: boolean;
  readonly timeoutPropose?: number;
  readonly timeoutPrevote?: number;
  readonly timeoutPrecommit?: number;
  /** The pause after a block. */
  readonly timeoutCommit?: number;
  readonly skipTimeoutCommit?: boolean;
  readonly createEmptyBlocks?: boolean;
  /** Transactions in the mempool. */
  readonly mempoolSize?: number;
  readonly mempoolMaxTxBytes?: number;
  /** Address of the metrics, as `127.0.0.1:26660`; false: off. */
  readonly prometheus?: string | false;
  /** False: off. */
  readonly stateSync?: StateSync | false;
  /** Any other setting of config.toml, by `section.key`. */
  readonly other?: Readonly<Record<string, TomlValue>>;
}

const ms = (value: number): string => `${value}ms`;
const commas = (list: readonly string[]): string => list.join(",");
const same = (value: TomlValue): TomlValue => value;

type Plain = Exclude<keyof CometSettings, "prometheus" | "stateSync" | "other">;

/** Where a setting stands, and its form there. */
const PLACES: { readonly [K in Plain]: readonly [name: string, form: (value: never) => TomlValue] } = {
  moniker: ["moniker", same],
  proxyApp: ["proxy_app", same],
  abci: ["abci", same],
  logLevel: ["log_level", same],
  logFormat: ["log_format", same],
  rpcListeners: ["rpc.laddr", commas],
  rpcMaxBodyBytes: ["rpc.max_body_bytes", same],
  p2pListener: ["p2p.laddr", same],
  externalAddress: ["p2p.external_address", same],
  persistentPeers: ["p2p.persistent_peers", commas],
  seeds: ["p2p.seeds", commas],
  pex: ["p2p.pex", same],
  allowDuplicateIp: ["p2p.allow_duplicate_ip", same],
  addrBookStrict: ["p2p.addr_book_strict", same],
  timeoutPropose: ["consensus.timeout_propose", ms],
  timeoutPrevote: ["consensus.timeout_prevote", ms],
  timeoutPrecommit: ["consensus.timeout_precommit", ms],
  timeoutCommit: ["consensus.timeout_commit", ms],
  skipTimeoutCommit: ["consensus.skip_timeout_commit", same],
  createEmptyBlocks: ["consensus.create_empty_blocks", same],
  mempoolSize: ["mempool.size", same],
  mempoolMaxTxBytes: ["mempool.max_tx_bytes", same],
};

function stateSyncValues(sync: StateSync | false): readonly (readonly [string, TomlValue])[] {
  if (sync === false) return [["statesync.enable", false]];
  return [
    ["statesync.enable", true],
    ["statesync.rpc_servers", commas(sync.rpcServers)],
    ["statesync.trust_height", sync.trustHeight],
    ["statesync.trust_hash", sync.trustHash],
    ["statesync.trust_period", `${sync.trustPeriod}s`],
    ...(sync.discoveryTime === undefined ? [] : [["statesync.discovery_time", `${sync.discoveryTime}s`] as const]),
  ];
}

/** Settings as values of config.toml, by `section.key`. */
export function tomlValues(settings: CometSettings): ReadonlyMap<string, TomlValue> {
  const values = new Map<string, TomlValue>();
  for (const [key, [name, form]] of Object.entries(PLACES)) {
    const value = settings[key as Plain];
    if (value !== undefined) values.set(name, form(value as never));
  }
  const { prometheus, stateSync, other } = settings;
  if (prometheus !== undefined) values.set("instrumentation.prometheus", prometheus !== false);
  if (typeof prometheus === "string") values.set("instrumentation.prometheus_listen_addr", prometheus);
  for (const [name, value] of stateSync === undefined ? [] : stateSyncValues(stateSync)) values.set(name, value);
  for (const [name, value] of Object.entries(other ?? {})) values.set(name, value);
  return values;
}
