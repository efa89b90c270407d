// SPDX-License-Identifier: Apache-2.0
/** The interface of the APIs to a node without threads and sockets. */
import { answerHistory, openHistoryAnswer } from "@sotto/api/history";
import type { ChainOptions } from "@sotto/app";
import { VERSION } from "@sotto/app/version";
import { type ApiBackend, type BlockNews, routesOf, type StoredBlock, type StoredResults } from "@sotto/backend";
import { textPieces } from "@sotto/backend/pieces";
import { type Mempool, toTime } from "@sotto/blocks";
import { fromUtf8 } from "@sotto/bytes";
import { decode, gatewayJson } from "@sotto/codec";
import type { Ed25519Key } from "@sotto/crypto";
import type { EventIndex } from "@sotto/index";
import { queryServicesOf } from "@sotto/kernel";
import { type LocalGenesis, nodeId } from "@sotto/local";
import { resultsParts, storedBlockParts, storedTxJson } from "@sotto/rpc/json";
import type { OpenSequenced } from "./sequenced.ts";
import type { storedOf } from "./stored.ts";

const storedBlockJson = (block: StoredBlock): string => [...storedBlockParts(block)].join("");
const resultsJson = (results: StoredResults): string => [...resultsParts(results, results.txResults)].join("");

/** As in the configuration of a node: 18 decimals and the denomination. */
function priceText(price: ChainOptions["minimumGasPrice"]): string {
  if (price === undefined) return "";
  const { denom, perMillion } = price;
  return `${perMillion / 1_000_000n}.${String(perMillion % 1_000_000n).padStart(6, "0")}000000000000${denom}`;
}

/** Runs a job to its end. */
export function finished<T>(steps: Generator<number, T, void>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

export interface BackendParts {
  readonly chain: OpenSequenced;
  readonly stored: ReturnType<typeof storedOf>;
  /** It has all blocks. */
  index(): EventIndex;
  readonly genesis: LocalGenesis;
  readonly key: Ed25519Key;
  readonly minimumGasPrice: ChainOptions["minimumGasPrice"];
  readonly subscribers: Set<(news: BlockNews) => void>;
  readonly faults: unknown[];
  pool(): Mempool;
}

type Part<K extends keyof ApiBackend> = Pick<ApiBackend, K>;

function infoPart({ genesis, key, minimumGasPrice }: BackendParts): Part<"info"> {
  const publicKey = { type: "ed25519", bytes: key.publicKey } as const;
  return {
    info: {
      id: nodeId(key.publicKey),
      network: genesis.chainId,
      moniker: "sotto",
      listenAddr: "tcp://0.0.0.0:26656",
      rpcAddress: "tcp://127.0.0.1:26657",
      validator: publicKey,
      application: { name: "sotto", appName: "sottod", version: VERSION, gitCommit: "" },
      minimumGasPrice: priceText(minimumGasPrice),
      pruningKeepRecent: "0",
      pruningInterval: "0",
    },
  };
}

function statePart({
  chain,
}: BackendParts): Part<"routes" | "registry" | "query" | "queryJson" | "abciQuery" | "simulate"> {
  const { definition, queries } = chain;
  const routes = routesOf(queryServicesOf(definition.modules));
  const query: ApiBackend["query"] = async (path, request, height) => {
    const route = queries.routes.get(path);
    if (route === undefined) throw new TypeError(`no route ${path}`);
    return queries.run(route, request, height);
  };
  return {
    routes,
    registry: definition.types,
    query,
    async queryJson(path, request, height) {
      const { value, height: seen } = await query(path, request, height);
      const { output } = routes.find((route) => route.path === path)?.method ?? {};
      if (output === undefined) throw new TypeError(`no route ${path}`);
      return { json: textPieces(gatewayJson(output, decode(output, value), definition.types)), height: seen };
    },
    abciQuery: async (request) => queries.query(request),
    simulate: async (tx) => queries.simulate(tx),
  };
}

function blocksPart({ chain, stored }: BackendParts) {
  const { log, sequencer } = chain;
  const { blockAt, metaAt, resultsAt } = stored;
  return {
    latestHeight: () => sequencer.height,
    earliestHeight: () => 1,
    block: async (height) => blockAt(height),
    async blockJson(height) {
      const block = blockAt(height);
      return block === undefined ? undefined : textPieces(storedBlockJson(block));
    },
    meta: async (height) => metaAt(height),
    async metaByHash(hash) {
      const height = log.heightOf(hash);
      return height === undefined ? undefined : metaAt(height);
    },
    async resultsJson(height) {
      const results = resultsAt(height);
      return results === undefined ? undefined : textPieces(resultsJson(results));
    },
    commit: async (height) => log.commit(height),
    validators: async (height) => log.validators(height),
    consensusParams: async (height) => log.consensusParams(Math.min(height, sequencer.height)),
  } satisfies Partial<ApiBackend>;
}

function consensusPart({ chain, genesis }: BackendParts): Part<"consensus"> {
  const { log, sequencer } = chain;
  return {
    async consensus() {
      const height = sequencer.height + 1;
      const lastCommit = log.commit(sequencer.height)?.commit;
      const lastValidators = log.validators(sequencer.height);
      const genesisTime = toTime(genesis.time);
      const { validators: now } = sequencer;
      return { height, validators: now, lastValidators, lastCommit, decided: undefined, genesisTime, pauseMs: 1000 };
    },
  };
}

function searchPart({ chain, stored, index }: BackendParts) {
  const { txAt, blockAt, history } = stored;
  const { sequencer } = chain;
  return {
    history: async (path, request, form) =>
      openHistoryAnswer(finished(answerHistory(history, path, request, form, sequencer.height))),
    async txJson(hash, prove) {
      const found = index().tx(hash);
      return found === undefined ? undefined : textPieces(storedTxJson(txAt(found, prove)));
    },
    async searchTxsJson({ query, prove, ...paging }) {
      const { total, items } = index().searchTxs(query, paging);
      const txs = items.map((each) => storedTxJson(txAt(each, prove)));
      return textPieces(`{"txs":[${txs.join(",")}],"total_count":"${total}"}`);
    },
    async searchBlocksJson({ query, ...paging }) {
      const { total, items } = index().searchBlocks(query, paging);
      const blocks = items.map(blockAt).filter((block) => block !== undefined);
      return textPieces(`{"blocks":[${blocks.map(storedBlockJson).join(",")}],"total_count":"${total}"}`);
    },
  } satisfies Partial<ApiBackend>;
}

function poolPart({ chain, pool, genesis, subscribers, faults }: BackendParts) {
  return {
    broadcast: async (tx) => pool().add(tx),
    check: async (tx) => chain.openCheck(false).check(tx, "check"),
    mempool: async (limit) => ({ count: pool().size, bytes: pool().bytes, txs: pool().first(limit) }),
    genesisSize: genesis.json.length,
    genesis: async (start, end) => fromUtf8(genesis.json).subarray(start, end),
    onFault: (thrown) => faults.push(thrown),
    subscribe(onBlock) {
      subscribers.add(onBlock);
      return () => subscribers.delete(onBlock);
    },
  } satisfies Partial<ApiBackend>;
}

export const backendOf = (parts: BackendParts): ApiBackend => ({
  ...infoPart(parts),
  ...statePart(parts),
  ...blocksPart(parts),
  ...consensusPart(parts),
  ...searchPart(parts),
  ...poolPart(parts),
});
