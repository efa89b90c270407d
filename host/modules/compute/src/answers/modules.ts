// SPDX-License-Identifier: Apache-2.0
/**
 * Queries of contracts about rewards, inflation and proposals (x/compute keeper/query_plugins.go).
 */
import { type Json, jsonObject } from "@sotto/codec";
import { ChainError, SdkError } from "@sotto/errors";
import type { ReadCtx } from "@sotto/kernel";
import { dec } from "@sotto/math";
import { Query as DistributionQuery } from "@sotto/proto/cosmos.distribution.v1beta1";
import type { ComputeNeeds } from "../needs.ts";
import { isFields, json, ok, only, textOf, unsupported } from "./json.ts";
import { askModule, cut } from "./rewards.ts";
import type { ModuleViews } from "./views.ts";

/** Undefined when the chain has no distribution module. Throws sdk/6 with the text of a failure. */
function totalRewards(needs: ComputeNeeds, ctx: ReadCtx, delegatorAddress: string) {
  try {
    return askModule(needs, ctx, DistributionQuery.method.delegationTotalRewards, { delegatorAddress });
  } catch (thrown) {
    throw thrown instanceof ChainError ? SdkError.unknownRequest(thrown.message) : thrown;
  }
}

/** Compat: an account without delegations gets `{}`. */
export function answerDist(needs: ComputeNeeds, ctx: ReadCtx, body: Json): Uint8Array {
  const [kind, fields] = only(body) ?? ["", null];
  if (kind !== "rewards" || !isFields(fields)) return unsupported("unknown DistQuery variant");
  const found = totalRewards(needs, ctx, textOf(fields, "delegator"));
  if (found === undefined) return unsupported("dist");
  const rewards = found.rewards.map(({ validatorAddress, reward }) =>
    jsonObject([
      ["validator_address", validatorAddress],
      ["reward", cut(reward)],
    ]),
  );
  return ok(
    json(
      jsonObject([
        ...(rewards.length > 0 ? [["rewards", rewards] as const] : []),
        ...(found.total.length > 0 ? [["total", cut(found.total)] as const] : []),
      ]),
    ),
  );
}

export function answerMint(mint: ModuleViews["mint"], ctx: ReadCtx, body: Json): Uint8Array {
  const [kind] = only(body) ?? [""];
  if (kind === "bonded_ratio") return ok(json(jsonObject([["bonded_ratio", dec.format(mint.bondedRatio(ctx))]])));
  if (kind === "inflation") return ok(json(jsonObject([["inflation_rate", dec.format(mint.inflation(ctx))]])));
  return unsupported("unknown MintQuery variant");
}

/** The proposals that can be voted on. */
export function answerGov(gov: ModuleViews["gov"], ctx: ReadCtx, body: Json): Uint8Array {
  const [kind] = only(body) ?? [""];
  if (kind !== "proposals") return unsupported("unknown GovQuery variant");
  const proposals = Array.from(gov.voting(ctx), ({ id, start, end }) =>
    jsonObject([
      ["id", id],
      ["voting_start_time", start],
      ["voting_end_time", end],
    ]),
  );
  return ok(json(jsonObject([["proposals", proposals]])));
}
