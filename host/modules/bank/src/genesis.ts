import { create } from "@bufbuild/protobuf";
import { formatAddress, parseAddress } from "@sotto/address";
import { compareText } from "@sotto/codec";
import { SdkError } from "@sotto/errors";
import { genesisOf } from "@sotto/kernel";
import { mustCoins, type WireCoin } from "@sotto/math/coins";
import { GenesisStateSchema, ParamsSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import type { BankKeeper } from "./keeper.ts";
import { state } from "./state.ts";

const defaultParams = () => create(ParamsSchema, { defaultSendEnabled: true });

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
  export(bank, ctx) {
    const byOwner = new Map<string, WireCoin[]>();
    for (const [[owner, denom], amount] of state.balances.entries(ctx)) {
      const text = formatAddress(owner);
      const coins = byOwner.get(text) ?? [];
      coins.push({ denom, amount: String(amount) });
      byOwner.set(text, coins);
    }
    return {
      params: bank.params(ctx),
      balances: [...byOwner].sort(([a], [b]) => compareText(a, b)).map(([address, coins]) => ({ address, coins })),
      supply: [...state.supply.entries(ctx)].map(([denom, amount]) => ({ denom, amount: String(amount) })),
      denomMetadata: [...state.metadata.entries(ctx)].map(([, metadata]) => metadata),
      sendEnabled: [...state.sendEnabled.entries(ctx)].map(([denom, enabled]) => ({ denom, enabled })),
    };
  },
});
