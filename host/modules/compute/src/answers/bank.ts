// SPDX-License-Identifier: Apache-2.0
import { type Json, jsonObject } from "@sotto/codec";
import type { ReadCtx } from "@sotto/kernel";
import { amountOf } from "@sotto/math/coins";
import type { ComputeNeeds } from "../needs.ts";
import { addressOf, coin, isFields, json, ok, only, textOf, UNKNOWN_BANK, unsupported } from "./json.ts";

export function answerBank({ allBalances }: ComputeNeeds, ctx: ReadCtx, body: Json): Uint8Array {
  const [kind, fields] = only(body) ?? ["", null];
  if (!isFields(fields)) return unsupported(UNKNOWN_BANK);
  if (kind === "balance") {
    const denom = textOf(fields, "denom");
    // Compat: one balance is searched in all balances of the account, and the transaction pays for
    // all of them (x/compute query_plugins.go BankQuerier).
    const held = allBalances(ctx, addressOf(textOf(fields, "address")));
    return ok(json(jsonObject([["amount", coin(denom, amountOf(held, denom))]])));
  }
  if (kind === "all_balances") {
    const held = allBalances(ctx, addressOf(textOf(fields, "address")));
    return ok(json(jsonObject([["amount", held.map(({ denom, amount }) => coin(denom, amount))]])));
  }
  return unsupported(UNKNOWN_BANK);
}
