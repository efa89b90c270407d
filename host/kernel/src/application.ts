// SPDX-License-Identifier: Apache-2.0
import type { JsonSource } from "@sotto/codec/stream";
import type { ProofOperation } from "@sotto/store";
import type { CometInfo } from "./comet.ts";
import type { BlockProof, ChainEvent } from "./ctx.ts";

/**
 * Result of a transaction. `code`, `data` and the gas figures are consensus: they enter the results
 * hash.
 */
export interface TxResult {
  readonly code: number;
  readonly codespace: string;
  readonly data: Uint8Array;
  /** Empty on success. */
  readonly log: string;
  readonly gasWanted: bigint;
  readonly gasUsed: bigint;
  readonly events: readonly ChainEvent[];
}

export interface ValidatorUpdate {
  /** ed25519, 32 bytes. */
  readonly pubKey: Uint8Array;
  /** 0 removes the validator. */
  readonly power: bigint;
}

/**
 * A decided block (tendermint.abci.RequestFinalizeBlock), with the proof that the enclave checks.
 */
export interface DecidedBlock extends CometInfo {
  readonly height: number;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  /** It contains the transactions. */
  readonly proof: BlockProof;
}

/** The result of a block (tendermint.abci.ResponseFinalizeBlock without the application hash). */
export interface BlockResult {
  readonly txResults: readonly TxResult[];
  readonly events: readonly ChainEvent[];
  /** They take effect two heights later. */
  readonly validatorUpdates: readonly ValidatorUpdate[];
  /**
   * tendermint.types.ConsensusParams: the parts that change at the next height. Undefined: no
   * change.
   */
  readonly consensusParamUpdates: Uint8Array | undefined;
}

/** A result, and the application hash of the state after the block. */
export interface FinalizedResult extends BlockResult {
  readonly appHash: Uint8Array;
}

export interface QueryRequest {
  readonly path: string;
  readonly data: Uint8Array;
  /** 0: the latest. */
  readonly height: number;
  readonly prove: boolean;
}

export interface QueryResult {
  readonly code: number;
  readonly codespace: string;
  readonly log: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly ops: readonly ProofOperation[];
  readonly height: number;
}

/** The parts of a genesis file that the application reads. */
export interface AppGenesis {
  readonly chainId: string;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  readonly initialHeight: number;
  /**
   * JSON text of each module's part of `app_state`, by module name, or its source: a part may be
   * too long for memory.
   */
  readonly appState: ReadonlyMap<string, string | JsonSource>;
  /** tendermint.types.ConsensusParams */
  readonly consensusParams: Uint8Array;
  readonly validators: readonly ValidatorUpdate[];
}

/** Transactions that the chain itself makes, and the sum of their gas limits. */
export interface OwnTxs {
  readonly txs: readonly Uint8Array[];
  readonly gas: bigint;
}

/**
 * The replicated state machine: the port between consensus and the chain, with the methods of ABCI
 * 2.0, synchronous. The sequencer is one driver, CometBFT over ABCI the other (ADR 73); the
 * application does not depend on the driver.
 */
export interface Application {
  /** Last committed height, 0 before the first block. */
  readonly height: number;
  /** App hash after the last committed block. */
  readonly appHash: Uint8Array;
  initChain(genesis: AppGenesis): { readonly validators: readonly ValidatorUpdate[]; readonly appHash: Uint8Array };
  /**
   * The transactions with which the next block must begin, in this order: scheduled calls (ADR 96).
   * They follow from the committed state. A proposer puts them first, and a validator refuses a
   * block with another head; the same form of transaction has no effect behind the head.
   */
  ownTxs(): OwnTxs;
  /**
   * Executes the block; nothing is durable before `commit`. The same block may be executed again
   * before it.
   */
  finalizeBlock(block: DecidedBlock): FinalizedResult;
  /**
   * Makes the finalized block and the rows of `extra` durable in one transaction. Returns the
   * application hash.
   */
  commit(extra?: ReadonlyMap<string, Uint8Array | undefined>): Uint8Array;
  /** A row that an earlier `commit` stored as `extra`. */
  extra(key: string): Uint8Array | undefined;
}

/** The application of a chain whose validators propose blocks to each other. */
export interface NetworkApplication extends Application {
  /**
   * The transactions of a proposal: the chain's own ones, then those of `txs` that fit beside them,
   * in their order. `maxBytes`: most bytes of all, as a block counts them.
   */
  prepareProposal(txs: readonly Uint8Array[], maxBytes: number): readonly Uint8Array[];
  /**
   * Whether a validator may vote for a block of these transactions. It follows from the committed
   * state.
   */
  acceptsProposal(txs: readonly Uint8Array[]): boolean;
  /** Reads the store again, which a restore fills. Between two blocks only. */
  reload(): void;
}

/** A row that a transaction wrote; undefined: it deleted the row. */
export type PendingRow = readonly [store: string, key: Uint8Array, value: Uint8Array | undefined];

/** The application over a committed snapshot, for the check thread. */
export interface CheckApplication {
  /**
   * Names of the signers: checks of transactions without a common signer do not depend on each
   * other. Empty for bytes that are not a transaction.
   */
  signers(tx: Uint8Array): readonly string[];
  /** Runs the ante pipeline on the state of all transactions checked since `reset`. */
  check(tx: Uint8Array, mode: "check" | "recheck"): TxResult;
  /**
   * The same on the committed state and the rows that the last valid transactions of its signers
   * wrote, without a second check of those transactions. The verdict may accept too much: a block
   * can invalidate these rows, and then the recheck refuses the transaction.
   */
  checkAhead(tx: Uint8Array): TxResult;
  /**
   * Rows written by the last waiting transactions of its signers; its simulation reads them over
   * the committed state.
   */
  pendingRows(tx: Uint8Array): readonly PendingRow[];
  /**
   * Starts again from the latest committed state, after each block. Drops the rows of signers
   * without a waiting transaction; without `isWaiting` those of all signers.
   */
  reset(isWaiting?: (signer: string) => boolean): void;
}

/** The application over committed snapshots, for the query threads. */
export interface QueryApplication {
  query(request: QueryRequest, pending?: readonly PendingRow[]): QueryResult;
  /** Over the latest committed state and the rows of waiting transactions. */
  simulate(tx: Uint8Array, pending?: readonly PendingRow[]): TxResult;
}
