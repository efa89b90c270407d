// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress, parseAddress } from "@sotto/address";
import { equals } from "@sotto/bytes";
import { SdkError } from "@sotto/errors";
import { each, genesisOf, type ReadCtx, type WriteCtx } from "@sotto/kernel";
import { int } from "@sotto/math";
import { type Coins, mustCoins, type WireCoin } from "@sotto/math/coins";
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

/**
 * The amount in any form of the SDK's Int. Throws SdkError.logic for another text and for a missing
 * amount, for which the SDK panics: its Int is nil (x/bank InitGenesis, MapCoins.ToCoins).
 */
function readAmount({ denom, amount }: WireCoin): bigint {
  const value = int.parse(amount);
  if (value === undefined) {
    throw SdkError.logic(`invalid amount of ${denom.slice(0, 128)}: "${amount.slice(0, 80)}"`);
  }
  return value;
}

const readCoins = (coins: readonly WireCoin[]): Coins =>
  mustCoins(coins.map((coin) => ({ denom: coin.denom, amount: readAmount(coin) })));

/** Cost: the supply of each denom is written once, at the end (x/bank InitGenesis). */
function importBalances(
  bank: BankKeeper,
  ctx: WriteCtx,
  balances: Iterable<{ readonly address: string; readonly coins: readonly WireCoin[] }>,
): void {
  const supplies = new Map<string, bigint>();
  for (const { address, coins: wire } of balances) {
    const owner = parseAddress(address);
    const coins = readCoins(wire);
    for (const { denom, amount } of coins) supplies.set(denom, int.add(supplies.get(denom) ?? 0n, amount));
    bank.credit(ctx, owner, coins);
  }
  for (const [denom, amount] of supplies) state.supply.set(ctx, denom, amount);
}

export const genesis = genesisOf<BankKeeper, typeof GenesisStateSchema>(GenesisStateSchema, {
  default: () => ({ params: defaultParams() }),
  init(bank, ctx, { params, balances, supply, denomMetadata, sendEnabled }) {
    state.params.set(ctx, params ?? defaultParams());
    for (const { denom, enabled } of sendEnabled) state.sendEnabled.set(ctx, denom, enabled);
    importBalances(bank, ctx, balances);
    for (const coin of supply) {
      const { denom, amount } = coin;
      const counted = state.supply.get(ctx, denom) ?? 0n;
      if (counted !== readAmount(coin)) {
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
