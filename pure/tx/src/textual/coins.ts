import { compareText } from "@sotto/codec";
import { SdkError } from "@sotto/errors";
import { dec, type WireCoin } from "@sotto/math";
import { formatInt, formatPlainDec } from "./values.ts";

/** What a chain says of a denom: the part of cosmos.bank.v1beta1.Metadata that screens need. */
export interface DenomMetadata {
  /** Unit for people; empty when there is none. */
  readonly display: string;
  readonly denomUnits: readonly { readonly denom: string; readonly exponent: number }[];
}

/** Finds the metadata of a denom. Who signs and who verifies must find the same. */
export type MetadataLookup = (denom: string) => DenomMetadata | undefined;

export const noMetadata: MetadataLookup = () => undefined;

const TEN = dec.fromInt(10n);

/** One coin in its display unit. Throws NumberFault when the unit is too far away. */
function formatCoin({ amount, denom }: WireCoin, metadata: DenomMetadata | undefined): string {
  if (metadata === undefined || metadata.display === "" || metadata.display === denom)
    return `${formatPlainDec(amount)} ${denom}`;
  // Compat: of units with the same name the last counts.
  const from = metadata.denomUnits.findLast((unit) => unit.denom === denom)?.exponent;
  const to = metadata.denomUnits.findLast((unit) => unit.denom === metadata.display)?.exponent;
  if (from === undefined || to === undefined) return `${formatInt(amount)} ${denom}`;
  const parsed = dec.parse(amount);
  if (parsed.fault !== undefined) throw SdkError.invalidRequest(`cannot show an amount: ${parsed.fault}`);
  const shown =
    from > to ? dec.mul(parsed.value, dec.power(TEN, from - to)) : dec.quo(parsed.value, dec.power(TEN, to - from));
  return `${formatPlainDec(dec.format(shown))} ${metadata.display}`;
}

/** Coins ordered by the shown denom; the word "zero" for none. Source: x/tx signing/textual/coins.go. */
export function formatCoins(coins: readonly WireCoin[], metadata: MetadataLookup): string {
  if (coins.length === 0) return "zero";
  const shown = coins.map((coin) => {
    const text = formatCoin(coin, metadata(coin.denom));
    if (text.includes(",")) throw SdkError.invalidRequest("cannot show a coin with a comma: it could be read as two");
    // Compat: only up to a second space.
    return { text, place: text.split(" ", 2)[1] as string };
  });
  return shown
    .sort((a, b) => compareText(a.place, b.place))
    .map(({ text }) => text)
    .join(", ");
}
