// SPDX-License-Identifier: Apache-2.0
import type { HostFunction } from "@sotto/engine";
import { addressImports } from "./addresses.ts";
import { chainImports } from "./chain.ts";
import { cryptoImports } from "./crypto.ts";
import { debugImports } from "./debug.ts";
import { gasImports } from "./gas.ts";
import { storageImports } from "./storage.ts";

/**
 * Every function of module `env`, for both dialects; the checker decides the names that a dialect
 * may import.
 */
export const imports: Readonly<Record<string, HostFunction>> = {
  ...storageImports,
  ...addressImports,
  ...cryptoImports,
  ...chainImports,
  ...gasImports,
  ...debugImports,
};
