import type { Orders } from "@sotto/kernel";

/** When each module has its turn (spec/modules.md 1.1). The order is consensus. */
export const orders: Orders = {
  preBlock: [],
  beginBlock: ["compute"],
  endBlock: [],
  initGenesis: ["auth", "bank", "compute", "register", "circuit"],
};
