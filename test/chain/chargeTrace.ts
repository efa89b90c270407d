// SPDX-License-Identifier: Apache-2.0
/**
 * The charges of transactions, one line for each store access or charge, in the form of
 * tools/sdkapp without the stores' names.
 */
import { toHex } from "@sotto/bytes";
import { GasKv, GasMeter, NO_LIMIT } from "@sotto/kernel";
import { vi } from "vitest";

export interface ChargeTrace {
  /**
   * The lines since the last call, for each meter with a limit: one meter for each transaction that
   * got one.
   */
  take(): string[][];
}

/**
 * Listens to all meters and stores of this thread until the test ends, and does not change their
 * behaviour.
 */
export function traceCharges(): ChargeTrace {
  let meters = new Map<GasMeter, string[]>();
  let access: { meter: GasMeter | undefined; spent: number } | undefined;
  const linesOf = (meter: GasMeter): string[] => {
    const lines = meters.get(meter) ?? [];
    meters.set(meter, lines);
    return lines;
  };
  const { consume } = GasMeter.prototype;
  vi.spyOn(GasMeter.prototype, "consume").mockImplementation(function (this: GasMeter, amount, descriptor) {
    if (this.limit !== NO_LIMIT) {
      if (access === undefined) linesOf(this).push(`${amount} ${descriptor}`);
      else access = { meter: this, spent: access.spent + amount };
    }
    return consume.call(this, amount, descriptor);
  });
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
  const { get, has, set, delete: remove } = GasKv.prototype;
  vi.spyOn(GasKv.prototype, "get").mockImplementation(function (this: GasKv, key) {
    return traced(() => get.call(this, key), `get ${toHex(key)}`);
  });
  vi.spyOn(GasKv.prototype, "has").mockImplementation(function (this: GasKv, key) {
    return traced(() => has.call(this, key), `has ${toHex(key)}`);
  });
  vi.spyOn(GasKv.prototype, "set").mockImplementation(function (this: GasKv, key, value) {
    traced(() => set.call(this, key, value), `set ${toHex(key)} ${toHex(value)}`);
  });
  vi.spyOn(GasKv.prototype, "delete").mockImplementation(function (this: GasKv, key) {
    traced(() => remove.call(this, key), `delete ${toHex(key)}`);
  });
  return {
    take() {
      const taken = [...meters.values()];
      meters = new Map();
      return taken;
    },
  };
}
