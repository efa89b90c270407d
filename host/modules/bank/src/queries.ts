// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { GrpcError } from "@sotto/errors";
import { addressOrStatus, asInternal, type Handlers, paginate, type ReadCtx, withStatus } from "@sotto/kernel";
import { amountOf, type Coins, isDenom } from "@sotto/math/coins";
import type { Query } from "@sotto/proto/cosmos.bank.v1beta1";
import type { PageRequest } from "@sotto/proto/cosmos.base.query.v1beta1";
import type { BankKeeper } from "./keeper.ts";
import { state } from "./state.ts";

const coin = (denom: string, amount: bigint) => ({ denom, amount: String(amount) });

const denomGiven = (denom: string): string => {
  if (!isDenom(denom)) throw GrpcError.invalidArgument(`invalid denom: ${denom}`);
  return denom;
};

const asArgument = (text: string) => GrpcError.invalidArgument(`paginate: ${text}`);

export const queries = (bank: BankKeeper): Handlers<typeof Query, ReadCtx> => {
  const metadata = (ctx: ReadCtx, denom: string) => {
    const found = bank.metadata(ctx, denomGiven(denom));
    if (found === undefined) throw GrpcError.notFound(`client metadata for denom ${denom}`);
    return { metadata: found };
  };
  const spendable = (locked: Coins, denom: string, amount: bigint) => {
    const free = amount - amountOf(locked, denom);
    return coin(denom, free < 0n ? 0n : free);
  };
  const ownersOf = (ctx: ReadCtx, denom: string, pagination: PageRequest | undefined) => {
    const prefix = [denomGiven(denom)] as const;
    const page = paginate(ctx, state.owners, pagination, { prefix }, ([, owner]) => ({
      address: formatAddress(owner),
      balance: coin(denom, bank.balance(ctx, owner, denom)),
    }));
    return { denomOwners: [...page.rows], pagination: page.pagination };
  };
  return {
    balance(ctx, { address, denom }) {
      const known = denomGiven(denom);
      return { balance: coin(known, bank.balance(ctx, addressOrStatus(address), known)) };
    },
    allBalances(ctx, { address, pagination, resolveDenom }) {
      const owner = addressOrStatus(address);
      const show = ([, denom]: readonly [Uint8Array, string], amount: bigint) =>
        coin((resolveDenom && bank.metadata(ctx, denom)?.display) || denom, amount);
      const page = withStatus(asArgument, () => paginate(ctx, state.balances, pagination, { prefix: [owner] }, show));
      return { balances: [...page.rows], pagination: page.pagination };
    },
    spendableBalances(ctx, { address, pagination }) {
      const owner = addressOrStatus(address);
      const locked = bank.lockedCoins(ctx, owner);
      const show = ([, denom]: readonly [Uint8Array, string], amount: bigint) => spendable(locked, denom, amount);
      const page = withStatus(asArgument, () => paginate(ctx, state.balances, pagination, { prefix: [owner] }, show));
      return { balances: [...page.rows], pagination: page.pagination };
    },
    spendableBalanceByDenom(ctx, { address, denom }) {
      const owner = addressOrStatus(address);
      const amount = bank.balance(ctx, owner, denomGiven(denom));
      return { balance: spendable(bank.lockedCoins(ctx, owner), denom, amount) };
    },
    totalSupply(ctx, { pagination }) {
      const page = asInternal(() => paginate(ctx, state.supply, pagination, {}, coin));
      return { supply: [...page.rows], pagination: page.pagination };
    },
    supplyOf: (ctx, { denom }) => ({ amount: coin(denomGiven(denom), state.supply.get(ctx, denom) ?? 0n) }),
    params: (ctx) => ({ params: bank.params(ctx) }),
    denomsMetadata(ctx, { pagination }) {
      const page = asInternal(() => paginate(ctx, state.metadata, pagination, {}, (_denom, value) => value, "store"));
      return { metadatas: [...page.rows], pagination: page.pagination };
    },
    denomMetadata: (ctx, { denom }) => metadata(ctx, denom),
    denomMetadataByQueryString: (ctx, { denom }) => metadata(ctx, denom),
    denomOwners: (ctx, { denom, pagination }) => ownersOf(ctx, denom, pagination),
    denomOwnersByQuery: (ctx, { denom, pagination }) => ownersOf(ctx, denom, pagination),
    sendEnabled(ctx, { denoms, pagination }) {
      if (denoms.length > 0) {
        const known = denoms.map((denom) => ({ denom, enabled: state.sendEnabled.get(ctx, denom) }));
        return {
          sendEnabled: known.flatMap(({ denom, enabled }) => (enabled === undefined ? [] : [{ denom, enabled }])),
        };
      }
      const page = asInternal(() =>
        paginate(ctx, state.sendEnabled, pagination, {}, (denom, enabled) => ({ denom, enabled })),
      );
      return { sendEnabled: [...page.rows], pagination: page.pagination };
    },
  };
};
