// SPDX-License-Identifier: Apache-2.0
import type { KvRead, KvWrite } from "@sotto/store";
import type { PackedAny, ShownUnit } from "@sotto/tx";
import type { CometInfo } from "./comet.ts";
import type { GasMeter } from "./gas.ts";

/**
 * An event as CometBFT records it. Indexers parse names, order and text of the attributes.
 */
export interface ChainEvent {
  readonly type: string;
  readonly attributes: readonly ChainAttribute[];
}

/** `encrypted`: an attribute of a contract that the enclave encrypted (spec/calls.md 9; ADR 57). */
export type ChainAttribute = readonly [key: string, value: string, encrypted?: true];

/** The block that is executed, or whose state a query reads. */
export interface BlockInfo {
  readonly chainId: string;
  readonly height: number;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  /** Present in an executed block; absent for queries, checks, simulations and the genesis. */
  readonly comet?: CometInfo;
}

/** The proof of a block, which the enclave verifies. Only block execution has it. */
export interface BlockProof {
  /** tendermint.types.Header */
  readonly header: Uint8Array;
  /** tendermint.types.Commit for this header */
  readonly commit: Uint8Array;
  /** tendermint.types.ValidatorSet that signed it */
  readonly validators: Uint8Array;
  readonly txs: readonly Uint8Array[];
}

/**
 * Data of a signer that the bytes of a transaction do not contain, and that a verifier without the
 * state needs.
 */
export interface SignerHint {
  /** The account's key, when the transaction omits it. */
  readonly publicKey: PackedAny | undefined;
  /** Units of the chain for the signer's screens; empty except in SIGN_MODE_TEXTUAL. */
  readonly units: readonly ShownUnit[];
}

/** The transactions of the block before the running one. */
export interface EarlierTxs {
  /** Positions of those that failed. */
  readonly failed: ReadonlySet<number>;
  /**
   * Numbers that a transaction leaves for the later ones of its block, by name, even if it fails.
   * Never for a decision of the chain: only for what the host tells the enclave.
   */
  readonly notes: Map<string, number>;
}

/** The transaction whose message is handled. */
export interface TxInfo {
  readonly bytes: Uint8Array;
  /** Position in the block; -1 in simulation and checks. */
  readonly index: number;
  /** Position of the message in the transaction. */
  readonly messageIndex: number;
  /** Gas that earlier transactions of the block used. */
  readonly blockGas: bigint;
  readonly earlier: EarlierTxs;
  /** Marks that a message sets for the messages after it, e.g. `finalize_tx`. */
  readonly marks: Set<string>;
  /**
   * Amounts that the messages of the transaction have used, by the name of a limit of the whole
   * transaction. Undone messages count too.
   */
  readonly used: Map<string, number>;
  /**
   * Addresses (20 bytes) that signed, in order, with account number and the sequence they signed.
   */
  readonly signers: readonly {
    readonly address: Uint8Array;
    readonly accountNumber: bigint;
    readonly sequence: bigint;
    /** Undefined for most signers: their transaction contains all data. */
    readonly hint: SignerHint | undefined;
  }[];
}

/**
 * deliver: in a block. check and recheck: for the mempool. simulate: gas estimation. query: a read.
 */
export type ExecMode = "deliver" | "check" | "recheck" | "simulate" | "query";

/** A context for reading: query handlers get only this type, so they cannot write. */
export interface ReadCtx {
  readonly mode: ExecMode;
  readonly block: BlockInfo;
  readonly gas: GasMeter;
  /** A store whose accesses are charged to `gas`. */
  store(name: string): KvRead;
  /** The same state under another meter. */
  withGas(meter: GasMeter): ReadCtx;
  /**
   * The same state under the same meter, for a query that shares code with messages. Its writes and
   * events are dropped; their gas counts.
   */
  scratch(): WriteCtx;
}

export interface WriteCtx extends ReadCtx {
  store(name: string): KvWrite;
  emit(event: ChainEvent): void;
  readonly tx: TxInfo | undefined;
  /** The proof of the block. Set only in begin-block of deliver mode. */
  readonly proof: BlockProof | undefined;
  withGas(meter: GasMeter): WriteCtx;
  /**
   * The same state under the same meter with a separate list of events: the caller decides what to
   * do with `events`.
   */
  withEvents(): { readonly ctx: WriteCtx; readonly events: readonly ChainEvent[] };
  /**
   * A context over a branch with a separate list of events. `write` merges the state; the caller
   * decides what to do with `events`. Dropping it drops the writes.
   */
  branch(meter?: GasMeter): { readonly ctx: WriteCtx; readonly events: readonly ChainEvent[]; write(): void };
}

/** The context of block hooks: consensus has decided the block. */
export interface HookCtx extends WriteCtx {
  readonly block: BlockInfo & { readonly comet: CometInfo };
}
