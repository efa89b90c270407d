// SPDX-License-Identifier: Apache-2.0
import type { ChainQueries } from "@sotto/app";

/**
 * The state of a chain as text of the module parts of a genesis file, which a node reads at its
 * start.
 */
export const exportedGenesis = (queries: ChainQueries): Map<string, string> =>
  // Order: the text of a module must be read before the next module is requested.
  new Map(Array.from(queries.exportGenesis(), ([name, text]) => [name, [...text].join("")]));
