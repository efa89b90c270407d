// SPDX-License-Identifier: Apache-2.0
// A small application over the real state store, for the tests of consensus and for the child that
// they kill.
import { fromHex, fromUtf8, toUtf8 } from "@sotto/bytes";
import { ProtoWriter } from "@sotto/codec";
import { openStore } from "@sotto/store";

export const STORE = "ledger";
const NOTHING = new Uint8Array(0);

/** @param {string | undefined} path */
export const openLedgerStore = (path, initialVersion = 1) =>
  openStore({ path, stores: [STORE], pruning: { keepVersions: undefined }, initialVersion });

const GAS = 100n;

const result = (code, events = [], data = NOTHING) => ({
  code,
  codespace: code === 0 ? "" : "ledger",
  data,
  log: code === 0 ? "" : "refused",
  gasWanted: GAS,
  gasUsed: GAS / 2n,
  events,
});

const event = (type, attributes) => ({ type, attributes: Object.entries(attributes) });

/** tendermint.types.ConsensusParams with limits of blocks, and nothing else. */
const blockLimits = (maxBytes, maxGas) =>
  new ProtoWriter(32).message(1, (block) => block.int64(1, maxBytes).int64(2, maxGas)).finish();

/**
 * `set KEY VALUE`, `power HEX N` (a validator), `limits BYTES GAS` (of blocks), `fail`, anything
 * else is refused.
 */
function run(rows, tx) {
  const [verb, key = "", value = ""] = (toUtf8(tx) ?? "").split(" ");
  if (verb === "set") {
    const old = rows.get(key);
    rows.set(key, fromUtf8(value));
    return { result: result(0, [event("set", { key, value })], old) };
  }
  if (verb === "power") return { result: result(0), update: { pubKey: fromHex(key), power: BigInt(value) } };
  if (verb === "limits") return { result: result(0), limits: blockLimits(BigInt(key), BigInt(value)) };
  return { result: result(verb === "fail" ? 5 : 2) };
}

/** Rows over a snapshot. */
function overlay(store) {
  const snapshot = store.snapshot();
  const base = snapshot.store(STORE);
  const written = new Map();
  return {
    get: (key) => written.get(key) ?? base.get(fromUtf8(key)),
    set: (key, value) => void written.set(key, value),
    written,
    close: () => snapshot.close(),
  };
}

export function createLedger(store) {
  let genesisRow;
  let open;
  return {
    get height() {
      return store.version;
    },
    get appHash() {
      return store.appHash;
    },
    ownTxs: () => ({ txs: [], gas: 0n }),
    initChain(genesis) {
      genesisRow = genesis.appState.get(STORE) ?? "";
      return { validators: [], appHash: store.appHash };
    },
    finalizeBlock(block) {
      open?.close();
      open = overlay(store);
      if (genesisRow !== undefined) open.set("genesis", fromUtf8(genesisRow));
      open.set("time", fromUtf8(String(block.time)));
      const txResults = [];
      const validatorUpdates = [];
      let consensusParamUpdates;
      for (const tx of block.proof.txs) {
        const done = run(open, tx);
        txResults.push(done.result);
        if (done.update !== undefined) validatorUpdates.push(done.update);
        consensusParamUpdates = done.limits ?? consensusParamUpdates;
      }
      const events = [{ type: "tick", attributes: [["height", String(block.height)]] }];
      const rows = Array.from(open.written, ([key, value]) => [fromUtf8(key), value]);
      const { appHash } = store.prepare(new Map([[STORE, rows]]));
      return { txResults, events, validatorUpdates, consensusParamUpdates, appHash };
    },
    commit(extra) {
      open.close();
      open = undefined;
      genesisRow = undefined;
      return store.commitPrepared(extra).appHash;
    },
    prepareProposal: (txs) => txs,
    acceptsProposal: () => true,
    extra: (key) => store.extra(key),
    // It opens a snapshot for each block.
    reload() {},
  };
}
