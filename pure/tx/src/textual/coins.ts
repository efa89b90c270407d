// SPDX-License-Identifier: Apache-2.0
import { compareText } from "@sotto/codec";
import { SdkError } from "@sotto/errors";
import { dec } from "@sotto/math";
import type { WireCoin } from "@sotto/math/coins";
import { formatInt, formatPlainDec } from "./values.ts";

/** A chain's metadata of a denom: the part of cosmos.bank.v1beta1.Metadata that screens need. */
export interface DenomMetadata {
  /** Unit for users; empty: no such unit. */
  readonly display: string;
  readonly denomUnits: readonly { readonly denom: string; readonly exponent: number }[];
}

/**
 * The unit in which coins of a denom are shown: all of the chain's metadata that screens depend on.
 */
export interface ShownUnit {
  readonly denom: string;
  /** A name other than the denom's, never empty. */
  readonly display: string;
  /** Powers of ten of the denom and of the unit; undefined when the metadata does not list it. */
  readonly exponent: number | undefined;
  readonly displayExponent: number | undefined;
}

/**
 * Finds the unit of a denom; undefined: the denom itself. Signer and verifier must find the same
 * unit.
 */
export type UnitLookup = (denom: string) => ShownUnit | undefined;

export const baseUnits: UnitLookup = () => undefined;

/**
 * The shown unit of a denom according to the chain's metadata. Source: x/tx
 * signing/textual/coins.go, formatCoin.
 */
export function shownUnit(denom: string, metadata: DenomMetadata | undefined): ShownUnit | undefined {
  if (metadata === undefined || metadata.display === "" || metadata.display === denom) return undefined;
  const { display, denomUnits } = metadata;
  // Compat: of units with the same name the last counts.
  const exponentOf = (name: string) => denomUnits.findLast((unit) => unit.denom === name)?.exponent;
  return { denom, display, exponent: exponentOf(denom), displayExponent: exponentOf(display) };
}

const TEN = dec.fromInt(10n);

/**
 * One coin in the unit that is shown. Throws NumberFault when the unit's exponent is out of range.
 */
function formatCoin({ amount, denom }: WireCoin, unit: ShownUnit | undefined): string {
  if (unit === undefined) return `${formatPlainDec(amount)} ${denom}`;
  const { display, exponent: from, displayExponent: to } = unit;
  if (from === undefined || to === undefined) return `${formatInt(amount)} ${denom}`;
  const parsed = dec.parse(amount);
  if (parsed.fault !== undefined) throw SdkError.invalidRequest(`cannot show an amount: ${parsed.fault}`);
  const shown =
    from > to ? dec.mul(parsed.value, dec.power(TEN, from - to)) : dec.quo(parsed.value, dec.power(TEN, to - from));
  return `${formatPlainDec(dec.format(shown))} ${display}`;
}

/**
 * Coins ordered by the shown denom; the word "zero" for no coins. Source: x/tx
 * signing/textual/coins.go.
 */
export function formatCoins(coins: readonly WireCoin[], units: UnitLookup): string {
  if (coins.length === 0) return "zero";
  const shown = coins.map((coin) => {
    const text = formatCoin(coin, units(coin.denom));
    if (text.includes(",")) throw SdkError.invalidRequest("cannot show a coin with a comma: it could be read as two");
    // Compat: the denom is the text between the first two spaces.
    return { text, place: text.split(" ", 2)[1] as string };
  });
  return shown
    .sort((a, b) => compareText(a.place, b.place))
    .map(({ text }) => text)
    .join(", ");
}
