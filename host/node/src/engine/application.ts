// SPDX-License-Identifier: Apache-2.0
import { type AbciHandlers, assertCometVersion } from "@sotto/abci";
import type { BlockSource, DecidedBlocks } from "@sotto/cometbft";
import { EnvironmentFault } from "@sotto/errors";
import {
  CheckTxType,
  ResponseOfferSnapshot_Result,
  ResponseProcessProposal_ProposalStatus,
} from "@sotto/proto/tendermint.abci";
import { pack } from "../threads/packed.ts";
import type { Calls } from "../threads/port.ts";
import { fromValidator, fromVerdict, nanosOf, toMisbehavior, toValidator } from "./convert.ts";
import type { ExecutedBlock, Following } from "./following.ts";
import type { KeyWait } from "./keyWait.ts";
import { paramFields } from "./params.ts";
import type { ReadyThreads } from "./ready.ts";
import type { Snapshots } from "./snapshots.ts";
import type { StateSync } from "./stateSync.ts";

/** A block that was executed and committed. */
export interface CommittedBlock extends Omit<ExecutedBlock, "response"> {
  readonly height: number;
}

export interface EngineOptions {
  readonly version: string;
  readonly follow: Calls<Following>;
  readonly blocks: DecidedBlocks;
  readonly snapshots: Snapshots;
  readonly stateSync: StateSync;
  /** Undefined: the enclave has keys from the start. */
  readonly keys?: Pick<KeyWait, "until">;
  /** The other threads, which exist from the first block on. */
  readonly ready: ReadyThreads;
  /** Last committed height and application hash at the start. */
  readonly height: number;
  readonly appHash: Uint8Array;
  /** Before the commit is answered: CometBFT then checks waiting transactions again. */
  readonly onCommit: (block: CommittedBlock) => Promise<void>;
}

/** The node's own log as a place of decided blocks. */
export const logSource = (follow: Calls<Following>): BlockSource => ({
  name: "the node's block log",
  find: (height) => follow.call("decided", height),
});

const NO_BLOCK = { code: 1, codespace: "node", log: "the chain has no block yet: send it again after the first block" };
const STARTING = { code: 1, codespace: "node", log: "the node is starting: send it again in some seconds" };

/** Runs again when keys have come, if they were missing. CometBFT waits meanwhile. */
async function orWhenKeysCome<T>(
  keys: Pick<KeyWait, "until"> | undefined,
  what: string,
  run: () => Promise<T | undefined>,
): Promise<T> {
  for (;;) {
    const answer = await run();
    if (answer !== undefined) return answer;
    if (keys === undefined) throw new EnvironmentFault(`${what} needs keys that the enclave does not have`);
    await keys.until(what);
  }
}

/**
 * The chain as CometBFT calls it. Blocks run on the thread `follow`, checks and queries on others.
 */
export function engineHandlers(options: EngineOptions): AbciHandlers {
  const { follow, blocks, ready, snapshots, stateSync, keys } = options;
  let committed: { readonly height: number; readonly appHash: Uint8Array } = options;
  let executed: Omit<ExecutedBlock, "response"> | undefined;
  const notYet = () => (committed.height === 0 ? NO_BLOCK : STARTING);
  const verdictsOf = async (): Promise<readonly string[]> => (await ready.now?.takeVerdicts()) ?? [];
  return {
    info(request) {
      assertCometVersion(request);
      const { height, appHash } = committed;
      return {
        data: "sotto",
        version: options.version,
        lastBlockHeight: BigInt(height),
        lastBlockAppHash: height === 0 ? new Uint8Array(0) : appHash,
      };
    },
    async query({ path, data, height, prove }) {
      const threads = ready.now;
      if (threads === undefined) return notYet();
      const { ops, ...answer } = await threads.abciQuery({
        path,
        data: new Uint8Array(data),
        height: Number(height),
        prove,
      });
      return { ...answer, height: BigInt(answer.height), ...(ops.length > 0 ? { proofOps: { ops: [...ops] } } : {}) };
    },
    async checkTx({ tx, type }) {
      const threads = ready.now;
      if (threads === undefined) return notYet();
      return fromVerdict(await (type === CheckTxType.RECHECK ? threads.recheck(tx) : threads.checkTx(tx)));
    },
    async initChain({ chainId, time, initialHeight, validators, consensusParams, appStateBytes }) {
      const genesis = {
        chainId,
        time: nanosOf(time),
        initialHeight: Number(initialHeight),
        validators: validators.map(toValidator),
        params: paramFields(consensusParams),
        appState: appStateBytes,
      };
      const begin = () => follow.call("initChain", genesis);
      const begun = await orWhenKeysCome(keys, "the genesis, which names no keys,", begin);
      return { validators: begun.validators.map(fromValidator), appHash: begun.appHash };
    },
    prepareProposal: async ({ txs, maxTxBytes }) => ({
      txs: [...(await follow.call("prepareProposal", txs, Number(maxTxBytes)))],
    }),
    async processProposal({ txs }) {
      const { ACCEPT, REJECT } = ResponseProcessProposal_ProposalStatus;
      return { status: (await follow.call("acceptsProposal", txs)) ? ACCEPT : REJECT };
    },
    async finalizeBlock({ hash, height, txs, misbehavior }) {
      // While places are asked for the block.
      const asked = verdictsOf();
      asked.catch(() => {});
      const execute = () =>
        blocks.use(Number(height), hash, async (parts) => {
          const verdicts = await asked;
          // A refused block needs its transactions again.
          const packed = pack(txs);
          const done = await follow.callWith([packed.bytes.buffer], "finalize", {
            // Hazard: a view that leaves this thread is cloned with its whole buffer.
            ...{ hash: new Uint8Array(hash), txs: packed, parts, verdicts },
            misbehavior: misbehavior.map(toMisbehavior),
          });
          return done !== undefined && "refused" in done ? done : { value: done };
        });
      const what = `block ${height}, which has work for the enclave,`;
      const { response, ...rest } = await orWhenKeysCome(keys, what, execute);
      executed = rest;
      return { encoded: response };
    },
    async commit() {
      const { retain, ...done } = await follow.call("commit");
      committed = done;
      if (executed === undefined) throw new EnvironmentFault("CometBFT commits a block that it did not send");
      await options.onCommit({ height: committed.height, ...executed });
      executed = undefined;
      await snapshots.committed(committed.height);
      return { retainHeight: BigInt(retain) };
    },
    listSnapshots: async () => ({ snapshots: [...(await snapshots.list())] }),
    async offerSnapshot({ snapshot, appHash }) {
      if (snapshot === undefined) return { result: ResponseOfferSnapshot_Result.REJECT };
      const { height, format, chunks } = snapshot;
      const [hash, metadata] = [new Uint8Array(snapshot.hash), new Uint8Array(snapshot.metadata)];
      const { result } = await stateSync.offer({ height, format, chunks, hash, metadata }, new Uint8Array(appHash));
      return { result };
    },
    loadSnapshotChunk: async ({ height, format, chunk }) => ({ chunk: await snapshots.chunk(height, format, chunk) }),
    async applySnapshotChunk({ index, chunk, sender }) {
      const { result, refetchChunks, rejectSenders, restored } = await stateSync.apply(index, chunk, sender);
      if (restored !== undefined) committed = { height: restored.version, appHash: restored.appHash };
      return { result, refetchChunks: [...refetchChunks], rejectSenders: [...rejectSenders] };
    },
  };
}
