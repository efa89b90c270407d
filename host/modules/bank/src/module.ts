import { defineModule, type ReadCtx, serveMessages, serveQueries } from "@sotto/kernel";
import { Msg, Query } from "@sotto/proto/cosmos.bank.v1beta1";
import { genesis } from "./genesis.ts";
import { bankKeeper } from "./keeper.ts";
import { msgs } from "./msgs.ts";
import { queries } from "./queries.ts";
import { state } from "./state.ts";

/** Names a denom whose balances do not add up to its supply. */
function totalSupplyMatchesBalances(ctx: ReadCtx): string | undefined {
  const held = new Map<string, bigint>();
  for (const [[, denom], amount] of state.balances.entries(ctx)) held.set(denom, (held.get(denom) ?? 0n) + amount);
  for (const [denom, supply] of state.supply.entries(ctx)) {
    if ((held.get(denom) ?? 0n) !== supply)
      return `${denom}: balances add up to ${held.get(denom) ?? 0n}, supply is ${supply}`;
  }
  return undefined;
}

export const bank = defineModule({
  name: "bank",
  version: 4,
  stores: ["bank"],
  keeper: bankKeeper,
  services: [serveMessages(Msg, msgs), serveQueries(Query, queries)],
  genesis,
  invariants: { "total-supply": (_bank, ctx) => totalSupplyMatchesBalances(ctx) },
});
