// SPDX-License-Identifier: Apache-2.0
import { genesisOf } from "@sotto/kernel";
import { GenesisStateSchema } from "@sotto/proto/cosmos.genutil.v1beta1";
import type { GenutilKeeper } from "./keeper.ts";

export const genesis = genesisOf<GenutilKeeper, typeof GenesisStateSchema>(GenesisStateSchema, {
  default: () => ({ genTxs: [] }),
  init: (genutil, ctx, { genTxs }) => genutil.deliver(ctx, genTxs),
  /** The validators are in the parts of the other modules. */
  export: () => ({ genTxs: [] }),
});
