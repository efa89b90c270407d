// SPDX-License-Identifier: Apache-2.0
import { accounts, BELIEVED, banner, PAST } from "@sotto/local";
import { urlHost } from "./address.ts";
import type { Config } from "./config.ts";
import { followLevels } from "./levelFile.ts";
import { cannotContinue, createLogs } from "./log.ts";
import { type EnclaveEntries, type RunningNode, startNode } from "./node.ts";
import type { Prepared } from "./threads/kinds.ts";
import { type StopFlags, tell } from "./threads/port.ts";

/** The start data of the thread. */
export interface EndpointsData {
  readonly config: Config;
  readonly enclave: EnclaveEntries;
  readonly stopFlags: StopFlags;
}

/** The text of a node of a network, whose accounts are not public. */
function networkBanner({ chainId, home, host, ports, believesRows, answersPast }: Config): string {
  const at = (port: number): string => `http://${urlHost(host)}:${port}`;
  return [
    "",
    `Sotto ${chainId} is ready: it follows its CometBFT.`,
    `Its state ${home === undefined ? "is in memory and ends with this process." : `is stored in ${home}.`}`,
    "",
    `  REST      ${at(ports.rest)}`,
    `  gRPC      ${urlHost(host)}:${ports.grpc}`,
    `  gRPC-web  ${at(ports.grpcWeb)}`,
    ...(ports.metrics === undefined ? [] : [`  metrics   ${at(ports.metrics)}/metrics`]),
    ...(believesRows ? ["", BELIEVED] : []),
    ...(answersPast ? ["", PAST] : []),
    "",
  ].join("\n");
}

function bannerOf({ config, validators }: RunningNode): string {
  if (config.engine !== undefined) return networkBanner(config);
  const { chainId, home, host, ports, instant, blockTimeMs, quiet }: Config = config;
  const where = (listening: number): string => `${urlHost(host)}:${listening}`;
  const at = (listening: number, path = ""): string => `http://${where(listening)}${path}`;
  return banner({
    chainId,
    home,
    pace: instant ? "a block for every transaction" : `a block every ${blockTimeMs / 1000} s`,
    urls: [
      ["REST", at(ports.rest)],
      ["RPC", at(ports.rpc)],
      ["gRPC", where(ports.grpc)],
      ["gRPC-web", at(ports.grpcWeb)],
      ["faucet", at(ports.faucet)],
      ["API docs", at(ports.rest, "/swagger")],
      ...(ports.metrics === undefined ? [] : [["metrics", at(ports.metrics, "/metrics")] as const]),
    ],
    accounts,
    validators,
    believesRows: config.believesRows,
    answersPast: config.answersPast,
    quiet,
    tryLine: `curl "${at(ports.faucet, `/faucet?address=${accounts[4]?.address}`)}"`,
  });
}

/** Runs a node in this thread. Returns the functions of the thread. */
export async function runEndpoints({ config, enclave, stopFlags }: EndpointsData, prepared: Prepared) {
  const logs = createLogs(config.logLevels);
  const log = logs.of("node");
  if (config.home !== undefined) {
    followLevels(config.home, logs.setLevels, (thrown) => log.error({ err: thrown }, "the levels of the log stay"));
  }
  const onFault = (fault: unknown): void => {
    log.fatal({ err: fault }, cannotContinue(fault));
    tell("fault", undefined);
  };
  const node = await startNode(config, enclave, logs, onFault, { stopFlags, isHomeTaken: true, prepared });
  tell("ready", bannerOf(node));
  return {
    /** Ends the node after the block that is being made. */
    close() {
      if (node.isStartingThread) tell("loading", undefined);
      return node.stop();
    },
  } as const;
}

/** A node that runs. */
export type EndpointsHandlers = Awaited<ReturnType<typeof runEndpoints>>;
