// SPDX-License-Identifier: Apache-2.0
import type { DescMethod } from "@bufbuild/protobuf";
import type { TypeRegistry } from "@sotto/codec";
import type { Block, BlockId, Commit, Header, PublicKey, Time, ValidatorSet } from "@sotto/comet";
import type { ChainEvent, QueryRequest, QueryResult, RestBinding, TxResult, ValidatorUpdate } from "@sotto/kernel";
import type { Proof } from "@sotto/merkle";
import type { Pieces } from "./pieces.ts";

/** One query of the chain for the endpoints: data only, so that it can be made on any thread. */
export interface RouteInfo {
  /** `/cosmos.bank.v1beta1.Query/Balance` */
  readonly path: string;
  readonly method: DescMethod;
  readonly rest: readonly RestBinding[];
}

export interface StoredBlock {
  readonly blockId: BlockId;
  readonly block: Block;
  /** Bytes of the encoded block. */
  readonly size: number;
}

/** A block without its transactions. */
export interface StoredMeta {
  readonly blockId: BlockId;
  readonly header: Header;
  /** Bytes of the encoded block. */
  readonly size: number;
  readonly txCount: number;
  /** Application hash after the block. */
  readonly appHash: Uint8Array;
}

/** The result of a block's execution. */
export interface StoredResults {
  readonly height: number;
  readonly txResults: readonly TxResult[];
  readonly events: readonly ChainEvent[];
  readonly validatorUpdates: readonly ValidatorUpdate[];
  /** tendermint.types.ConsensusParams, when the block changed them. */
  readonly consensusParamUpdates?: Uint8Array | undefined;
  /** Application hash after the block. */
  readonly appHash: Uint8Array;
}

export interface StoredCommit {
  readonly commit: Commit;
  /** False for the latest block: the next one may carry another commit for it. */
  readonly canonical: boolean;
}

export interface StoredTx {
  readonly hash: Uint8Array;
  readonly height: number;
  readonly index: number;
  /** Of its block. */
  readonly time: Time;
  readonly tx: Uint8Array;
  readonly result: TxResult;
  /** The proof that its block has it, if requested. */
  readonly proof?: { readonly root: Uint8Array; readonly proof: Proof } | undefined;
}

/** A search in CometBFT's query language. */
export interface Search {
  readonly query: string;
  /** From 1. */
  readonly page: number;
  /** 1 to 100. */
  readonly perPage: number;
  readonly order: "asc" | "desc";
  /** Each transaction with its proof. */
  readonly prove: boolean;
}

/**
 * The result for a transaction: the check's verdict, or the text with which CometBFT's mempool
 * refuses it.
 */
export type Broadcast =
  | { readonly hash: Uint8Array; readonly result: TxResult; readonly refused: undefined }
  | { readonly hash: Uint8Array; readonly result: undefined; readonly refused: string };

export interface MempoolInfo {
  readonly count: number;
  readonly bytes: number;
  /** The first `limit` transactions, in the order of the next blocks. */
  readonly txs: readonly Uint8Array[];
}

export interface NodeInfo {
  /** 40 hex digits, lower case. */
  readonly id: string;
  readonly network: string;
  readonly moniker: string;
  /** `tcp://0.0.0.0:26656` */
  readonly listenAddr: string;
  /** `tcp://127.0.0.1:26657` */
  readonly rpcAddress: string;
  readonly validator: PublicKey;
  readonly application: {
    readonly name: string;
    readonly appName: string;
    readonly version: string;
    readonly gitCommit: string;
  };
  /** `0.012500000000000000uscrt` */
  readonly minimumGasPrice: string;
  readonly pruningKeepRecent: string;
  readonly pruningInterval: string;
}

/**
 * The state of consensus at one moment. The sequencer waits in no round: between two blocks it
 * waits for the next height, and it executes a decided block.
 */
export interface ConsensusState {
  /** The next height, or the height of the block in execution. */
  readonly height: number;
  /** With the priorities of the decided block's round. */
  readonly validators: ValidatorSet;
  /** Undefined before the first block. */
  readonly lastValidators: ValidatorSet | undefined;
  /** The received commit of the previous height; undefined before the first block. */
  readonly lastCommit: Commit | undefined;
  /** The block of `height` with the votes for it, from its decision until it is executed. */
  readonly decided: { readonly block: StoredBlock; readonly commit: Commit } | undefined;
  readonly genesisTime: Time;
  /** Milliseconds from a decision to the next height; 0 when blocks are made on demand. */
  readonly pauseMs: number;
}

/** A committed block, for subscribers. */
export interface BlockNews {
  readonly block: StoredBlock;
  readonly results: StoredResults;
}

/** The form of an answer: protobuf bytes, or JSON as the REST gateway prints it. */
export type Form = "proto" | "json";

/**
 * The interface of the node for the endpoints. host/node connects it to the sequencer, the index
 * and the query threads. Methods throw ChainError for an error of the client; every other error is
 * a fault of the node.
 */
export interface ApiBackend {
  readonly info: NodeInfo;
  /**
   * Every query of the chain; the services that live in this package are added by `createRoutes`.
   */
  readonly routes: readonly RouteInfo[];
  /** Every type that may stand in an Any. */
  readonly registry: TypeRegistry;
  /** Runs a chain route at a height (0: the latest). */
  query(
    path: string,
    request: Uint8Array,
    height: number,
  ): Promise<{ readonly value: Uint8Array; readonly height: number }>;
  /** The same, printed as the REST gateway does. */
  queryJson(
    path: string,
    request: Uint8Array,
    height: number,
  ): Promise<{ readonly json: Pieces; readonly height: number }>;
  /** Answers a history route (`historyRoutes`). */
  history(path: string, request: Uint8Array, form: Form): Promise<Pieces>;
  /** Paths that are not routes: `/store/NAME/key`, `/app/version`. */
  abciQuery(request: QueryRequest): Promise<QueryResult>;
  simulate(tx: Uint8Array): Promise<TxResult>;
  /** Checks a transaction and puts it into the mempool. */
  broadcast(tx: Uint8Array): Promise<Broadcast>;
  /** Checks only. */
  check(tx: Uint8Array): Promise<TxResult>;
  /** 0 before the first block. */
  latestHeight(): number;
  /** Lowest height whose block is stored. */
  earliestHeight(): number;
  /** Cost: the block is copied, 21 MiB at most; `meta` is small. */
  block(height: number): Promise<StoredBlock | undefined>;
  /**
   * As CometBFT's RPC shows it. The thread that reads a large answer makes its text, not the thread
   * of the endpoints.
   */
  blockJson(height: number): Promise<Pieces | undefined>;
  meta(height: number): Promise<StoredMeta | undefined>;
  metaByHash(hash: Uint8Array): Promise<StoredMeta | undefined>;
  resultsJson(height: number): Promise<Pieces | undefined>;
  commit(height: number): Promise<StoredCommit | undefined>;
  /** Of the heights with a block and of the one after the latest. */
  validators(height: number): Promise<ValidatorSet | undefined>;
  /** tendermint.types.ConsensusParams, of the same heights. */
  consensusParams(height: number): Promise<Uint8Array | undefined>;
  consensus(): Promise<ConsensusState>;
  txJson(hash: Uint8Array, prove: boolean): Promise<Pieces | undefined>;
  /**
   * The answer of CometBFT's RPC. Throws a ChainError whose detail is CometBFT's text for a bad
   * query and for a page that does not exist; NodeError.tooMuch and NodeError.busy.
   */
  searchTxsJson(search: Search): Promise<Pieces>;
  searchBlocksJson(search: Search): Promise<Pieces>;
  mempool(limit: number): Promise<MempoolInfo>;
  /**
   * Length in bytes of the JSON text of CometBFT's GenesisDoc, which may be too long for memory.
   */
  readonly genesisSize: number;
  /** A part of it, between two positions. */
  genesis(start: number, end: number): Promise<Uint8Array>;
  /**
   * Gets a fault inside the node while it served a request; the client gets only "internal error".
   */
  onFault(thrown: unknown): void;
  /** Calls back after each block is committed and indexed. Returns the function that ends it. */
  subscribe(onBlock: (news: BlockNews) => void): () => void;
}
