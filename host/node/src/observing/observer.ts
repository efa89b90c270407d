// SPDX-License-Identifier: Apache-2.0
import { readdir, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { VERSION } from "@sotto/app/version";
import { createNodeMetrics, type MetricsDelta, type NodeMetrics } from "@sotto/metrics";
import { type Config, metricsListener, paths } from "../config.ts";
import type { Logs } from "../log.ts";
import { Endpoints } from "../sockets/endpoints.ts";
import { createWebProtocol } from "../sockets/http.ts";
import { type CacheCounts, cacheReporter, loopReporter, METRICS_EVENT, REPORT_MS } from "../threads/meter.ts";
import type { Handlers, Thread } from "../threads/port.ts";
import { createObserving, refuseObserving } from "./endpoint.ts";

/** Between two looks at the disk and the mempool, which cost more than a counter. */
const LOOK_MS = 10_000;
const MICROS = 1e6;
/** Bytes of a block of `stat`. */
const BLOCK = 512;

/** The parts of a running node that are measured from outside. */
export interface ObservedNode {
  readonly latestHeight: () => number;
  readonly mempool: (limit: number) => Promise<{ readonly count: number; readonly bytes: number }>;
  readonly queries: { readonly waiting: number; readonly quick: number; readonly long: number };
  readonly caches: ReadonlyMap<string, CacheCounts>;
  readonly delay: () => Promise<string | undefined>;
}

/** The metrics of the whole node, on the thread endpoints, and its health. */
export interface Observer {
  readonly metrics: NodeMetrics;
  /** Adds what this thread counts. */
  watch<H extends Handlers>(thread: Thread<H>): Thread<H>;
  /** Tells why the start takes long; undefined: for no known reason. */
  starting(reason: () => string | undefined): void;
  /** The node serves clients from now on. */
  started(node: ObservedNode): void;
  /** The node stops. */
  failed(reason: string): void;
}

/**
 * Bytes that a folder or file takes on the disk; 0 for a missing one. Files may vanish meanwhile.
 */
async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.blocks * BLOCK;
  const names = await readdir(path).catch(() => []);
  const sizes = await Promise.all(names.map((name) => sizeOf(join(path, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function lookAtDisk(metrics: NodeMetrics, { engine }: Config, home: string): Promise<void> {
  const { state, log, index } = paths(home);
  const cometbft = engine?.home === undefined ? {} : { cometbft: join(engine.home, "data") };
  for (const [name, path] of Object.entries({ state, blocks: log, index, ...cometbft })) {
    metrics.database(name, await sizeOf(path));
  }
  const { bavail, bsize } = await statfs(home);
  metrics.disk(bavail * bsize);
}

function lookAtProcess(metrics: NodeMetrics, startTime: number): void {
  const { user, system } = process.cpuUsage();
  metrics.process({
    residentBytes: process.memoryUsage.rss(),
    cpuSeconds: (user + system) / MICROS,
    startTime,
  });
}

/** Opens the endpoint of `--metrics-port`; undefined without the flag. `closers` close it. */
export async function openObserver(
  config: Config,
  home: string,
  logs: Logs,
  closers: (() => unknown)[],
): Promise<Observer | undefined> {
  const listener = metricsListener(config);
  if (listener === undefined) return undefined;
  const log = logs.of("node");
  const metrics = createNodeMetrics();
  metrics.build(VERSION, config.engine === undefined ? "sequencer" : "cometbft");
  const startTime = Date.now() / 1000 - process.uptime();
  let node: ObservedNode | undefined;
  let failure: string | undefined;
  let starting: () => string | undefined = () => undefined;
  const reportLoop = loopReporter(metrics, "endpoints");
  const reportCaches = cacheReporter();
  const report = (): void => {
    reportLoop();
    lookAtProcess(metrics, startTime);
    if (node === undefined) return;
    const { waiting, quick, long } = node.queries;
    metrics.lanes(waiting, quick, long);
    reportCaches(metrics, node.caches);
  };
  const look = async (): Promise<void> => {
    try {
      await lookAtDisk(metrics, config, home);
      const waiting = await node?.mempool(1);
      if (waiting !== undefined) metrics.mempool(waiting.count, waiting.bytes);
    } catch (thrown) {
      // CometBFT is away, or the node stops.
      log.debug({ err: thrown }, "not measured");
    }
  };
  const timers = [setInterval(report, REPORT_MS), setInterval(() => void look(), LOOK_MS)];
  closers.push(() => timers.forEach(clearInterval));
  report();
  void look();
  const endpoints = new Endpoints();
  closers.push(() => endpoints.close());
  const handle = createObserving({
    render: metrics.render,
    height: () => node?.latestHeight() ?? 0,
    failure: () => failure,
    delay: async () => (node === undefined ? (starting() ?? "the node starts") : await node.delay()),
  });
  const endpoint = { name: listener.name, handle, refuse: refuseObserving };
  const web = createWebProtocol(endpoints, endpoint, logs.of("sockets"));
  closers.push(web.close);
  await endpoints.open(config.host, listener, web.protocol, true);
  return {
    metrics,
    watch(thread) {
      thread.onEvent((event, value) => {
        // Threads send values of this type under this name.
        if (event === METRICS_EVENT) metrics.merge(value as MetricsDelta);
      });
      return thread;
    },
    starting(reason) {
      starting = reason;
    },
    started(running) {
      node = running;
      void look();
    },
    failed(reason) {
      failure ??= reason;
    },
  };
}
