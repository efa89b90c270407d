// SPDX-License-Identifier: Apache-2.0
/** A node without threads and sockets: chain, sequencer and index behind `ApiBackend`. */
import { create } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { answerHistory, type HistoryReader, openHistoryAnswer } from "@sotto/api/history";
import { type ChainDefinition, secretChain } from "@sotto/app";
import { VERSION } from "@sotto/app/version";
import {
  type ApiBackend,
  type BlockNews,
  type Body,
  routesOf,
  type StoredBlock,
  type StoredMeta,
  type StoredResults,
  type StoredTx,
} from "@sotto/backend";
import { textPieces } from "@sotto/backend/pieces";
import { decodeBlockResult, Mempool, resultsKey, toTime } from "@sotto/blocks";
import { fromUtf8, join, toUtf8 } from "@sotto/bytes";
import { decode, gatewayJson, packAny } from "@sotto/codec";
import { txProofs } from "@sotto/comet";
import { Ed25519Key, sha256 } from "@sotto/crypto";
import { openIndex } from "@sotto/index";
import { type BlockResult, queryServicesOf } from "@sotto/kernel";
import { type AccountKey, accounts, deriveAccount, localGenesis, nodeId } from "@sotto/local";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { resultsParts, storedBlockParts, storedTxJson } from "@sotto/rpc/json";
import { chainTypes } from "@sotto/tx";
import { openSequenced } from "./sequenced.ts";
import { accountOf, signTx } from "./signing.ts";

export const CHAIN_ID = "secretdev-1";
export const GENESIS_TIME = 1_700_000_000_123_456_789n;

const key = new Ed25519Key(sha256(fromUtf8("the validator of a test")));

const named = (name: string): AccountKey => deriveAccount(accounts.find((each) => each.name === name)?.mnemonic ?? "");
export const a = named("a");
export const b = named("b");

const storedBlockJson = (block: StoredBlock): string => [...storedBlockParts(block)].join("");
const resultsJson = (results: StoredResults): string => [...resultsParts(results, results.txResults)].join("");

/** Runs a job to its end. */
export function finished<T>(steps: Generator<number, T, void>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

export function openNode(definition: ChainDefinition = secretChain) {
  const genesis = localGenesis({ chainId: CHAIN_ID, timeNs: GENESIS_TIME, validatorPubKey: key.publicKey });
  const publicKey = { type: "ed25519", bytes: key.publicKey } as const;
  const chain = openSequenced({
    genesis,
    key,
    definition,
    seed: sha256(fromUtf8("seed of a test")),
    minimumGasPrice: { denom: "uscrt", perMillion: 12_500n },
  });
  const { store, log, sequencer, queries } = chain;
  const index = openIndex({ path: undefined, noSync: true });
  const subscribers = new Set<(news: BlockNews) => void>();
  const faults: unknown[] = [];
  let mempool: Mempool | undefined;
  /** The check opens its snapshot when a state exists, like the check thread of a node. */
  const pool = () => {
    mempool ??= new Mempool({ app: chain.openCheck(false) });
    return mempool;
  };

  const blockAt = (height: number) => {
    const block = log.block(height);
    const meta = log.meta(height);
    return block === undefined || meta === undefined ? undefined : { block, blockId: meta.blockId, size: meta.size };
  };
  const resultsAt = (height: number): StoredResults | undefined => {
    const row = store.extra(resultsKey(height));
    if (row === undefined) return undefined;
    const next = log.meta(height + 1);
    return { height, ...decodeBlockResult(row), appHash: next?.header.appHash ?? sequencer.appHash };
  };
  const metaAt = (height: number): StoredMeta | undefined => {
    const meta = log.meta(height);
    const results = resultsAt(height);
    return meta === undefined || results === undefined ? undefined : { ...meta, appHash: results.appHash };
  };
  const txAt = ({ height, index: at }: { height: number; index: number }, prove = false): StoredTx => {
    const block = log.block(height);
    const tx = block?.txs[at];
    const result = resultsAt(height)?.txResults[at];
    if (block === undefined || tx === undefined || result === undefined)
      throw new TypeError("the index names an absent transaction");
    const { root, proofs } = txProofs(block.txs);
    const proof = proofs[at];
    const proven = prove && proof !== undefined ? { root, proof } : undefined;
    return { hash: sha256(tx), height, index: at, time: block.header.time, tx, result, proof: proven };
  };

  const history: HistoryReader = {
    registry: chainTypes,
    *block(height) {
      yield 1;
      return blockAt(height);
    },
    *tx(hash) {
      yield 1;
      const found = index.tx(hash);
      return found === undefined ? undefined : txAt(found);
    },
    *searchTxs({ query, prove, ...paging }) {
      yield 1;
      const { total, items } = index.searchTxs(query, paging);
      return { total, txs: items.map((each) => txAt(each, prove)) };
    },
  };

  const backend: ApiBackend = {
    info: {
      id: nodeId(key.publicKey),
      network: CHAIN_ID,
      moniker: "sotto",
      listenAddr: "tcp://0.0.0.0:26656",
      rpcAddress: "tcp://127.0.0.1:26657",
      validator: publicKey,
      application: { name: "sotto", appName: "sottod", version: VERSION, gitCommit: "" },
      minimumGasPrice: "0.012500000000000000uscrt",
      pruningKeepRecent: "0",
      pruningInterval: "0",
    },
    routes: routesOf(queryServicesOf(definition.modules)),
    registry: definition.types,
    async query(path, request, height) {
      const route = queries.routes.get(path);
      if (route === undefined) throw new TypeError(`no route ${path}`);
      return queries.run(route, request, height);
    },
    async queryJson(path, request, height) {
      const { value, height: seen } = await backend.query(path, request, height);
      const { output } = backend.routes.find((route) => route.path === path)?.method ?? {};
      if (output === undefined) throw new TypeError(`no route ${path}`);
      return { json: textPieces(gatewayJson(output, decode(output, value), definition.types)), height: seen };
    },
    history: async (path, request, form) =>
      openHistoryAnswer(finished(answerHistory(history, path, request, form, sequencer.height))),
    abciQuery: async (request) => queries.query(request),
    simulate: async (tx) => queries.simulate(tx),
    broadcast: async (tx) => pool().add(tx),
    check: async (tx) => chain.openCheck(false).check(tx, "check"),
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
    async consensus() {
      const height = sequencer.height + 1;
      const lastCommit = log.commit(sequencer.height)?.commit;
      const lastValidators = log.validators(sequencer.height);
      const genesisTime = toTime(GENESIS_TIME);
      const { validators: now } = sequencer;
      return { height, validators: now, lastValidators, lastCommit, decided: undefined, genesisTime, pauseMs: 1000 };
    },
    async txJson(hash, prove) {
      const found = index.tx(hash);
      return found === undefined ? undefined : textPieces(storedTxJson(txAt(found, prove)));
    },
    async searchTxsJson({ query, prove, ...paging }) {
      const { total, items } = index.searchTxs(query, paging);
      const txs = items.map((each) => storedTxJson(txAt(each, prove)));
      return textPieces(`{"txs":[${txs.join(",")}],"total_count":"${total}"}`);
    },
    async searchBlocksJson({ query, ...paging }) {
      const { total, items } = index.searchBlocks(query, paging);
      const blocks = items.map(blockAt).filter((block) => block !== undefined);
      return textPieces(`{"blocks":[${blocks.map(storedBlockJson).join(",")}],"total_count":"${total}"}`);
    },
    mempool: async (limit) => ({ count: pool().size, bytes: pool().bytes, txs: pool().first(limit) }),
    genesisSize: genesis.json.length,
    genesis: async (start, end) => fromUtf8(genesis.json).subarray(start, end),
    onFault: (thrown) => faults.push(thrown),
    subscribe(onBlock) {
      subscribers.add(onBlock);
      return () => subscribers.delete(onBlock);
    },
  };

  /** Makes one block from the mempool's transactions. */
  function produce(txs: readonly Uint8Array[] = pool().reap(sequencer.maxDataBytes, sequencer.maxGas)): BlockResult {
    const done = sequencer.produce(sequencer.nextTime + 1_000_000_123n, txs);
    const { height } = done.block.header;
    index.indexBlock({
      height,
      txs: done.block.txs,
      results: done.result.txResults,
      blockEvents: done.result.events,
    });
    mempool?.update(done.block.txs, done.result.txResults);
    const block = blockAt(height);
    if (block === undefined) throw new TypeError("the block is not in the log");
    const results = { height, ...done.result, appHash: done.appHash };
    for (const tell of subscribers) tell({ block, results });
    return done.result;
  }

  function close() {
    index.close();
    chain.close();
  }

  return { backend, history, produce, close, faults, queries, genesis, key };
}

export type TestNode = ReturnType<typeof openNode>;

/** A message of account a, signed in direct mode. */
export function sign(message: Any, sequence: bigint, gas = 100_000n): Uint8Array {
  const by = accountOf("a", a.secretKey);
  const signers = [{ by, accountNumber: 1n, sequence }];
  const fee = [{ denom: "uscrt", amount: String(gas / 10n) }];
  return signTx({ chainId: CHAIN_ID, messages: [message], signers, fee, gas });
}

/** A bank send of account a. */
export const payment = (sequence: bigint, amount = 5n): Uint8Array =>
  sign(
    packAny(
      MsgSendSchema,
      create(MsgSendSchema, {
        fromAddress: a.text,
        toAddress: b.text,
        amount: [{ denom: "uscrt", amount: String(amount) }],
      }),
    ),
    sequence,
  );

/** The text of a body. */
export const textOf = (body: Body): string => {
  const text = toUtf8(body instanceof Uint8Array ? body : join(body));
  if (text === undefined) throw new TypeError("not UTF-8");
  return text;
};
