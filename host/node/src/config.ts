// SPDX-License-Identifier: Apache-2.0
import { homedir } from "node:os";
import { join } from "node:path";
import type { GenesisAccount } from "@sotto/local";
import type { LogLevels } from "./logLevels.ts";
import type { Retention } from "./retention.ts";
import type { MissedBlocks } from "./validators.ts";

/** A listener: address and port. */
export interface Listener {
  readonly name: string;
  /** The flag that moves it, for messages. */
  readonly flag: string;
  readonly port: number;
  /** `--port-offset` does not move it. */
  readonly isFixed?: true;
}

/** A stock CometBFT beside the node, which decides its blocks. */
export interface EngineConfig {
  /** Address of the node's ABCI server, to which CometBFT connects. */
  readonly abci: string;
  /** RPC of this CometBFT. */
  readonly rpc: string;
  /**
   * Its folder on this machine: blocks are read there while its RPC is not up yet; undefined: it is
   * elsewhere.
   */
  readonly home: string | undefined;
  /** RPC of other nodes, which may have a block that it does not give. */
  readonly others: readonly string[];
}

export interface Config {
  /** Undefined: the node decides its blocks itself. */
  readonly engine: EngineConfig | undefined;
  readonly retention: Retention;
  /** Folder of the node; undefined: all files are temporary. */
  readonly home: string | undefined;
  readonly chainId: string;
  readonly blockTimeMs: number;
  /** A block as soon as there is a transaction. */
  readonly instant: boolean;
  /**
   * Most gas of a block, -1 for any; undefined: the value of the chain in the folder, or the local
   * network's default.
   */
  readonly blockGas: bigint | undefined;
  readonly reset: boolean;
  readonly host: string;
  readonly ports: {
    readonly rest: number;
    readonly rpc: number;
    readonly grpc: number;
    readonly grpcWeb: number;
    readonly faucet: number;
    /** Metrics and health; undefined: none. */
    readonly metrics: number | undefined;
  };
  /** 32 bytes in hex: reproducible keys, for tests. */
  readonly seed: string | undefined;
  readonly logLevels: LogLevels;
  /** The banner omits the mnemonics. */
  readonly quiet: boolean;
  /**
   * Accounts that a new chain funds beside the local network's; empty: the accounts of the chain in
   * the folder.
   */
  readonly genesisAccounts: readonly GenesisAccount[];
  /** A genesis file that a new chain begins with; undefined: the developer's. */
  readonly genesisFile: string | undefined;
  /** Validators of a new chain; undefined: those of the chain in the folder, or one. */
  readonly validators: number | undefined;
  readonly misses: readonly MissedBlocks[];
  /** A file that exists while the node is ready. */
  readonly readyFile: string | undefined;
  /** "inline": lane 0 on the exec thread; "worker": in a separate thread. */
  readonly enclaveTransport: "inline" | "worker";
  /** Name of the platform driver. */
  readonly driver: string;
  /** Its options in hex, which only the driver reads; undefined: derived from `seed`, or empty. */
  readonly driverOptions: string | undefined;
  /** The enclave takes rows of contracts without proofs: for drivers that allow it (ADR 112). */
  readonly believesRows: boolean;
  /** Queries of contracts may read older states; only with a driver that allows it. */
  readonly answersPast: boolean;
  /** Most MiB of long-lived objects of the thread that runs blocks, and of the enclave's. */
  readonly execMemoryMb: number;
}

/** No valid block fills half of it (spec/transactions.md 4.5; ADR 52). */
export const EXEC_MEMORY_MB = 1_900;

/** Where CometBFT connects and listens by default. */
export const DEFAULT_ENGINE = { abci: "tcp://127.0.0.1:26658", rpc: "tcp://127.0.0.1:26657" } as const;

export const DEFAULT_PORTS = { rest: 1317, rpc: 26657, grpc: 9090, grpcWeb: 9091, faucet: 5000 } as const;

/** The listeners of a node. */
export const listenersOf = ({ ports }: Pick<Config, "ports">) =>
  ({
    rest: { name: "REST", flag: "--rest-port", port: ports.rest },
    rpc: { name: "RPC", flag: "--rpc-port", port: ports.rpc },
    grpcWeb: { name: "gRPC-web", flag: "--grpc-web-port", port: ports.grpcWeb },
    faucet: { name: "faucet", flag: "--faucet-port", port: ports.faucet },
    grpc: { name: "gRPC", flag: "--grpc-port", port: ports.grpc },
  }) satisfies Record<string, Listener>;

/** The listener of `--metrics-port`. */
export const metricsListener = ({ ports: { metrics } }: Pick<Config, "ports">): Listener | undefined =>
  metrics === undefined ? undefined : { name: "metrics", flag: "--metrics-port", port: metrics, isFixed: true };

/** Those that a node opens: a CometBFT beside it has its own RPC, and its chain has no faucet. */
export function openListeners(config: Config): readonly Listener[] {
  const { rpc, faucet, ...rest } = listenersOf(config);
  const metrics = metricsListener(config);
  const listeners = Object.values(config.engine === undefined ? { ...rest, rpc, faucet } : rest);
  return metrics === undefined ? listeners : [...listeners, metrics];
}

/** CometBFT's chain ids have at most 50 bytes; a folder or a URL cannot have other characters. */
export const isChainId = (text: string): boolean => /^[A-Za-z0-9][\w.-]{0,49}$/.test(text);

export const defaultHome = (chainId: string): string => join(homedir(), ".sotto", chainId);

/** Paths under the home folder. */
export const paths = (home: string) => ({
  genesis: join(home, "genesis.json"),
  validatorKey: join(home, "validator_key.json"),
  state: join(home, "state"),
  log: join(home, "blocks"),
  index: join(home, "index"),
  snapshots: join(home, "snapshots"),
  sealed: join(home, "enclave.sealed"),
  /** There while the node of a network has no keys, also while it runs. */
  withoutKeys: join(home, "without-keys"),
  /** Held by a command that makes or receives keys for a running node. */
  keyWork: join(home, "key-work"),
  executing: join(home, "executing"),
  /** There while a genesis file is imported: which parts of the folder were there before. */
  importing: join(home, "importing"),
  /** Supervisors of nodes read this name (SDK x/upgrade). */
  upgradeInfo: join(home, "upgrade-info.json"),
  lock: join(home, "node.lock"),
  /** New levels for a running node's log. */
  logLevels: join(home, "log-levels"),
});
