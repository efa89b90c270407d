// SPDX-License-Identifier: Apache-2.0
import type { Orders } from "@sotto/kernel";

/** The orders in which modules run (spec/modules.md 1.1). They are consensus. */
export const orders: Orders = {
  preBlock: [],
  beginBlock: ["compute"],
  endBlock: [],
  initGenesis: ["auth", "bank", "compute", "register", "circuit"],
};
