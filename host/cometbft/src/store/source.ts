// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { concat } from "@sotto/bytes";
import { ProtoReader } from "@sotto/codec";
import { type Commit, decodeBlock, decodeCommit, decodeHeader, type Evidence, type Header } from "@sotto/comet";
import { ChainError } from "@sotto/errors";
import { ClassicLevel } from "classic-level";
import {
  assertAsked,
  type BlockSource,
  type DecidedParts,
  hasEvidence,
  isEvidenceOf,
  isFirst,
  isLastCommit,
  sourceOf,
} from "../decided.ts";
import { copyStore, removeCopy } from "./copy.ts";

// Keys and values: CometBFT v0.38.19, store/store.go, proto/tendermint/types.

const TRIES = 5;
const PAUSE_MS = 40;
const EMPTY_COMMIT: Commit = {
  height: 0,
  round: 0,
  blockId: { hash: new Uint8Array(0), parts: { total: 0, hash: new Uint8Array(0) } },
  signatures: [],
};

type Store = ClassicLevel<string, Uint8Array>;

interface OpenCopy {
  readonly store: Store;
  readonly folder: string;
}

/** Opens a copy; a text says why there is none. A torn copy is made again. */
async function openCopy(from: string): Promise<OpenCopy | string> {
  let why = "it changed while it was copied";
  for (let i = 0; i < TRIES; i++) {
    if (i > 0) await sleep(PAUSE_MS * i);
    if (!existsSync(join(from, "CURRENT"))) return `there is no LevelDB in ${from}`;
    const folder = copyStore(from);
    if (folder === undefined) continue;
    const store: Store = new ClassicLevel(folder, {
      keyEncoding: "utf8",
      valueEncoding: "view",
      createIfMissing: false,
    });
    try {
      await store.open();
      return { store, folder };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      why = cause instanceof Error ? cause.message : String(cause);
      removeCopy(folder);
    }
  }
  return `its copy cannot be opened: ${why}`;
}

/** The value of a field with bytes. */
function fieldOf(message: Uint8Array, field: number): Uint8Array | undefined {
  const r = new ProtoReader(message);
  let value: Uint8Array | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === field * 8 + 2) value = r.bytesCopy();
    else r.skip(tag);
  }
  return value;
}

async function commitAt(store: Store, key: string): Promise<Commit | undefined> {
  const value = await store.get(key);
  return value === undefined ? undefined : decodeCommit(value);
}

/** Evidence and last commit from the parts of the block. */
async function restOf(
  store: Store,
  { height }: Header,
): Promise<{ lastCommit?: Commit; evidence: readonly Evidence[] }> {
  const parts: Uint8Array[] = [];
  for (let i = 0; ; i++) {
    const part = await store.get(`P:${height}:${i}`);
    if (part === undefined) break;
    parts.push(fieldOf(part, 2) ?? new Uint8Array(0));
  }
  if (parts.length === 0) return { evidence: [] };
  const { lastCommit, evidence } = decodeBlock(concat(...parts));
  return lastCommit === undefined ? { evidence } : { lastCommit, evidence };
}

async function read(store: Store, name: string, height: number, hash: Uint8Array): Promise<DecidedParts | string> {
  const meta = await store.get(`H:${height}`);
  const encoded = meta === undefined ? undefined : fieldOf(meta, 3);
  if (encoded === undefined) return `does not have block ${height}`;
  const header = decodeHeader(encoded);
  const commit = (await commitAt(store, `SC:${height}`)) ?? (await commitAt(store, `C:${height}`));
  if (commit === undefined) return `does not have a commit of block ${height}`;
  assertAsked(name, height, hash, header, commit);
  const before = isFirst(header) ? EMPTY_COMMIT : await commitAt(store, `C:${height - 1}`);
  if (isLastCommit(header, before) && !hasEvidence(header)) return { header, commit, lastCommit: before, evidence: [] };
  const { lastCommit, evidence } = await restOf(store, header);
  if (!isLastCommit(header, lastCommit)) return `does not have the last commit of block ${height}`;
  return isEvidenceOf(header, evidence)
    ? { header, commit, lastCommit, evidence }
    : `does not have the evidence of block ${height}`;
}

/**
 * Decided blocks from a copy of `data/blockstore.db` (goleveldb): they are there while CometBFT
 * replays blocks before its RPC is up. The store itself is never opened, because its lock would
 * stop CometBFT. The copy is made once, and again when it does not have a block. `release` removes
 * it. Cost of a copy: about 0.1 s.
 */
export function storeSource(folder: string): Required<BlockSource> {
  const name = `the block store ${folder}`;
  let open: OpenCopy | undefined;
  const release = async (): Promise<void> => {
    const old = open;
    open = undefined;
    if (old === undefined) return;
    await old.store.close();
    removeCopy(old.folder);
  };
  const lookOnce = async (height: number, hash: Uint8Array): Promise<DecidedParts | string> => {
    if (open === undefined) {
      const opened = await openCopy(folder);
      if (typeof opened === "string") return opened;
      open = opened;
    }
    try {
      return await read(open.store, name, height, hash);
    } catch (error) {
      // A table that the copy lost, or a value of another form.
      if (!(error instanceof ChainError) && !(error instanceof Error && "code" in error)) throw error;
      return `cannot be read: ${error.message}`;
    }
  };
  return sourceOf(
    name,
    async (height, hash) => {
      const isOld = open !== undefined;
      const found = await lookOnce(height, hash);
      if (typeof found !== "string") return found;
      await release();
      return isOld ? lookOnce(height, hash) : found;
    },
    release,
  );
}
