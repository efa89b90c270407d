// SPDX-License-Identifier: Apache-2.0
import { plainError } from "@sotto/errors";
import { genesisOf } from "@sotto/kernel";
import { dec } from "@sotto/math";
import { GenesisStateSchema } from "@sotto/proto/cosmos.mint.v1beta1";
import { defaultMinter, type MintKeeper } from "./keeper.ts";
import { decimal, defaultParams, paramsFault } from "./params.ts";
import { state } from "./state.ts";

export const genesis = genesisOf<MintKeeper, typeof GenesisStateSchema>(GenesisStateSchema, {
  default: () => ({ minter: defaultMinter(), params: defaultParams() }),
  /** Throws a plain error for parameters that x/mint types/genesis.go ValidateGenesis refuses. */
  init(mint, ctx, { minter = defaultMinter(), params = defaultParams() }) {
    const fault = paramsFault(params);
    if (fault !== undefined) throw plainError(`params: ${fault}`);
    const inflation = decimal(minter.inflation);
    if (inflation < 0n) {
      throw plainError(`minter: mint parameter Inflation should be positive, is ${dec.format(inflation)}`);
    }
    state.minter.set(ctx, minter);
    state.params.set(ctx, params);
    mint.ensureAccount(ctx);
    return undefined;
  },
  export: (mint, ctx) => ({ minter: mint.minter(ctx), params: mint.params(ctx) }),
});
