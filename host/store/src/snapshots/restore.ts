// SPDX-License-Identifier: Apache-2.0
import { concat, toHex } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { ChainError } from "@sotto/errors";
import { createSha256, type Draft, openDraft, type Sha256 } from "../driver/snapshotFolder.ts";
import { StoreError } from "../errors.ts";
import type { CommitResult, StateStore, VersionImport } from "../types.ts";
import { CHUNK_BYTES, ChunkReader, type InflateLimit } from "./chunks.ts";
import { decodeMetadata, encodeInfo, FORMAT, faultOfInfo, type SnapshotInfo, sameBytes } from "./info.ts";
import { ItemReader } from "./items.ts";
import type { SnapshotNeeds, StoresView } from "./needs.ts";

/** tendermint.abci.ResponseOfferSnapshot.Result. */
export const OfferResult = { accept: 1, abort: 2, reject: 3, rejectFormat: 4 } as const;
/** tendermint.abci.ResponseApplySnapshotChunk.Result. */
export const ApplyResult = { accept: 1, abort: 2, retry: 3, retrySnapshot: 4, rejectSnapshot: 5 } as const;

/** The fields of ResponseOfferSnapshot, and the reason of a refusal for the log. */
export interface OfferAnswer {
  readonly result: (typeof OfferResult)[keyof typeof OfferResult];
  readonly reason?: string;
}

/** The fields of ResponseApplySnapshotChunk, the reason of a refusal, and the end. */
export interface ApplyAnswer {
  readonly result: (typeof ApplyResult)[keyof typeof ApplyResult];
  readonly refetchChunks: readonly number[];
  readonly rejectSenders: readonly string[];
  readonly reason?: string;
  /** The version that the store has now, after the last chunk. */
  readonly restored?: CommitResult;
}

export interface RestoreOptions {
  /** The writer's store; it must be empty. */
  readonly store: StateStore;
  /** Folder of all snapshots: chunks wait here, and the restored snapshot stays here. */
  readonly folder: string;
  readonly needs: SnapshotNeeds;
  /**
   * Verifies the rows beside the state, which no application hash covers, and returns the reason of
   * a refusal. Called before the version counts.
   */
  readonly check?: ((view: StoresView, rows: ReadonlyMap<string, Uint8Array>) => string | undefined) | undefined;
  /**
   * Rows beside the state of this node alone, which become durable with the version. Called last,
   * when all else is verified.
   */
  readonly own?: (() => ReadonlyMap<string, Uint8Array>) | undefined;
  /** Default: 1 GiB, and 100 bytes for each compressed one. */
  readonly limit?: InflateLimit | undefined;
}

/** One restore at a time, in the order of ABCI's calls. */
export interface Restore {
  /**
   * Index of the first chunk that is not applied; undefined while no snapshot is being restored.
   */
  readonly next: number | undefined;
  /**
   * Begins to restore a snapshot whose version must have the application hash, which the caller has
   * verified. Chunks of the same snapshot that an ended process has received are applied again.
   */
  offer(info: SnapshotInfo, appHash: Uint8Array): OfferAnswer;
  /**
   * Verifies a chunk by its hash and applies it. With the last one the version is verified and
   * committed. `sender`: the peer that sent it, empty if unknown.
   */
  applyChunk(index: number, bytes: Uint8Array, sender?: string): ApplyAnswer;
  /** Ends a restore; nothing of it is left in the store. Its chunks stay for the next offer. */
  abort(): void;
}

const LIMIT: InflateLimit = { bytes: 2 ** 30, perByte: 100 };

/** A snapshot whose chunks are being applied. */
interface Running {
  readonly info: SnapshotInfo;
  readonly hashes: readonly Uint8Array[];
  readonly into: VersionImport;
  readonly items: ItemReader;
  readonly reader: ChunkReader;
  readonly whole: Sha256;
  next: number;
}

/**
 * A failure of the disk is thrown as EnvironmentFault, after everything in the store was removed.
 */
export function createRestore(options: RestoreOptions): Restore {
  const draft = openDraft(options.folder, "restoring");
  // Chunks of a restore that was killed after its end.
  if (options.store.version !== 0) draft.remove();
  let running: Running | undefined;

  const abort = (): void => {
    const ended = running;
    running = undefined;
    ended?.into.abort();
  };

  /** Runs a step. Returns the reason of a refusal; after any failure the store is empty. */
  const attempt = (step: () => void): string | undefined => {
    try {
      step();
      return undefined;
    } catch (thrown) {
      abort();
      if (!(thrown instanceof ChainError)) throw thrown;
      draft.remove();
      return thrown.message;
    }
  };

  /** Applies the chunks that an earlier process has verified, up to the first that is not there. */
  const resume = (run: Running, step: (bytes: Uint8Array) => void): void => {
    for (let bytes = draft.chunk(run.next); bytes !== undefined; bytes = draft.chunk(run.next)) {
      if (!sameBytes(sha256(bytes), run.hashes[run.next] as Uint8Array)) return;
      // The last one is left, because its answer says that the restore is complete.
      if (run.next === run.hashes.length - 1) return;
      step(bytes);
    }
  };

  const offer = (info: SnapshotInfo, appHash: Uint8Array): OfferAnswer => {
    abort();
    if (info.format !== FORMAT) return { result: OfferResult.rejectFormat, reason: `format ${info.format} is unknown` };
    const found = hashesOf(info);
    if (typeof found === "string") return { result: OfferResult.reject, reason: found };
    if (appHash.length !== 32) return { result: OfferResult.abort, reason: "the application hash has not 32 bytes" };
    if (options.store.version !== 0) {
      const reason = `the state has version ${options.store.version} already: remove it before a state sync`;
      return { result: OfferResult.abort, reason };
    }
    const note = concat(appHash, encodeInfo(info));
    if (!isSame(draft, note)) draft.begin(note);
    const begun = begin(options, info, found, appHash);
    running = begun;
    const reason = attempt(() => resume(begun, (bytes) => feed(begun, bytes)));
    return reason === undefined ? { result: OfferResult.accept } : { result: OfferResult.reject, reason };
  };

  const applyChunk = (index: number, bytes: Uint8Array, sender = ""): ApplyAnswer => {
    const run = running;
    const senders = sender === "" ? [] : [sender];
    const answer = (result: ApplyAnswer["result"], reason: string, refetch: readonly number[] = []): ApplyAnswer => ({
      result,
      reason,
      refetchChunks: refetch,
      rejectSenders: result === ApplyResult.abort || result === ApplyResult.retrySnapshot ? [] : senders,
    });
    if (run === undefined) return answer(ApplyResult.abort, "no snapshot is being restored");
    const hash = run.hashes[index];
    if (hash === undefined) return answer(ApplyResult.abort, `chunk ${index} does not exist`);
    if (!sameBytes(sha256(bytes), hash)) {
      return answer(ApplyResult.retry, `chunk ${index} has another hash`, [index]);
    }
    // Applied already: repeated, or kept since an ended process received it.
    if (index < run.next) return { result: ApplyResult.accept, refetchChunks: [], rejectSenders: [] };
    if (index > run.next) {
      abort();
      return answer(ApplyResult.retrySnapshot, `chunk ${index} came before chunk ${run.next}`);
    }
    let restored: CommitResult | undefined;
    const reason = attempt(() => {
      draft.writeChunk(index, bytes);
      feed(run, bytes);
      if (run.next === run.hashes.length) restored = finish(options, run);
    });
    if (reason !== undefined) return answer(ApplyResult.rejectSnapshot, reason);
    const accepted = { result: ApplyResult.accept, refetchChunks: [], rejectSenders: [] };
    if (restored === undefined) return accepted;
    running = undefined;
    draft.publish({ height: restored.version, format: FORMAT }, encodeInfo(run.info));
    return { ...accepted, restored };
  };

  return {
    get next() {
      return running?.next;
    },
    offer,
    applyChunk,
    abort,
  };
}

/** Hashes of the chunks, or the reason why the description cannot be true. */
function hashesOf(info: SnapshotInfo): readonly Uint8Array[] | string {
  try {
    const hashes = decodeMetadata(info.metadata);
    return faultOfInfo(info, hashes) ?? hashes;
  } catch (thrown) {
    if (thrown instanceof ChainError) return thrown.message;
    throw thrown;
  }
}

function isSame(draft: Draft, note: Uint8Array): boolean {
  const found = draft.note();
  return found !== undefined && sameBytes(found, note);
}

function begin(
  { store, needs, limit = LIMIT }: RestoreOptions,
  info: SnapshotInfo,
  hashes: readonly Uint8Array[],
  appHash: Uint8Array,
): Running {
  const into = store.beginImport({ version: Number(info.height), appHash, needs });
  const items = new ItemReader((item) => into.add(item));
  const reader = new ChunkReader(limit, (bytes) => items.push(bytes));
  return { info, hashes, into, items, reader, whole: createSha256(), next: 0 };
}

/** Applies the next chunk. Throws StoreError.snapshotRefused and CodecError.protobuf. */
function feed(run: Running, bytes: Uint8Array): void {
  const isLast = run.next === run.hashes.length - 1;
  if (isLast ? bytes.length > CHUNK_BYTES : bytes.length !== CHUNK_BYTES) {
    throw StoreError.snapshotRefused(`chunk ${run.next} of ${run.hashes.length} has ${bytes.length} bytes`);
  }
  run.whole.update(bytes);
  run.reader.write(bytes);
  run.next++;
}

function finish({ check, own }: RestoreOptions, run: Running): CommitResult {
  if (!run.reader.ended || run.items.isOpen) throw StoreError.snapshotRefused("the stream ends early");
  const hash = run.whole.digest();
  if (!sameBytes(hash, run.info.hash)) {
    throw StoreError.snapshotRefused(`its chunks have the hash ${toHex(hash)}, and it announces another`);
  }
  return run.into.commit((view, rows) => {
    const reason = check?.(view, rows);
    if (reason !== undefined) throw StoreError.snapshotRefused(reason);
    return own?.() ?? new Map();
  });
}
