// SPDX-License-Identifier: Apache-2.0

/** Gas of one kind of message. */
export interface GasRow {
  /** The contract's label; empty for messages to no contract. */
  readonly contract: string;
  readonly message: string;
  /** Executions that succeeded. */
  readonly count: number;
  readonly failed: number;
  /** SDK gas of whole transactions that succeeded. */
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

interface Sums {
  readonly contract: string;
  readonly message: string;
  count: number;
  failed: number;
  min: number;
  max: number;
  sum: number;
}

/** Gas of the transactions of actors. A transaction of several messages is a row of its own. */
export class GasReport {
  readonly #rows = new Map<string, Sums>();

  add(contract: string, message: string, ok: boolean, gas: number): void {
    const key = JSON.stringify([contract, message]);
    const row = this.#rows.get(key) ?? { contract, message, count: 0, failed: 0, min: Infinity, max: 0, sum: 0 };
    this.#rows.set(key, row);
    if (!ok) {
      row.failed++;
      return;
    }
    row.count++;
    row.sum += gas;
    row.min = Math.min(row.min, gas);
    row.max = Math.max(row.max, gas);
  }

  rows(): GasRow[] {
    return [...this.#rows.values()].map(({ sum, ...row }) =>
      row.count === 0 ? { ...row, min: 0, mean: 0 } : { ...row, mean: Math.round(sum / row.count) },
    );
  }
}
