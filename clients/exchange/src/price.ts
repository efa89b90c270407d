// SPDX-License-Identifier: Apache-2.0

/** How a price in words relates to the contract's whole numbers. */
export interface Decimals {
  readonly base: number;
  readonly quote: number;
  /**
   * `priceExponent` of the pair: the contract's price is quote units for 10^exponent base units.
   */
  readonly exponent: number;
}

/**
 * The limit of a price in words, as "1.25" whole quote tokens for one whole base token. Throws
 * RangeError for other text, and for a price that the contract's whole numbers cannot say exactly.
 */
export function limitOf(price: string, { base, quote, exponent }: Decimals): bigint {
  const [, whole, fraction = ""] = /^(\d{1,39})(?:\.(\d{1,39}))?$/.exec(price) ?? [];
  if (whole === undefined) throw new RangeError(`a price is written as 12 or 1.25, not ${JSON.stringify(price)}`);
  const shift = quote + exponent - base - fraction.length;
  const digits = BigInt(whole + fraction);
  if (shift >= 0) return digits * 10n ** BigInt(shift);
  const unit = 10n ** BigInt(-shift);
  if (digits % unit !== 0n)
    throw new RangeError(`the price ${price} has ${-shift} digits more than this pair can say: round it`);
  return digits / unit;
}

/** The contract's price in words: whole quote tokens for one whole base token. */
export function priceText(price: bigint, { base, quote, exponent }: Decimals): string {
  const places = quote + exponent - base;
  if (places <= 0) return String(price * 10n ** BigInt(-places));
  const digits = String(price).padStart(places + 1, "0");
  const fraction = digits.slice(-places).replace(/0+$/, "");
  return fraction === "" ? digits.slice(0, -places) : `${digits.slice(0, -places)}.${fraction}`;
}
