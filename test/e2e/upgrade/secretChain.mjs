// SPDX-License-Identifier: Apache-2.0
import { defineModule } from "@sotto/kernel";
import { migrateAll } from "@sotto/x-upgrade";
import { secretChain as before } from "../../../host/app/dist/secretChain.js";
import { HEIGHT } from "./height.mjs";

/** A module with a store, which it writes in each block. */
const notes = defineModule({
  name: "notes",
  version: 1,
  stores: [{ name: "notes", from: HEIGHT }],
  keeper: () => ({}),
  beginBlock: (_, ctx) => ctx.store("notes").set(Uint8Array.of(1), Uint8Array.of(ctx.block.height % 256)),
});

/** The next version of a module, whose migration writes a row. */
const circuit = {
  ...before.modules.circuit,
  version: 2,
  migrations: {
    1: (/** @type {never} */ _keeper, /** @type {import("@sotto/kernel").WriteCtx} */ ctx) =>
      ctx.store("notes").set(Uint8Array.of(2), Uint8Array.of(1)),
  },
};

export const secretChain = {
  ...before,
  modules: { ...before.modules, circuit, notes },
  orders: { ...before.orders, beginBlock: [...before.orders.beginBlock, "notes"] },
  upgradeHandlers: new Map([["notes", migrateAll]]),
  /** @type {typeof before.keepers} */
  keepers: (...parts) => ({ ...before.keepers(...parts), notes: {} }),
};
