// SPDX-License-Identifier: Apache-2.0
/**
 * The charges of transactions, one line for each store access or charge, in the form of
 * tools/sdkapp without the stores' names and without the bounds of iterations.
 */
import { toHex } from "@sotto/bytes";
import { GasKv, GasMeter, NO_LIMIT } from "@sotto/kernel";

export interface ChargeTrace {
  /**
   * The lines since the last call, for each meter with a limit: one for each query, and for each
   * transaction that got one.
   */
  take(): string[][];
  /** Ends the listening. */
  stop(): void;
}

/** The block's own meter counts whole transactions. */
const OF_BLOCK = "block gas meter";

/** Listens to all meters and stores of this thread, and does not change their behaviour. */
export function listenToCharges(): ChargeTrace {
  let meters = new Map<GasMeter, string[]>();
  let access: { meter: GasMeter | undefined; spent: number } | undefined;
  const linesOf = (meter: GasMeter): string[] => {
    const lines = meters.get(meter) ?? [];
    meters.set(meter, lines);
    return lines;
  };
  const { consume } = GasMeter.prototype;
  const { get, has, set, delete: remove, iterate } = GasKv.prototype;
  GasMeter.prototype.consume = function (amount, descriptor) {
    if (this.limit !== NO_LIMIT && descriptor !== OF_BLOCK) {
      if (access === undefined) linesOf(this).push(`${amount} ${descriptor}`);
      else access = { meter: this, spent: access.spent + amount };
    }
    return consume.call(this, amount, descriptor);
  };
  const traced = <T>(run: () => T, what: string): T => {
    access = { meter: undefined, spent: 0 };
    try {
      return run();
    } finally {
      const { meter, spent } = access;
      access = undefined;
      if (meter !== undefined) linesOf(meter).push(`${spent} ${what}`.trimEnd());
    }
  };
  GasKv.prototype.get = function (key) {
    return traced(() => get.call(this, key), `get ${toHex(key)}`);
  };
  GasKv.prototype.has = function (key) {
    return traced(() => has.call(this, key), `has ${toHex(key)}`);
  };
  GasKv.prototype.set = function (key, value) {
    traced(() => set.call(this, key, value), `set ${toHex(key)} ${toHex(value)}`);
  };
  GasKv.prototype.delete = function (key) {
    traced(() => remove.call(this, key), `delete ${toHex(key)}`);
  };
  GasKv.prototype.iterate = function* (start, end, reverse) {
    const rows = iterate.call(this, start, end, reverse)[Symbol.iterator]();
    let what = reverse === true ? "iterate back" : "iterate";
    try {
      for (;;) {
        const { done, value } = traced(() => rows.next(), what);
        if (done === true) return;
        what = "next";
        yield value;
      }
    } finally {
      rows.return?.();
    }
  };
  return {
    take() {
      const taken = [...meters.values()];
      meters = new Map();
      return taken;
    },
    stop() {
      GasMeter.prototype.consume = consume;
      Object.assign(GasKv.prototype, { get, has, set, delete: remove, iterate });
    },
  };
}
