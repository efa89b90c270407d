// A small application over the real state store, for the tests of consensus and for the child that they kill.
import { fromHex, fromUtf8, toUtf8 } from "@sotto/bytes";
import { openStore } from "@sotto/store";

export const STORE = "ledger";
const NOTHING = new Uint8Array(0);

/** @param {string | undefined} path */
export const openLedgerStore = (path, initialVersion = 1) =>
  openStore({ path, stores: [STORE], pruning: { keepVersions: undefined }, initialVersion });

const result = (code, gasWanted, events = [], data = NOTHING) => ({
  code,
  codespace: code === 0 ? "" : "ledger",
  data,
  log: code === 0 ? "" : "refused",
  gasWanted,
  gasUsed: gasWanted / 2n,
  events,
});

/**
 * `set KEY VALUE`, `next KEY N` (N must follow the last one of KEY, or of each of KEY+KEY), `power HEX N` (a validator), `fail`, anything else is
 * refused; a number in front is the gas.
 */
function run(rows, tx) {
  const words = (toUtf8(tx) ?? "").split(" ");
  const gas = /^[0-9]{1,9}$/.test(words[0] ?? "") ? BigInt(words.shift()) : 100n;
  const [verb, key = "", value = ""] = words;
  if (verb === "set") {
    const old = rows.get(key);
    rows.set(key, fromUtf8(value));
    return {
      result: result(
        0,
        gas,
        [
          {
            type: "set",
            attributes: [
              ["key", key],
              ["value", value],
            ],
          },
        ],
        old,
      ),
    };
  }
  if (verb === "next") {
    const keys = key.split("+");
    const follows = (one) => Number(value) === Number(toUtf8(rows.get(one) ?? NOTHING)) + 1;
    if (!keys.every(follows)) return { result: result(3, gas) };
    for (const one of keys) rows.set(one, fromUtf8(value));
    return { result: result(0, gas) };
  }
  if (verb === "power") {
    return { result: result(0, gas), update: { pubKey: fromHex(key), power: BigInt(value) } };
  }
  return { result: result(verb === "fail" ? 5 : 2, gas) };
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
      for (const tx of block.proof.txs) {
        const done = run(open, tx);
        txResults.push(done.result);
        if (done.update !== undefined) validatorUpdates.push(done.update);
      }
      const events = [{ type: "tick", attributes: [["height", String(block.height)]] }];
      return { txResults, events, validatorUpdates };
    },
    commit(extra) {
      const rows = Array.from(open.written, ([key, value]) => [fromUtf8(key), value]);
      open.close();
      open = undefined;
      genesisRow = undefined;
      return store.commit(new Map([[STORE, rows]]), extra).appHash;
    },
    extra: (key) => store.extra(key),
  };
}

export function createLedgerCheck(store) {
  let open = overlay(store);
  /** What the last transaction of each key left. */
  const left = new Map();
  const keysOf = (tx) => {
    const words = (toUtf8(tx) ?? "").split(" ");
    if (/^[0-9]/.test(words[0])) words.shift();
    return words.length > 2 ? words[1].split("+") : [];
  };
  const checkOn = (rows, tx, mode) => {
    const { result: checked } = run(rows, tx);
    if (checked.code === 0 && mode === "check") for (const key of keysOf(tx)) left.set(key, rows.get(key));
    return checked;
  };
  return {
    // A key stands for who signs.
    signers: keysOf,
    check: (tx, mode) => checkOn(open, tx, mode),
    checkAhead(tx) {
      const ahead = overlay(store);
      for (const key of keysOf(tx)) if (left.has(key)) ahead.set(key, left.get(key));
      const checked = checkOn(ahead, tx, "check");
      ahead.close();
      return checked;
    },
    reset(isWaiting = () => false) {
      for (const key of left.keys()) if (!isWaiting(key)) left.delete(key);
      open.close();
      open = overlay(store);
    },
  };
}
