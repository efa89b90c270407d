// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createAbciServer } from "@sotto/abci";
import { VERSION } from "@sotto/app/version";
import type { NodeInfo } from "@sotto/backend";
import {
  blockSources,
  type CometCalls,
  type CometStatus,
  cometCalls,
  cometIdentity,
  remoteSources,
  rpcSource,
  storeSource,
} from "@sotto/cometbft";
import { EnvironmentFault } from "@sotto/errors";
import type { TxResult } from "@sotto/kernel";
import type { Mempool } from "../backend.ts";
import type { EngineConfig } from "../config.ts";
import { commonInfo, type Deciding } from "../deciding.ts";
import { shared } from "../heightCache.ts";
import { PaceWatch } from "../observing/pace.ts";
import { type Readers, type StartContext, startWriter } from "../startThreads.ts";
import type { FollowHandlers } from "../threads/follow.ts";
import { type CommittedBlock, engineHandlers, logSource } from "./application.ts";
import { KeyWait, type KeyWaitOptions } from "./keyWait.ts";
import { type ReadyThreads, readingThreads } from "./ready.ts";
import { openSnapshots } from "./snapshots.ts";
import { createStateSync } from "./stateSync.ts";

/** Pause between looks at something that CometBFT does. */
const LOOK_MS = 50;
/** Pause between lines of the log while a start waits for CometBFT. */
const TELL_MS = 30_000;

/** Some rounds without a decision are usual in a network, a minute is not. */
const ENGINE_LEAST_MS = 60_000;
/** For an answer to a supervisor, which waits for seconds. */
const HEALTH_MS = 2_000;

/** A node whose blocks a stock CometBFT decides. `assertGoing` ends a start that waits. */
export async function engineBlocks(
  context: StartContext,
  engine: EngineConfig,
  assertGoing: () => void,
): Promise<Deciding> {
  const { closers, logs, onFault } = context;
  const [log, abciLog] = [logs.of("node"), logs.of("abci")];
  const follow = startWriter<FollowHandlers>(context, "follow");
  const status = await follow.call("status");
  const pace = new PaceWatch(0, ENGINE_LEAST_MS, performance.now());
  const ready: ReadyThreads = { now: undefined };
  const committed = { height: status.hasBlock ? status.height : 0, publish: async (_: CommittedBlock) => {} };
  const sources = [
    logSource(follow),
    rpcSource(engine.rpc),
    ...(engine.home === undefined ? [] : [storeSource(join(engine.home, "data", "blockstore.db"))]),
    ...remoteSources(engine.others),
  ];
  const blocks = blockSources(sources, { onLie: (text) => log.warn(text) });
  const onCommit = async (block: CommittedBlock): Promise<void> => {
    committed.height = block.height;
    keys.committed();
    pace.block(performance.now());
    const failed = block.codes.filter((code) => code !== 0).length;
    logs
      .of("blocks")
      .info(
        { height: block.height, txs: block.codes.length, failed, gas: block.gas, ms: Math.round(block.ms) },
        "block",
      );
    await committed.publish(block);
  };
  const snapshots = openSnapshots(context, follow);
  const { genesis } = context.identity;
  const place = { follow, genesis, others: engine.others, log };
  const stateSync = createStateSync(place);
  const keys = openKeys(context, { ...place, hasKeys: status.hasKeys });
  const parts = { follow, blocks, ready, snapshots, stateSync, keys };
  const handlers = engineHandlers({ version: VERSION, ...parts, ...status, onCommit });
  let isStopping = false;
  const server = await createAbciServer({
    handlers,
    listen: engine.abci,
    onFault: (fault) => {
      // What CometBFT waits for fails at a stop.
      if (!isStopping) onFault(fault);
    },
    log: (text) => abciLog.warn(text),
  });
  closers.push(() => server.close());
  const endWaits = async (): Promise<void> => {
    isStopping = true;
    keys.stop();
    stateSync.close();
    await blocks.close();
  };
  // First: what CometBFT asked for may wait for other nodes, or for keys.
  closers.push(endWaits);
  const calls = cometCalls(engine.rpc);
  closers.push(() => calls.close());
  const waiting = waits(log.warn.bind(log), assertGoing);
  await waiting(`CometBFT connects to ${server.address} and makes the first block`, async () =>
    committed.height > 0 ? true : undefined,
  );
  const comet = await waiting(
    `CometBFT answers at ${engine.rpc}`,
    async () => (await statusOf(calls)) ?? (keys.isHolding ? namesOf(engine) : undefined),
  );
  const health = cometCalls(engine.rpc, { timeoutMs: HEALTH_MS });
  closers.push(() => health.close());
  return {
    info: infoOf(context, engine, comet),
    delay: shared(async () => keys.reason ?? (await cometDelay(health)) ?? pace.late(performance.now())),
    // The mempool is CometBFT's.
    limits: { maxBlockBytes: Number.MAX_SAFE_INTEGER, maxBlockGas: -1n },
    pauseMs: 0,
    mempool: () => cometMempool(calls),
    async run({ check, index }: Readers, query) {
      // At most one block behind: clients read the index.
      let published: Promise<unknown> = index.call("sync");
      committed.publish = async () => {
        await check.call("reset");
        await published;
        published = index.call("sync");
        published.catch(onFault);
      };
      await check.call("reset");
      ready.now = readingThreads(check, query);
      return async () => {
        ready.now = undefined;
        await endWaits();
        await server.close();
      };
    },
  };
}

/** The reason why CometBFT is not at the last block of the network. */
async function cometDelay(calls: CometCalls): Promise<string | undefined> {
  try {
    const { isCatchingUp } = await calls.status();
    return isCatchingUp ? "CometBFT is catching up with the network" : undefined;
  } catch (thrown) {
    if (thrown instanceof EnvironmentFault) return thrown.message;
    throw thrown;
  }
}

/** Waits until `look` finds something, and says now and then what it waits for. */
const waits =
  (tell: (text: string) => void, assertGoing: () => void) =>
  async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
    for (let told = 0; ; ) {
      assertGoing();
      const found = await look();
      if (found !== undefined) return found;
      if (performance.now() - told > TELL_MS || told === 0) {
        told = performance.now();
        tell(`the node waits until ${what}`);
      }
      await sleep(LOOK_MS);
    }
  };

async function statusOf(calls: CometCalls): Promise<CometStatus | undefined> {
  try {
    return await calls.status();
  } catch (thrown) {
    if (thrown instanceof EnvironmentFault) return undefined;
    throw thrown;
  }
}

/** The watch over the keys, which readiness and metrics show. */
function openKeys({ home, observer }: StartContext, options: Omit<KeyWaitOptions, "home" | "onChange">): KeyWait {
  const keys = new KeyWait({ ...options, home, onChange: (has) => observer?.metrics.keys(has) });
  observer?.starting(() => keys.reason);
  return keys;
}

type CometNames = Pick<CometStatus, "nodeId" | "moniker" | "listenAddr" | "validatorKey">;

/** What is known of a CometBFT that waits for the node and so does not answer yet. */
function namesOf({ home }: EngineConfig): CometNames {
  const found = home === undefined ? undefined : cometIdentity(home);
  const validatorKey = found?.validatorPublicKey ?? new Uint8Array(32);
  return { nodeId: found?.nodeId ?? "", moniker: "", listenAddr: "", validatorKey };
}

const infoOf = ({ config }: StartContext, { rpc }: EngineConfig, comet: CometNames): NodeInfo => ({
  id: comet.nodeId,
  network: config.chainId,
  moniker: comet.moniker,
  listenAddr: comet.listenAddr,
  rpcAddress: rpc,
  validator: { type: "ed25519", bytes: comet.validatorKey },
  ...commonInfo,
});

const verdict = (code: number, codespace: string, log: string): TxResult => ({
  ...{ code, codespace, log },
  data: new Uint8Array(0),
  gasWanted: 0n,
  gasUsed: 0n,
  events: [],
});

/** The mempool of CometBFT, whose checks the node makes. */
const cometMempool = (calls: CometCalls): Mempool => ({
  async broadcast(tx) {
    const sent = await calls.broadcast(tx);
    if ("refused" in sent) return { hash: sent.hash, result: undefined, refused: sent.refused };
    return { hash: sent.hash, result: verdict(sent.code, sent.codespace, sent.log), refused: undefined };
  },
  mempool: (limit) => calls.waiting(limit),
});
