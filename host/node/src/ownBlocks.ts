// SPDX-License-Identifier: Apache-2.0
import { MessageChannel } from "node:worker_threads";
import type { NodeInfo } from "@sotto/backend";
import { toHex } from "@sotto/bytes";
import { consensusAddress } from "@sotto/comet";
import { ownMempool } from "./backend.ts";
import type { TimedOutcome } from "./blockLoop.ts";
import { ClockWatch } from "./clock.ts";
import { commonInfo, type Deciding } from "./deciding.ts";
import { PaceWatch } from "./observing/pace.ts";
import { type Readers, type StartContext, startWriter } from "./startThreads.ts";
import type { ExecHandlers } from "./threads/exec.ts";
import type { Thread } from "./threads/port.ts";

/** A block of much work, or a collection of garbage, may take so long. */
const OWN_LEAST_MS = 10_000;

/** A node that decides its blocks itself. */
export async function ownBlocks(context: StartContext): Promise<Deciding> {
  const { config, observer } = context;
  const exec = startWriter<ExecHandlers>(context, "exec");
  let status = await exec.call("status");
  if (status.height === 0) {
    await exec.call("produceFirst");
    status = await exec.call("status");
  }
  observer?.metrics.keys(true);
  const { maxDataBytes, maxGas, nextTime } = status;
  const pace = new PaceWatch(config.blockTimeMs, OWN_LEAST_MS, performance.now());
  return {
    info: nodeInfo(context),
    limits: { maxBlockBytes: maxDataBytes, maxBlockGas: maxGas },
    pauseMs: config.instant ? 0 : config.blockTimeMs,
    mempool: ({ check }, onFault) =>
      ownMempool(check, config.instant ? () => void exec.call("wake").catch(onFault) : () => {}),
    // Without a pace there may be no block for days.
    delay: async () => (config.instant ? undefined : pace.late(performance.now())),
    run: (readers) => startBlocks(context, exec, readers, { nextTime, pace }),
  };
}

/**
 * Starts the pace of blocks; returns the function that ends it. Exec calls check and index itself:
 * no block waits for this thread.
 */
async function startBlocks(
  { config: { blockTimeMs, instant }, logs }: StartContext,
  exec: Thread<ExecHandlers>,
  { check, index }: Readers,
  { nextTime, pace }: { readonly nextTime: bigint; readonly pace: PaceWatch },
): Promise<() => Promise<void>> {
  const log = logs.of("blocks");
  const clock = new ClockWatch((text) => log.warn(text));
  clock.start(nextTime, Date.now());
  exec.onEvent((event, value) => {
    if (event !== "block") return;
    // The exec thread reports blocks under this name.
    const { height, codes, gas, nextTime, phases, spentMs } = value as TimedOutcome;
    clock.block(nextTime, Date.now());
    pace.block(performance.now());
    const failed = codes.filter((code) => code !== 0).length;
    const parts = log.isLevelEnabled("debug") ? { phases } : {};
    log.info({ height, txs: codes.length, failed, gas, ms: Math.round(spentMs), ...parts }, "block");
  });
  const [toCheck, toIndex] = [new MessageChannel(), new MessageChannel()];
  check.lend(toCheck.port1);
  index.lend(toIndex.port1);
  const ways = { check: toCheck.port2, index: toIndex.port2 };
  await exec.callWith([ways.check, ways.index], "startBlocks", { ...ways, blockTimeMs, instant });
  return () => exec.call("stopBlocks");
}

function nodeInfo({ config: { chainId, ports }, identity: { validatorKey } }: StartContext): NodeInfo {
  const publicKey = { type: "ed25519", bytes: validatorKey } as const;
  return {
    id: toHex(consensusAddress(publicKey)),
    network: chainId,
    moniker: "sotto",
    listenAddr: "tcp://0.0.0.0:26656",
    rpcAddress: `tcp://127.0.0.1:${ports.rpc}`,
    validator: publicKey,
    ...commonInfo,
  };
}
