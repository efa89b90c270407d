// SPDX-License-Identifier: Apache-2.0
import { OutOfGas } from "@sotto/errors";

/** Prices of one store access, in SDK gas. */
export interface KvPrices {
  readonly has: number;
  readonly delete: number;
  readonly readFlat: number;
  readonly readByte: number;
  readonly writeFlat: number;
  readonly writeByte: number;
  readonly next: number;
}

/**
 * The chain's store prices, lower than the SDK's (spec/state.md 4; scrtlabs/cosmos-sdk-store,
 * types/gas.go).
 */
export const KV_PRICES: KvPrices = {
  has: 100,
  delete: 100,
  readFlat: 100,
  readByte: 1,
  writeFlat: 200,
  writeByte: 5,
  next: 5,
};

/**
 * Limit of a meter that never runs out. Gas is a safe integer everywhere; larger limits of fees and
 * blocks are reduced to it.
 */
export const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/**
 * Counts gas against a limit. `consume` throws OutOfGas with the reference's descriptor of the
 * charge.
 */
export class GasMeter {
  readonly limit: number;
  #consumed = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** A meter for the limit of a fee or a block; undefined: no limit. */
  static upTo(limit: bigint | undefined): GasMeter {
    return new GasMeter(limit === undefined || limit > BigInt(NO_LIMIT) ? NO_LIMIT : Number(limit));
  }

  get consumed(): number {
    return this.#consumed;
  }

  /** Consumed gas, but at most the limit: the charge of a parent meter for an exhausted child. */
  get consumedToLimit(): number {
    return Math.min(this.#consumed, this.limit);
  }

  get remaining(): number {
    return Math.max(0, this.limit - this.#consumed);
  }

  get isExhausted(): boolean {
    return this.#consumed >= this.limit;
  }

  /**
   * As in the reference, an amount beyond the limit is counted before the throw: the gas used of a
   * failed transaction includes it.
   */
  consume(amount: number, descriptor: string): void {
    this.#consumed = Math.min(NO_LIMIT, this.#consumed + amount);
    if (this.#consumed > this.limit) throw new OutOfGas(descriptor);
  }

  refund(amount: number): void {
    this.#consumed = Math.max(0, this.#consumed - amount);
  }
}
