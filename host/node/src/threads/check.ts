// SPDX-License-Identifier: Apache-2.0
import { createCheckApplication, STORES } from "@sotto/app";
import { type AddResult, Mempool } from "@sotto/blocks";
import { parkBeforeAddons } from "@sotto/crypto";
import type { PendingRow, TxResult } from "@sotto/kernel";
import type { Reserved } from "@sotto/sequencer";
import { startMeter, storeReporter } from "./meter.ts";
import { observedCheck } from "./observed.ts";
import { pack } from "./packed.ts";
import { serveThread, threadData } from "./port.ts";
import { chainOptions, NO_ENCLAVE, type NodeData, openReader } from "./shared.ts";

export interface CheckData extends NodeData {
  readonly maxBlockBytes: number;
  readonly maxBlockGas: bigint;
}

const data = await threadData<CheckData>();
parkBeforeAddons(data.cutOff);
const store = openReader(data, STORES);
let verdicts: string[] = [];
const metrics = startMeter(data.isMeasured, "check", storeReporter(store));
const unobserved = createCheckApplication(
  chainOptions(data, {
    store,
    enclave: NO_ENCLAVE,
    keys: { ioPublicKey: new Uint8Array(0), seedExchangePublicKey: new Uint8Array(0) },
    // Verified here once; exec trusts it, the enclave does not (ADR 16).
    verified: { has: () => false, add: (key) => void verdicts.push(key) },
  }),
);
const app = metrics === undefined ? unobserved : observedCheck(unobserved, metrics);
const mempool = new Mempool({ app, maxBlockBytes: data.maxBlockBytes, maxBlockGas: data.maxBlockGas });
let reaped: Uint8Array[] = [];

/** Limits of a block: bytes and gas of its transactions (-1: any), and their number. */
export interface BlockLimits {
  readonly maxBytes: number;
  readonly maxGas: bigint;
  readonly maxTxs: number;
  /** What the chain's own transactions take of bytes and gas in the next block. */
  readonly reserved: Reserved;
}

/** The transactions of the next block, with the verdicts on signatures since the last one. */
function reap({ maxBytes, maxGas, maxTxs, reserved }: BlockLimits) {
  mempool.limitBlocks(maxBytes, maxGas);
  reaped = mempool.reapBeside(reserved, maxBytes, maxGas, maxTxs);
  const sent = verdicts;
  verdicts = [];
  return { txs: pack(reaped), verdicts: sent };
}

/**
 * Milliseconds of checks before this thread serves blocks again. One check after others of its
 * signers takes 10 ms at most.
 */
const SLICE_MS = 8;

/** `isAgain`: the transaction waited while a block was committed. */
export interface AskedCheck {
  readonly tx: Uint8Array;
  readonly isAgain: boolean;
}

/** Transactions that arrived together, and wait for their answers. */
interface Batch {
  /** Answers for the next one; returns whether it was the last. */
  readonly step: () => boolean;
}

const arrived: Batch[] = [];

function runSome(): void {
  const start = performance.now();
  for (let [batch] = arrived; batch !== undefined; [batch] = arrived) {
    for (let isDone = false; !isDone; ) {
      if (performance.now() - start > SLICE_MS) return void setImmediate(runSome);
      isDone = batch.step();
    }
    arrived.shift();
  }
}

/**
 * Answers for transactions one after the other, behind those that arrived before, in slices between
 * which this thread serves blocks.
 */
const inSlices = <Q, A>(asked: readonly Q[], answer: (each: Q) => A): Promise<A[]> =>
  new Promise((resolve) => {
    const answers: A[] = [];
    const step = (): boolean => {
      const next = asked[answers.length];
      if (next !== undefined) answers.push(answer(next));
      if (answers.length < asked.length) return false;
      resolve(answers);
      return true;
    };
    arrived.push({ step });
    if (arrived.length === 1) setImmediate(runSome);
  });

/** No client reads the events of a check, and copying them costs more than the check. */
const withoutEvents = (result: TxResult): TxResult => ({ ...result, events: [] });

function addOne(tx: Uint8Array): AddResult {
  const added = mempool.add(tx);
  return added.result === undefined ? added : { ...added, result: withoutEvents(added.result) };
}

/**
 * Decodes, runs the ante pipeline over the latest committed state, and stores valid transactions
 * until a block takes them.
 */
export const checkHandlers = {
  add: (txs: readonly Uint8Array[]) => inSlices(txs, addOne),
  check: (tx: Uint8Array) => mempool.check(tx),
  /**
   * For a mempool elsewhere: the verdicts on transactions, each on the state of those before it.
   */
  checkTxs: (asked: readonly AskedCheck[]) =>
    inSlices(asked, ({ tx, isAgain }) => withoutEvents(app.check(tx, isAgain ? "recheck" : "check"))),
  /** After a block: verdicts are on its state. */
  reset: () => app.reset(),
  /** Verdicts on signatures since the last call. */
  takeVerdicts() {
    const taken = verdicts;
    verdicts = [];
    return taken;
  },
  /** In separate memory: a view that leaves a thread is cloned with its whole buffer. */
  pendingRows: (tx: Uint8Array): PendingRow[] =>
    app.pendingRows(tx).map(([store, key, value]) => [store, new Uint8Array(key), value && new Uint8Array(value)]),
  reap,
  /**
   * After the block with the reaped transactions; `codes` are its results. Returns the number of
   * waiting ones and, when they fill a block, the transactions of the next block: a later request
   * would wait for messages to this thread meanwhile.
   */
  update(codes: readonly number[], limits: BlockLimits) {
    mempool.update(
      reaped,
      codes.map((code) => ({ code })),
    );
    reaped = [];
    const waiting = mempool.size;
    return { waiting, next: waiting >= limits.maxTxs ? reap(limits) : undefined };
  },
  waiting: (limit: number) => ({ count: mempool.size, bytes: mempool.bytes, txs: mempool.first(limit) }),
} as const;

export type CheckHandlers = typeof checkHandlers;

serveThread(checkHandlers);
