// SPDX-License-Identifier: Apache-2.0
import { toUtf8 } from "@sotto/bytes";
import type { CheckApplication, TxResult } from "@sotto/kernel";

/** Rows over others, which stay as they are. */
class Rows {
  readonly #below: ReadonlyMap<string, string>;
  readonly written = new Map<string, string>();

  constructor(below: ReadonlyMap<string, string>) {
    this.#below = below;
  }

  get(key: string): string | undefined {
    return this.written.get(key) ?? this.#below.get(key);
  }

  set(key: string, value: string): void {
    this.written.set(key, value);
  }
}

function wordsOf(tx: Uint8Array): { readonly gas: bigint; readonly words: readonly string[] } {
  const words = (toUtf8(tx) ?? "").split(" ");
  const gas = /^[0-9]{1,9}$/.test(words[0] ?? "") ? BigInt(words.shift() ?? "") : 100n;
  return { gas, words };
}

/** The rows that a transaction is about; they stand for its signers. */
function keysOf(tx: Uint8Array): readonly string[] {
  const { words } = wordsOf(tx);
  return words.length > 2 ? (words[1] ?? "").split("+") : [];
}

function run(rows: Rows, tx: Uint8Array): TxResult {
  const { gas, words } = wordsOf(tx);
  const [verb, , value = ""] = words;
  const keys = keysOf(tx);
  const follows = (key: string): boolean => Number(value) === Number(rows.get(key) ?? "") + 1;
  let code = verb === "fail" ? 5 : 2;
  if (verb === "set") code = 0;
  else if (verb === "next") code = keys.every(follows) ? 0 : 3;
  if (code === 0) for (const key of keys) rows.set(key, value);
  const codespace = code === 0 ? "" : "ledger";
  return { code, codespace, data: new Uint8Array(0), log: "", gasWanted: gas, gasUsed: gas / 2n, events: [] };
}

/**
 * A small application, for the tests of the mempool. `set KEY VALUE`; `next KEY N` (N must follow
 * the last one of KEY, or of each of KEY+KEY); `fail`; anything else is refused. A number in front
 * is the gas.
 */
export class Ledger {
  readonly #rows = new Map<string, string>();

  /** A block of these. */
  execute(txs: readonly Uint8Array[]): TxResult[] {
    const block = new Rows(this.#rows);
    const results = txs.map((tx) => run(block, tx));
    for (const [key, value] of block.written) this.#rows.set(key, value);
    return results;
  }

  check(): CheckApplication {
    const committed = this.#rows;
    let open = new Rows(committed);
    /** What the last transaction of each key left. */
    const left = new Map<string, string>();
    const checkOn = (rows: Rows, tx: Uint8Array, mode: "check" | "recheck"): TxResult => {
      const checked = run(rows, tx);
      if (checked.code === 0 && mode === "check") for (const key of keysOf(tx)) left.set(key, rows.get(key) ?? "");
      return checked;
    };
    return {
      signers: keysOf,
      check: (tx, mode) => checkOn(open, tx, mode),
      checkAhead(tx) {
        const ahead = new Rows(committed);
        for (const key of keysOf(tx)) ahead.set(key, left.get(key) ?? committed.get(key) ?? "");
        return checkOn(ahead, tx, "check");
      },
      pendingRows: () => [],
      reset(isWaiting = () => false) {
        for (const key of left.keys()) if (!isWaiting(key)) left.delete(key);
        open = new Rows(committed);
      },
    };
  }
}
