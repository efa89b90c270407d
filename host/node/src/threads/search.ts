import { resultsJson, storedBlockJson, storedTxJson, txResultJson } from "@sotto/api/json";
import { type Time, txHash, txProofs } from "@sotto/comet";
import { parkBeforeAddons } from "@sotto/crypto";
import { assert } from "@sotto/errors";
import { IndexError, openIndex, type Steps, type TxPosition } from "@sotto/index";
import type { TxResult } from "@sotto/kernel";
import type { Proof } from "@sotto/merkle";
import { decodeBlockRest, decodeTxResultAt, eachTxResult, resultsKey, toTime } from "@sotto/sequencer";
import { Turns } from "../turns.ts";
import { serveThread, threadData } from "./port.ts";
import { openStored, type StoredData } from "./stored.ts";

interface Search {
  readonly query: string;
  readonly page: number;
  readonly perPage: number;
  readonly order: "asc" | "desc";
  /** Each transaction with the proof that its block has it. */
  readonly prove: boolean;
}

interface StoredTx {
  readonly hash: Uint8Array;
  readonly height: number;
  readonly index: number;
  readonly time: Time;
  readonly tx: Uint8Array;
  readonly result: TxResult;
  readonly proof?: { readonly root: Uint8Array; readonly proof: Proof } | undefined;
}

/**
 * Limits: ours. A search holds 32 bytes for each row that it has counted at most, so all of them 420 MB. Clients of Go give an answer
 * ten seconds (CometBFT config timeout_broadcast_tx_commit, the HTTP client of its light client).
 */
const LIMITS = { most: 256, heavyWork: 20_000, mostHeavy: 8, sliceMs: 8, deadlineMs: 10_000 };

// What reading costs, in rows of the index, which take 1 to 2 us: copying a block, hashing its transactions, and reading and handing
// over results, whose many small values are what costs.
const BLOCK_BYTES_PER_ROW = 4_096;
/** Base64 of a block, and copying it again. */
const BLOCK_ROWS_IN_JSON = 4;
const HASHED_BYTES_PER_ROW = 512;
const RESULT_BYTES_PER_ROW = 64;

/** Most bytes of the transactions of one page and their results. Limit: ours; a page of one is never refused. */
const MOST_PAGE_BYTES = 32 * 1024 * 1024;

const data = threadData<StoredData>();
parkBeforeAddons(data.cutOff);
const stored = openStored(data);
const { store, log } = stored;
const index = openIndex({ path: data.indexPath, readOnly: true });
const turns = new Turns(LIMITS, (text) => IndexError.busy(text));

const blockRows = (height: number): number => Math.ceil((log.meta(height)?.size ?? 0) / BLOCK_BYTES_PER_ROW);
const resultRows = (height: number): number => Math.ceil(store.extraSize(resultsKey(height)) / RESULT_BYTES_PER_ROW);

function* blockSteps(height: number) {
  yield blockRows(height);
  return stored.block(height);
}

function* blockJsonSteps(height: number) {
  yield blockRows(height) * BLOCK_ROWS_IN_JSON;
  const block = stored.block(height);
  return block === undefined ? undefined : storedBlockJson(block);
}

/** Results may be larger than their block by far: they are made into text in steps. */
function* resultsJsonSteps(height: number): Steps<string | undefined> {
  yield resultRows(height);
  const results = store.extra(resultsKey(height));
  if (results === undefined) return undefined;
  const { events, validatorUpdates } = decodeBlockRest(results);
  const txs: string[] = [];
  for (const one of eachTxResult(results)) {
    txs.push(txResultJson(one));
    yield 1;
  }
  const rest = { height, txResults: [], events, validatorUpdates, appHash: stored.hashAfter(height) };
  return resultsJson(rest, txs.length === 0 ? "null" : `[${txs.join(",")}]`);
}

/** A block whose transactions are asked for, with their encoded results and, if that is asked for, their proofs. */
function* openBlock(height: number, prove: boolean) {
  const meta = log.meta(height);
  if (meta === undefined) return undefined;
  yield blockRows(height) + Math.ceil(store.extraSize(resultsKey(height)) / BLOCK_BYTES_PER_ROW);
  const block = log.block(height);
  const results = store.extra(resultsKey(height));
  if (block === undefined || results === undefined) return undefined;
  if (prove) yield Math.ceil(meta.size / HASHED_BYTES_PER_ROW);
  return { txs: block.txs, results, time: block.header.time, proofs: prove ? txProofs(block.txs) : undefined };
}

type OpenBlock = NonNullable<ReturnType<ReturnType<typeof openBlock>["next"]>["value"] & object>;

function storedTx({ txs, results, time, proofs }: OpenBlock, { height, index: at }: TxPosition): StoredTx | undefined {
  const tx = txs[at];
  const result = decodeTxResultAt(results, at);
  if (tx === undefined || result === undefined) return undefined;
  const proof = proofs?.proofs[at];
  const proven = proofs === undefined || proof === undefined ? undefined : { root: proofs.root, proof };
  // Of its own memory: what leaves a thread is cloned with all that it is a view of.
  return { hash: txHash(tx), height, index: at, time, tx: new Uint8Array(tx), result, proof: proven };
}

function bytesOf({ tx, result: { data: answer, log: text, events } }: StoredTx): number {
  let bytes = tx.length + answer.length + text.length;
  for (const { attributes } of events) for (const [key, value] of attributes) bytes += key.length + value.length;
  return bytes;
}

const pageTooLarge = (fit: number): Error =>
  IndexError.tooMuch(
    `the page has more than ${MOST_PAGE_BYTES} bytes: ask for fewer at once, ${fit} fit (per_page, limit)`,
  );

/** The transactions of a page. Those of one block stand together: it is read once, and its tree of proofs is made once. */
function* transactions(positions: readonly TxPosition[], prove: boolean): Steps<StoredTx[]> {
  const found: StoredTx[] = [];
  let height = 0;
  let block: OpenBlock | undefined;
  let bytes = 0;
  for (const position of positions) {
    if (position.height !== height) block = yield* openBlock(position.height, prove);
    height = position.height;
    const one = block === undefined ? undefined : storedTx(block, position);
    if (one === undefined) continue;
    const own = bytesOf(one);
    bytes += own;
    if (bytes > MOST_PAGE_BYTES && found.length > 0) {
      throw pageTooLarge(found.length);
    }
    found.push(one);
    yield Math.ceil(own / RESULT_BYTES_PER_ROW);
  }
  return found;
}

function* txSteps(hash: Uint8Array, prove: boolean): Steps<StoredTx | undefined> {
  const at = index.tx(hash);
  return at === undefined ? undefined : (yield* transactions([at], prove))[0];
}

function* txJsonSteps(hash: Uint8Array, prove: boolean): Steps<string | undefined> {
  const found = yield* txSteps(hash, prove);
  return found === undefined ? undefined : storedTxJson(found);
}

function* txSearchSteps(search: Search) {
  const { total, items } = yield* index.txSearch(search.query, search);
  return { total, txs: yield* transactions(items, search.prove) };
}

/** A JSON list, an item a step. */
function* listSteps<T>(items: readonly T[], show: (item: T) => string): Steps<string> {
  const shown: string[] = [];
  for (const item of items) {
    shown.push(show(item));
    yield 1;
  }
  return `[${shown.join(",")}]`;
}

function* txSearchJsonSteps(search: Search) {
  const { total, txs } = yield* txSearchSteps(search);
  return { total, list: yield* listSteps(txs, storedTxJson) };
}

function* blockSearchJsonSteps(search: Search) {
  const { total, items } = yield* index.blockSearch(search.query, search);
  const shown: string[] = [];
  let bytes = 0;
  for (const height of items) {
    bytes += log.meta(height)?.size ?? 0;
    if (bytes > MOST_PAGE_BYTES && shown.length > 0) throw pageTooLarge(shown.length);
    const one = yield* blockJsonSteps(height);
    if (one !== undefined) shown.push(one);
  }
  return { total, list: `[${shown.join(",")}]` };
}

/** Where consensus stands: the log is one block ahead of the state while that block is executed. */
function consensus() {
  // Order: a state that is read first could fall two blocks behind the log.
  const logged = log.height;
  store.refresh();
  const done = store.version;
  const block = logged > done ? stored.block(logged) : undefined;
  const commit = log.commit(logged)?.commit;
  const height = block === undefined ? done + 1 : logged;
  const validators = log.validators(height);
  const genesis = log.genesis;
  assert(validators !== undefined && genesis !== undefined, `the block log lacks the validators of height ${height}`);
  return {
    height,
    validators,
    lastValidators: log.validators(height - 1),
    lastCommit: log.commit(height - 1)?.commit,
    decided: block === undefined || commit === undefined ? undefined : { block, commit },
    genesisTime: toTime(genesis.time),
  };
}

/** What strangers ask of the past: blocks, results, and searches. Nothing waits for it but who asked. */
export const searchHandlers = {
  block: (height: number) => turns.run(blockSteps(height)),
  blockJson: (height: number) => turns.run(blockJsonSteps(height)),
  /** A block without its transactions. */
  meta: stored.meta,
  metaByHash(hash: Uint8Array) {
    const height = log.heightOf(hash);
    return height === undefined ? undefined : stored.meta(height);
  },
  resultsJson: (height: number) => turns.run(resultsJsonSteps(height)),
  commit: (height: number) => log.commit(height),
  validators: (height: number) => log.validators(height),
  consensus,
  tx: (hash: Uint8Array) => turns.run(txSteps(hash, false)),
  txJson: (hash: Uint8Array, prove: boolean) => turns.run(txJsonSteps(hash, prove)),
  searchTxs: (search: Search) => turns.run(txSearchSteps(search)),
  searchTxsJson: (search: Search) => turns.run(txSearchJsonSteps(search)),
  searchBlocksJson: (search: Search) => turns.run(blockSearchJsonSteps(search)),
  close() {
    turns.stop();
    index.close();
    stored.close();
  },
} as const;

export type SearchHandlers = typeof searchHandlers;

serveThread(searchHandlers);
