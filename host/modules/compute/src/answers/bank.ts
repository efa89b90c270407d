import { type Json, jsonObject } from "@sotto/codec";
import type { ReadCtx } from "@sotto/kernel";
import type { ComputeNeeds } from "../needs.ts";
import { addressOf, isFields, json, ok, only, textOf, UNKNOWN_BANK, unsupported } from "./json.ts";

const coin = (denom: string, amount: string) =>
  jsonObject([
    ["denom", denom],
    ["amount", amount],
  ]);

export function answerBank({ allBalances }: ComputeNeeds, ctx: ReadCtx, body: Json): Uint8Array {
  const [kind, fields] = only(body) ?? ["", null];
  if (!isFields(fields)) return unsupported(UNKNOWN_BANK);
  if (kind === "balance") {
    const denom = textOf(fields, "denom");
    // Compat: one balance is looked for among all of the account, and all are paid for (x/compute query_plugins.go BankQuerier).
    const held = allBalances(ctx, addressOf(textOf(fields, "address"))).find((each) => each.denom === denom);
    return ok(json(jsonObject([["amount", coin(denom, held?.amount ?? "0")]])));
  }
  if (kind === "all_balances") {
    const held = allBalances(ctx, addressOf(textOf(fields, "address")));
    return ok(json(jsonObject([["amount", held.map(({ denom, amount }) => coin(denom, amount))]])));
  }
  return unsupported(UNKNOWN_BANK);
}
