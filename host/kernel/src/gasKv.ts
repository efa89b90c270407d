// SPDX-License-Identifier: Apache-2.0
import type { KvRead, KvWrite } from "@sotto/store";
import { type GasMeter, KV_PRICES, type KvPrices } from "./gas.ts";

/**
 * A store that charges each access to a meter, with the descriptors and the order of the SDK's
 * gaskv (cosmossdk.io/store gaskv/store.go): of a get, the flat price before the access and the
 * per-byte prices after it; of a set, all before it.
 */
export class GasKv implements KvWrite {
  readonly #store: KvRead & Partial<Pick<KvWrite, "set" | "delete">>;
  readonly #meter: GasMeter;
  readonly #prices: KvPrices;

  constructor(store: KvRead & Partial<Pick<KvWrite, "set" | "delete">>, meter: GasMeter, prices: KvPrices = KV_PRICES) {
    this.#store = store;
    this.#meter = meter;
    this.#prices = prices;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#meter.consume(this.#prices.readFlat, "ReadFlat");
    const value = this.#store.get(key);
    this.#meter.consume(this.#prices.readByte * key.length, "ReadPerByte");
    this.#meter.consume(this.#prices.readByte * (value?.length ?? 0), "ReadPerByte");
    return value;
  }

  has(key: Uint8Array): boolean {
    this.#meter.consume(this.#prices.has, "Has");
    return this.#store.has(key);
  }

  set(key: Uint8Array, value: Uint8Array): void {
    this.#meter.consume(this.#prices.writeFlat, "WriteFlat");
    this.#meter.consume(this.#prices.writeByte * key.length, "WritePerByte");
    this.#meter.consume(this.#prices.writeByte * value.length, "WritePerByte");
    this.#store.set?.(key, value);
  }

  delete(key: Uint8Array): void {
    this.#meter.consume(this.#prices.delete, "Delete");
    this.#store.delete?.(key);
  }

  /**
   * Compat: the first row is charged when the reader reaches it. Every row, the first one too, is
   * charged when the reader goes on from it. An empty range costs the flat price (gaskv/store.go
   * consumeSeekGas).
   */
  *iterate(
    start: Uint8Array | undefined,
    end: Uint8Array | undefined,
    reverse = false,
  ): Iterable<readonly [Uint8Array, Uint8Array]> {
    let isFirst = true;
    for (const row of this.#store.iterate(start, end, reverse)) {
      if (isFirst) this.#seek(row);
      isFirst = false;
      yield row;
      this.#seek(row);
    }
    if (isFirst) this.#meter.consume(this.#prices.next, "IterNextFlat");
  }

  #seek([key, value]: readonly [Uint8Array, Uint8Array]): void {
    this.#meter.consume(this.#prices.readByte * key.length, "ValuePerByte");
    this.#meter.consume(this.#prices.readByte * value.length, "ValuePerByte");
    this.#meter.consume(this.#prices.next, "IterNextFlat");
  }
}
