// SPDX-License-Identifier: Apache-2.0
/**
 * Networks where people's data is real (docs of Secret Network: main and public test network, past
 * ones included).
 */
const PRODUCTION: ReadonlySet<string> = new Set([
  "secret-4",
  "secret-3",
  "secret-2",
  "secret-1",
  "pulsar-3",
  "pulsar-2",
]);

/** Whether only hardware may hold the keys of this chain. */
export const isProduction = (chainId: string): boolean => PRODUCTION.has(chainId);
