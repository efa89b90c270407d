// SPDX-License-Identifier: Apache-2.0
/** A chain of a small application, with a block log, results and an index, for what reads them. */
import { openBlockLog } from "@sotto/blocks";
import { fromUtf8, toUtf8 } from "@sotto/bytes";
import { Ed25519Key, sha256 } from "@sotto/crypto";
import { openIndex } from "@sotto/index";
import type { AppGenesis, Application, TxResult } from "@sotto/kernel";
import { createSequencer } from "@sotto/sequencer";
import { openStore } from "@sotto/store";

const STORE = "small";
const TIME = 1_700_000_000_123_456_789n;
const key = new Ed25519Key(sha256(fromUtf8("the validator of a small chain")));

/** The transaction after which blocks have at most 7 gas. */
export const LESS_GAS = "less gas";
/** tendermint.types.ConsensusParams: block { max_bytes 4096, max_gas 7 } */
export const lessGas = Uint8Array.of(0x0a, 0x05, 0x08, 0x80, 0x20, 0x10, 0x07);

/** A transaction is a text; it emits what it says. */
export const txOf = (text: string): Uint8Array => fromUtf8(text);

const resultOf = (tx: Uint8Array): TxResult => ({
  code: 0,
  codespace: "",
  data: tx.slice(0, 4),
  log: "",
  gasWanted: 100n,
  gasUsed: 50n,
  events: [{ type: "said", attributes: [["text", toUtf8(tx) ?? ""]] }],
});

function createSmallApplication(store: ReturnType<typeof openStore>): Application {
  return {
    get height() {
      return store.version;
    },
    get appHash() {
      return store.appHash;
    },
    initChain: () => ({ validators: [], appHash: store.appHash }),
    ownTxs: () => ({ txs: [], gas: 0n }),
    finalizeBlock: ({ height, proof }) => ({
      appHash: store.prepare(new Map([[STORE, [[fromUtf8("height"), fromUtf8(`${store.version}`)]]]])).appHash,
      txResults: proof.txs.map(resultOf),
      events: [{ type: "tick", attributes: [["height", String(height)]] }],
      validatorUpdates: [],
      consensusParamUpdates: proof.txs.some((tx) => toUtf8(tx) === LESS_GAS) ? lessGas : undefined,
    }),
    commit: (extra) => store.commitPrepared(extra).appHash,
    extra: (name) => store.extra(name),
  };
}

/** `logPath`: folder of the block log; default: a temporary file. */
export function openSmallChain(logPath?: string) {
  const genesis: AppGenesis = {
    chainId: "small-1",
    time: TIME,
    initialHeight: 1,
    appState: new Map(),
    // tendermint.types.ConsensusParams: block { max_bytes 22020096, max_gas 6000000 }
    consensusParams: Uint8Array.of(0x0a, 0x0a, 0x08, 0x80, 0x80, 0xc0, 0x0a, 0x10, 0x80, 0x9b, 0xee, 0x02),
    validators: [{ pubKey: key.publicKey, power: 100n }],
  };
  const store = openStore({ path: undefined, stores: [STORE], pruning: { keepVersions: undefined }, noSync: true });
  const log = openBlockLog({ path: logPath, noSync: true });
  const index = openIndex({ path: undefined, noSync: true });
  const sequencer = createSequencer({ app: createSmallApplication(store), log, keys: [key], genesis });
  return {
    store,
    log,
    index,
    produce(txs: readonly Uint8Array[]): void {
      const { block, result } = sequencer.produce(sequencer.nextTime + 1_000_000_123n, txs);
      const { height } = block.header;
      index.indexBlock({ height, txs: block.txs, results: result.txResults, blockEvents: result.events });
    },
    close() {
      index.close();
      log.close();
      store.close();
    },
  };
}
