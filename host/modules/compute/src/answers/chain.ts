// SPDX-License-Identifier: Apache-2.0
import type { Json } from "@sotto/codec";
import { ChainError, OutOfGas } from "@sotto/errors";
import { GasMeter, type ReadCtx } from "@sotto/kernel";
import { type ChainAnswerer, GAS_MULTIPLIER } from "../call.ts";
import type { ComputeNeeds } from "../needs.ts";
import { answerBank } from "./bank.ts";
import { genericError, notJson, unsupported } from "./json.ts";
import { answerDist, answerGov, answerMint } from "./modules.ts";
import { readRequest } from "./request.ts";
import { answerSmart } from "./smart.ts";
import { answerStaking } from "./staking.ts";
import { answerStargate } from "./stargate.ts";
import { answerWasm } from "./wasm.ts";

/** Modules that only some chains have. */
function answerModule(needs: ComputeNeeds, ctx: ReadCtx, kind: string, body: Json): Uint8Array {
  const views = needs.views();
  if (views === undefined) return unsupported(kind.slice(0, 64));
  if (kind === "staking") return answerStaking(needs, views.staking, ctx, body);
  if (kind === "mint") return answerMint(views.mint, ctx, body);
  if (kind === "gov") return answerGov(views.gov, ctx, body);
  return unsupported(kind.slice(0, 64));
}

function route(needs: ComputeNeeds, ctx: ReadCtx, request: Uint8Array, depth: number): Uint8Array {
  const read = readRequest(request);
  if (read === undefined) return notJson(request);
  if ("address" in read) {
    return answerSmart({ needs, answers: (inner) => chainAnswers(needs, inner) }, ctx, read, depth);
  }
  const { kind, body } = read;
  switch (kind) {
    case "wasm":
      return answerWasm(ctx, body);
    case "bank":
      return answerBank(needs, ctx, body);
    case "stargate":
      return answerStargate(needs, ctx, body);
    case "dist":
      return answerDist(needs, ctx, body);
    default:
      return answerModule(needs, ctx, kind, body);
  }
}

/**
 * Answers a contract's query within the gas that the contract has left. The caller's meter also
 * pays for the query.
 */
export const chainAnswers =
  (needs: ComputeNeeds, ctx: ReadCtx): ChainAnswerer =>
  (request, gasLimit, depth) => {
    const meter = new GasMeter(Math.min(Math.floor(gasLimit / GAS_MULTIPLIER), ctx.gas.remaining));
    try {
      const answer = route(needs, ctx.withGas(meter), request, depth);
      return { answer, gasUsed: meter.consumedToLimit * GAS_MULTIPLIER };
    } catch (thrown) {
      // The query used up its limit, so the calling contract has no gas left and stops after this
      // answer.
      if (thrown instanceof OutOfGas) {
        return { answer: genericError("out of gas"), gasUsed: meter.limit * GAS_MULTIPLIER };
      }
      // The contract handles the refusal of its query; every other failure stops the node.
      if (!(thrown instanceof ChainError)) throw thrown;
      return { answer: genericError(thrown.message), gasUsed: meter.consumedToLimit * GAS_MULTIPLIER };
    } finally {
      ctx.gas.consume(meter.consumedToLimit, "contract sub-query");
    }
  };
