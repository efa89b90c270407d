// SPDX-License-Identifier: Apache-2.0
/** The lines that programs print about comparisons. */
import type { Counts, Difference } from "./compare.ts";

export const differenceText = (name: string, { at, lines }: Difference): string =>
  [`${name}: ${at}`, ...lines.map((line) => `  ${line}`)].join("\n");

export const countsText = ({ blocks, txs, rows, hashes, queries, simulations }: Counts): string =>
  `${blocks} blocks, ${txs} transactions, ${rows} rows, ${hashes} store hashes, ${queries} queries, ${simulations} simulations`;
