import type { ChainQueries } from "@sotto/app";

/**
 * The state of a chain as the module parts of a genesis file, in the text that a node reads at its
 * start.
 */
export const exportedGenesis = (queries: ChainQueries): Map<string, string> =>
  // Order: the text of a module is read before the next module is asked for.
  new Map(Array.from(queries.exportGenesis(), ([name, text]) => [name, [...text].join("")]));
