// SPDX-License-Identifier: Apache-2.0
/** A small real application in memory: keys and values, with the height in its state. */
import { createHash } from "node:crypto";
import { fromUtf8, toUtf8 } from "@sotto/bytes";
import type {
  RequestFinalizeBlock,
  RequestInfo,
  RequestInitChain,
  RequestProcessProposal,
} from "@sotto/proto/tendermint.abci";
import {
  ResponseApplySnapshotChunk_Result,
  ResponseOfferSnapshot_Result,
  ResponseProcessProposal_ProposalStatus,
} from "@sotto/proto/tendermint.abci";
import { type AbciHandlers, assertCometVersion } from "../../src/index.ts";

interface State {
  readonly height: bigint;
  readonly rows: ReadonlyMap<string, string>;
}

const START: State = { height: 0n, rows: new Map() };
const BAD = 5;

function hashOf({ height, rows }: State): Uint8Array {
  const text = [...rows].map(([key, value]) => `${key.length}:${key}=${value}`).join(";");
  return new Uint8Array(createHash("sha256").update(`${height};${text}`).digest());
}

/** A transaction is `key=value`; all others are invalid. */
function pairOf(tx: Uint8Array): readonly [string, string] | undefined {
  const [, key, value] = /^([^=]+)=([^=]*)$/.exec(toUtf8(tx) ?? "") ?? [];
  return key === undefined || value === undefined ? undefined : [key, value];
}

const resultOf = (tx: Uint8Array) =>
  pairOf(tx) === undefined
    ? { code: BAD, codespace: "kv", log: "a transaction is key=value" }
    : { gasWanted: 1n, gasUsed: 1n, events: [{ type: "set", attributes: [{ key: "size", value: `${tx.length}` }] }] };

export interface KvApp {
  readonly handlers: AbciHandlers;
  /** Names of the handlers that were called, and the state. */
  readonly calls: string[];
  readonly infos: RequestInfo[];
  readonly genesis: () => RequestInitChain | undefined;
  readonly height: () => bigint;
  readonly valueOf: (key: string) => string | undefined;
  /** Runs before the answer to a block, when it is set. */
  onBlock: ((height: bigint) => Promise<void> | void) | undefined;
}

/** `isChecked`: CometBFT's version is checked, as a node does; abci-cli sends none. */
export function createKv(isChecked = false): KvApp {
  let committed = START;
  let executed = START;
  let genesis: RequestInitChain | undefined;
  const calls: string[] = [];
  const infos: RequestInfo[] = [];
  const note = (name: string): void => {
    if (calls.at(-1) !== name) calls.push(name);
  };

  function execute({ height, txs }: Pick<RequestFinalizeBlock, "height" | "txs">): void {
    const rows = new Map(committed.rows);
    for (const pair of txs.map(pairOf)) if (pair !== undefined) rows.set(...pair);
    executed = { height, rows };
  }

  const handlers: AbciHandlers = {
    info(request) {
      note("info");
      infos.push(request);
      if (isChecked) assertCometVersion(request);
      const { height } = committed;
      const lastBlockAppHash = height === 0n ? new Uint8Array(0) : hashOf(committed);
      return { data: "kv", version: "1", appVersion: 1n, lastBlockHeight: height, lastBlockAppHash };
    },
    query({ data }) {
      note("query");
      const value = committed.rows.get(toUtf8(data) ?? "");
      return value === undefined
        ? { code: BAD, log: "no such key", height: committed.height }
        : { key: data, value: fromUtf8(value), height: committed.height };
    },
    checkTx({ tx }) {
      note("checkTx");
      return resultOf(tx);
    },
    initChain(request) {
      note("initChain");
      genesis = request;
      return { appHash: hashOf(committed) };
    },
    prepareProposal({ txs }) {
      note("prepareProposal");
      return { txs };
    },
    processProposal({ txs }: RequestProcessProposal) {
      note("processProposal");
      const { ACCEPT, REJECT } = ResponseProcessProposal_ProposalStatus;
      return { status: txs.every((tx) => tx.length > 0) ? ACCEPT : REJECT };
    },
    async finalizeBlock(request) {
      note("finalizeBlock");
      await app.onBlock?.(request.height);
      execute(request);
      return { txResults: request.txs.map(resultOf), appHash: hashOf(executed) };
    },
    commit() {
      note("commit");
      committed = executed;
      return {};
    },
    listSnapshots: () => ({ snapshots: [] }),
    offerSnapshot: () => ({ result: ResponseOfferSnapshot_Result.REJECT }),
    loadSnapshotChunk: () => ({}),
    applySnapshotChunk: () => ({ result: ResponseApplySnapshotChunk_Result.ABORT }),
  };
  const app: KvApp = {
    handlers,
    calls,
    infos,
    genesis: () => genesis,
    height: () => committed.height,
    valueOf: (key) => committed.rows.get(key),
    onBlock: undefined,
  };
  return app;
}
