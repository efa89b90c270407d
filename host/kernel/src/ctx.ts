import type { KvRead, KvWrite } from "@sotto/store";
import type { PackedAny, ShownUnit } from "@sotto/tx";
import type { CometInfo } from "./comet.ts";
import type { GasMeter } from "./gas.ts";

/**
 * An event as CometBFT records it. Names, order and rendering of attributes are what indexers
 * parse.
 */
export interface ChainEvent {
  readonly type: string;
  readonly attributes: readonly ChainAttribute[];
}

/** `encrypted`: an attribute of a contract that the enclave encrypted (spec/calls.md 9; ADR 57). */
export type ChainAttribute = readonly [key: string, value: string, encrypted?: true];

/** The block being executed, or the one a query looks at. */
export interface BlockInfo {
  readonly chainId: string;
  readonly height: number;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  /** Of a block that is executed; absent for queries, checks, simulations and the genesis. */
  readonly comet?: CometInfo;
}

/** What proves a block to the enclave, which verifies it. Only block execution has it. */
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
 * What the bytes of a transaction do not say of a signer: who verifies the signature without the
 * state must be told.
 */
export interface SignerHint {
  /** The account's key, when the transaction leaves it out. */
  readonly publicKey: PackedAny | undefined;
  /** Units that the chain named for the signer's screens; none but in SIGN_MODE_TEXTUAL. */
  readonly units: readonly ShownUnit[];
}

/** The transaction whose message is being handled. */
export interface TxInfo {
  readonly bytes: Uint8Array;
  /** Position in the block; -1 in simulation and checks. */
  readonly index: number;
  /** Position of the message in the transaction. */
  readonly messageIndex: number;
  /** Gas that earlier transactions of the block used. */
  readonly blockGas: bigint;
  /** Marks that a message leaves for the messages after it, e.g. `finalize_tx`. */
  readonly marks: Set<string>;
  /**
   * What the messages of the transaction have used so far of what it may use in all, by name. What
   * is undone still counts.
   */
  readonly used: Map<string, number>;
  /**
   * Addresses (20 bytes) that signed, in order, with account number and the sequence they signed.
   */
  readonly signers: readonly {
    readonly address: Uint8Array;
    readonly accountNumber: bigint;
    readonly sequence: bigint;
    /** Undefined for most: their transaction says all. */
    readonly hint: SignerHint | undefined;
  }[];
}

/**
 * deliver: in a block. check and recheck: for the mempool. simulate: gas estimation. query: a read.
 */
export type ExecMode = "deliver" | "check" | "recheck" | "simulate" | "query";

/** Reading: a query handler gets nothing else, so it cannot write. */
export interface ReadCtx {
  readonly mode: ExecMode;
  readonly block: BlockInfo;
  readonly gas: GasMeter;
  /** A store whose accesses are charged to `gas`. */
  store(name: string): KvRead;
  /** The same state under another meter. */
  withGas(meter: GasMeter): ReadCtx;
}

export interface WriteCtx extends ReadCtx {
  store(name: string): KvWrite;
  emit(event: ChainEvent): void;
  readonly tx: TxInfo | undefined;
  /** Of the block. Set in begin-block of deliver mode only. */
  readonly proof: BlockProof | undefined;
  withGas(meter: GasMeter): WriteCtx;
  /**
   * The same state under the same meter with events of its own: the caller decides what to do with
   * `events`.
   */
  withEvents(): { readonly ctx: WriteCtx; readonly events: readonly ChainEvent[] };
  /**
   * A context over a branch with events of its own. `write` merges the state; the caller decides
   * what to do with `events`. Dropping it drops the writes.
   */
  branch(meter?: GasMeter): { readonly ctx: WriteCtx; readonly events: readonly ChainEvent[]; write(): void };
}

/** What the hooks of a block get: consensus has decided it. */
export interface HookCtx extends WriteCtx {
  readonly block: BlockInfo & { readonly comet: CometInfo };
}
