// SPDX-License-Identifier: Apache-2.0
import { concat, equals, fromLatin1, toLatin1 } from "@sotto/bytes";
import { decode } from "@sotto/codec";
import { RecentMap, sha256Latin1 } from "@sotto/crypto";
import { ChainError } from "@sotto/errors";
import { ProvenTree, verifyStore } from "@sotto/merkle";
import { ContractInfoSchema } from "@sotto/proto/secret.compute.v1beta1";
import { BoundaryError, type ReadStateAnswer, type Untrusted, type UntrustedHost } from "@sotto/protocol";
import { believed, given } from "./believed.ts";
import type { ContractClaim } from "./contracts.ts";
import { fieldsOf } from "./fields.ts";
import { openRow, type RowCipher } from "./sealed.ts";
import { unwrap } from "./unwrap.ts";

/** The store of contracts, and the first bytes of keys in it (spec/state.md 3.4). */
const STORE = "compute";
const INFOS = Uint8Array.of(0x02);
const ROWS = Uint8Array.of(0x03);
const KEYS = Uint8Array.of(0x06);

/**
 * Proven rows that are kept until the block ends: about 250 bytes each for usual keys. A key of a
 * contract has 64 KiB at most, and reads of long keys cost gas by their length.
 */
const PROVEN_ROWS = 32_768;

/**
 * Salt and tag of a row, in latin1. Both are in the row's first bytes, behind the length of the
 * salt. Rows that open and have the same salt and tag have the same value: the tag is a keyed hash
 * of the value and the key.
 */
const STAMP_START = 8;
const STAMP_END = 56;
/** The stamp of a row that is not there. */
const ABSENT = "";

const stampOf = (row: Uint8Array): string => toLatin1(row.subarray(STAMP_START, STAMP_END));

/**
 * Names of the enclave's entries: a row of a contract, a contract's keys, the proof of its admin. A
 * name has the address in latin1 behind its first letter, and a row then has its key.
 */
const nameOf = (letter: "r" | "k" | "a", contract: Uint8Array): string => letter + toLatin1(contract);

/** A longer name stands as its hash: keys of contracts have 64 KiB at most. */
const MAX_NAME = 128;
const kept = (id: string): string => (id.length <= MAX_NAME ? id : `h${sha256Latin1(fromLatin1(id))}`);

/** The beginning of the names of a contract's rows, for `RowRequest.id`. */
export const rowPrefix = (contract: Uint8Array): string => nameOf("r", contract);

/** A row of a contract that a call reads. */
export interface RowRequest<N> {
  readonly host: UntrustedHost;
  readonly cipher: RowCipher<N>;
  readonly contract: Uint8Array;
  readonly name: N;
  /** Names contract and row: `rowPrefix`, and the contract's key in latin1. */
  readonly id: string;
}

/** A value; undefined: there is no row; `damaged`: this network did not write the row. */
export type RowValue = Uint8Array | undefined | "damaged";

/** The rows of contracts as a call sees them. */
export interface RowSource {
  /** Throws BoundaryError.rowRefused when the host's row is not the one of the state. */
  read<N extends { readonly dbKey: Uint8Array }>(request: RowRequest<N>): RowValue;
  /** A row that leaves with the answer of a call; undefined: it is removed. */
  write(id: string, row: Uint8Array | undefined): void;
}

/** Rows as the host serves them: only their tags are verified. */
export const believedRows: RowSource = {
  read({ host, cipher, name }) {
    const { value } = fieldsOf(host.readState({ key: name.dbKey, proof: 0 }));
    const row = given(value, "absentRow");
    if (row === undefined) return undefined;
    return openRow(cipher, name, row) ?? "damaged";
  },
  write: () => undefined,
};

/** The proof in the chain's record of a contract. Throws BoundaryError.rowRefused for none. */
function adminProofOf(info: Uint8Array | undefined): Uint8Array {
  try {
    if (info !== undefined) return decode(ContractInfoSchema, info).adminProof;
  } catch (thrown) {
    if (!(thrown instanceof ChainError)) throw thrown;
  }
  throw BoundaryError.rowRefused();
}

/**
 * The rows of contracts while a block runs (spec/contract-state.md 6; ADR 112). A row is proven
 * under the application hash of the block's header when the block first reads it; after that its
 * stamp is here. A row that a call of the block wrote is known from that call, as long as the call
 * counts. Nothing is kept over blocks, because the next header proves what the last block wrote.
 */
export class BlockRows implements RowSource {
  /** Of the state before the block; undefined: rows are believed. */
  #appHash: Uint8Array | undefined;
  /** The tree of the rows' store, once its hash is proven. */
  #tree: ProvenTree | undefined;
  #proven = new RecentMap<string, string>(PROVEN_ROWS);
  /**
   * Rows that calls of the block wrote. Limit: the host holds each of them too, with its value, and
   * bounds the memory of a block.
   */
  #written = new Map<string, string>();
  /** What the running transaction overwrote, in order. */
  #undo: { readonly id: string; readonly before: string | undefined }[] = [];
  #transaction = -1;
  /** Whether a message of another transaction has come since. */
  #isLeft = false;
  /** Of the states shown before: the tree of the rows' store, and the rows proven in it. */
  #last: { readonly tree: ProvenTree; readonly proven: RecentMap<string, string> } | undefined;

  /**
   * A committed state for queries: `appHash` of a state, and names and stamps of what the block
   * after it wrote. What is proven stays while the store has the same hash, so that blocks without
   * contracts cost one proof.
   */
  show(appHash: Uint8Array | undefined, written: ReadonlyMap<string, string>): void {
    const last = this.#tree === undefined ? this.#last : { tree: this.#tree, proven: this.#proven };
    this.begin(appHash);
    this.#written = new Map(written);
    this.#last = last;
  }

  /** `appHash`: of the state before the block; undefined when rows are believed. */
  begin(appHash: Uint8Array | undefined): void {
    this.#appHash = appHash;
    this.#tree = undefined;
    this.#proven = new RecentMap(PROVEN_ROWS);
    this.#last = undefined;
    this.#written = new Map();
    this.#undo = [];
    this.#transaction = -1;
    this.#isLeft = false;
  }

  /** The block ends: names and stamps of what it wrote. */
  end(lastFailed: Untrusted<boolean>): ReadonlyMap<string, string> {
    this.beginMessage(-1, lastFailed);
    return this.#written;
  }

  /**
   * A message of this transaction takes the place of the last one. The writes of the transaction
   * before count only if it is whole (`BlockTransactions.isWhole`): the chain undoes it otherwise.
   */
  leave(transaction: number, isWhole: boolean): void {
    // A message without rows may have come between: what it says is not of the transaction.
    if (transaction === this.#transaction || this.#isLeft) return;
    this.#isLeft = true;
    if (!isWhole) this.revert(0);
  }

  /**
   * A message of a transaction begins, after `leave`. Earlier messages of the same transaction have
   * passed, or it would have ended. A whole transaction can have failed too: of the one before, the
   * host says whether it has.
   */
  beginMessage(transaction: number, lastFailed: Untrusted<boolean>): void {
    if (transaction === this.#transaction) return;
    if (this.#undo.length > 0) {
      if (believed(lastFailed, "lastOutcome")) this.revert(0);
      this.#undo = [];
    }
    this.#transaction = transaction;
    this.#isLeft = false;
  }

  /** The number of writes of the running transaction so far, for `revert`. */
  get mark(): number {
    return this.#undo.length;
  }

  /** The writes since the mark do not count: the message that made them has failed. */
  revert(mark: number): void {
    const undo = this.#undo;
    while (undo.length > mark) {
      const { id, before } = undo.pop() as (typeof undo)[number]; // the list is longer than `mark`
      if (before === undefined) this.#written.delete(id);
      else this.#written.set(id, before);
    }
  }

  write(id: string, row: Uint8Array | undefined): void {
    this.#write(id, row === undefined ? ABSENT : stampOf(row));
  }

  #write(name: string, stamp: string): void {
    if (this.#appHash === undefined) return;
    const id = kept(name);
    this.#undo.push({ id, before: this.#written.get(id) });
    this.#written.set(id, stamp);
  }

  #known(id: string): string | undefined {
    // Before the tree is known, what an earlier state has proven does not count.
    return this.#written.get(kept(id)) ?? (this.#tree === undefined ? undefined : this.#proven.get(id));
  }

  /** A call gave the contract these keys: the protobuf of its ContractKey. */
  writeKeys(contract: Uint8Array, keyRow: Uint8Array): void {
    this.#write(nameOf("k", contract), toLatin1(keyRow));
  }

  /** A call gave the contract an admin with this proof. */
  writeAdmin(contract: Uint8Array, adminProof: Uint8Array): void {
    this.#write(nameOf("a", contract), toLatin1(adminProof));
  }

  /**
   * Throws BoundaryError.rowRefused unless the contract has these keys now: the protobuf of its
   * ContractKey, which also proves its code. Undefined: unless there is no contract.
   */
  assertKeys(host: UntrustedHost, contract: Uint8Array, keyRow: Uint8Array | undefined): void {
    if (this.#appHash === undefined) return;
    const id = nameOf("k", contract);
    const stamp = keyRow === undefined ? ABSENT : toLatin1(keyRow);
    const known = this.#known(id);
    if (known === undefined) {
      const row = this.#record(this.#appHash, host, concat(KEYS, contract));
      const isSame = row === undefined || keyRow === undefined ? row === keyRow : equals(row, keyRow);
      if (!isSame) throw BoundaryError.rowRefused();
      this.#proven.set(id, stamp);
    } else if (known !== stamp) throw BoundaryError.rowRefused();
  }

  /**
   * Throws BoundaryError.rowRefused unless the host's record has the proof of the admin that the
   * contract has now: one of a former admin holds for ever.
   */
  assertAdmin(host: UntrustedHost, contract: Uint8Array, claim: ContractClaim): void {
    if (this.#appHash === undefined) return;
    const id = nameOf("a", contract);
    let known = this.#known(id);
    if (known === undefined) {
      known = toLatin1(adminProofOf(this.#record(this.#appHash, host, concat(INFOS, contract))));
      this.#proven.set(id, known);
    }
    const ref = unwrap(claim);
    if (ref === undefined || toLatin1(ref.adminProof) !== known) throw BoundaryError.rowRefused();
  }

  /** A row of the chain's records in the state before the block. */
  #record(appHash: Uint8Array, host: UntrustedHost, key: Uint8Array): Uint8Array | undefined {
    const answer = unwrap(host.proveState({ key, proof: 1 + (this.#tree?.count ?? 0) }));
    return this.#verified(appHash, key, answer);
  }

  read<N extends { readonly dbKey: Uint8Array }>(request: RowRequest<N>): RowValue {
    const appHash = this.#appHash;
    if (appHash === undefined) return believedRows.read(request);
    const { host, cipher, name, id } = request;
    const known = this.#known(id);
    if (known === undefined) return this.#prove(appHash, request);
    const { value: row } = unwrap(host.readState({ key: name.dbKey, proof: 0 }));
    if (row === undefined && known === ABSENT) return undefined;
    if (row === undefined || known === ABSENT || stampOf(row) !== known) throw BoundaryError.rowRefused();
    const value = cipher.open(name, row);
    // The row of this stamp opens: the host changed another part of it.
    if (value === undefined) throw BoundaryError.rowRefused();
    return value;
  }

  #prove<N extends { readonly dbKey: Uint8Array }>(
    appHash: Uint8Array,
    { host, cipher, contract, name, id }: RowRequest<N>,
  ): RowValue {
    const answer = unwrap(host.readState({ key: name.dbKey, proof: 1 + (this.#tree?.count ?? 0) }));
    const row = this.#verified(appHash, concat(ROWS, contract, name.dbKey), answer);
    if (row === undefined) {
      this.#proven.set(id, ABSENT);
      return undefined;
    }
    const value = cipher.open(name, row);
    // The state has a row that no enclave of this network wrote, of an import for instance.
    if (value === undefined) return "damaged";
    this.#proven.set(id, stampOf(row));
    return value;
  }

  #verified(appHash: Uint8Array, key: Uint8Array, { value, proof, store }: ReadStateAnswer): Uint8Array | undefined {
    const tree = this.#tree ?? this.#provenTree(appHash, store);
    if (!tree.verify(key, value, proof)) throw BoundaryError.rowRefused();
    this.#tree = tree;
    return value;
  }

  #provenTree(appHash: Uint8Array, proof: Uint8Array): ProvenTree {
    const hash = verifyStore(appHash, STORE, proof);
    if (hash === undefined) throw BoundaryError.rowRefused();
    const last = this.#last;
    if (last?.tree.isOf(hash) !== true) return new ProvenTree(hash);
    this.#proven = last.proven;
    return last.tree;
  }
}
