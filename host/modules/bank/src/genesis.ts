// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress, parseAddress } from "@sotto/address";
import { equals } from "@sotto/bytes";
import { SdkError } from "@sotto/errors";
import { each, genesisOf, type ReadCtx } from "@sotto/kernel";
import { mustCoins, type WireCoin } from "@sotto/math/coins";
import { GenesisStateSchema, ParamsSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import type { BankKeeper } from "./keeper.ts";
import { state } from "./state.ts";

const defaultParams = () => create(ParamsSchema, { defaultSendEnabled: true });

/**
 * Balances in the order of the rows: by the owners' addresses, then by denom (x/bank keeper/view.go
 * GetAccountsBalances).
 */
function* byOwner(ctx: ReadCtx): Generator<{ readonly address: string; readonly coins: readonly WireCoin[] }> {
  let owner: Uint8Array | undefined;
  let coins: WireCoin[] = [];
  for (const [[address, denom], amount] of state.balances.entries(ctx)) {
    if (owner !== undefined && !equals(owner, address)) {
      yield { address: formatAddress(owner), coins };
      coins = [];
    }
    owner = address;
    coins.push({ denom, amount: String(amount) });
  }
  if (owner !== undefined) yield { address: formatAddress(owner), coins };
}

export const genesis = genesisOf<BankKeeper, typeof GenesisStateSchema>(GenesisStateSchema, {
  default: () => ({ params: defaultParams() }),
  init(bank, ctx, { params, balances, supply, denomMetadata, sendEnabled }) {
    state.params.set(ctx, params ?? defaultParams());
    for (const { denom, enabled } of sendEnabled) state.sendEnabled.set(ctx, denom, enabled);
    for (const { address, coins } of balances) {
      const owner = parseAddress(address);
      bank.mint(ctx, owner, mustCoins(coins.map(({ denom, amount }) => ({ denom, amount: BigInt(amount) }))));
    }
    for (const { denom, amount } of supply) {
      const counted = state.supply.get(ctx, denom) ?? 0n;
      if (counted !== BigInt(amount)) {
        throw SdkError.logic(`genesis supply is incorrect, expected ${amount}${denom}, got ${counted}${denom}`);
      }
    }
    for (const metadata of denomMetadata) state.metadata.set(ctx, metadata.base, metadata);
    return undefined;
  },
  export: (bank, ctx) => ({
    params: bank.params(ctx),
    balances: byOwner(ctx),
    supply: each(state.supply.entries(ctx), ([denom, amount]) => ({ denom, amount: String(amount) })),
    denomMetadata: each(state.metadata.entries(ctx), ([, metadata]) => metadata),
    sendEnabled: each(state.sendEnabled.entries(ctx), ([denom, enabled]) => ({ denom, enabled })),
  }),
});
