// SPDX-License-Identifier: Apache-2.0
import { ChainError } from "@sotto/errors";
import { GasMeter, type ReadCtx } from "@sotto/kernel";
import { BoundaryError, type CallAnswer, Outcome } from "@sotto/protocol";
import { askEnclave, chargeInstance, chargeWasmGas, hostFor, settle, wasmGasLimit } from "../call.ts";
import type { CallPath } from "../calls/path.ts";
import { mustCode, mustContract, refOf } from "../contracts.ts";
import { ComputeError } from "../errors.ts";
import { addressOf, genericError, ok, UNKNOWN_WASM, unsupported } from "./json.ts";
import type { SmartRequest } from "./request.ts";

type QueryPath = Pick<CallPath, "needs" | "answers">;

/** Sends the query to the enclave; `ctx.gas` has the limit. */
function ask(path: QueryPath, ctx: ReadCtx, contract: Uint8Array, query: Uint8Array, depth: number): CallAnswer {
  const { needs, answers } = path;
  chargeInstance(ctx);
  const info = mustContract(ctx, contract);
  const { codeHash } = mustCode(ctx, info.codeId);
  const request = {
    contract: refOf(ctx, contract, info, codeHash),
    query,
    gasLimit: wasmGasLimit(ctx),
    depth,
    height: ctx.block.height,
    time: String(ctx.block.time),
  };
  const send = () => needs.enclave.query(request, hostFor(needs, ctx, contract, answers(ctx)));
  return askEnclave(() => {
    try {
      return send();
    } catch (thrown) {
      // The enclave has read nothing yet. It is at another height after each block.
      if (!ChainError.is(thrown, BoundaryError.stateNotShown)) throw thrown;
      needs.committed.show(ctx.block.height);
      return send();
    }
  });
}

/** A client's query, within the node's gas limit for queries. Throws ComputeError.queryFailed. */
export function querySmart(path: QueryPath, ctx: ReadCtx, contract: Uint8Array, query: Uint8Array): Uint8Array {
  const meter = new GasMeter(Math.min(path.needs.queryGasLimit, ctx.gas.remaining));
  const limited = ctx.withGas(meter);
  try {
    const answer = ask(path, limited, contract, query, 1);
    settle(limited, answer, ComputeError.queryFailed);
    return answer.data ?? new Uint8Array(0);
  } finally {
    ctx.gas.consume(meter.consumedToLimit, "smart query");
  }
}

/** A contract's query of another contract. */
export function answerSmart(path: QueryPath, ctx: ReadCtx, { address, msg }: SmartRequest, depth: number): Uint8Array {
  const contract = addressOf(address);
  if (msg === undefined) return unsupported(UNKNOWN_WASM);
  try {
    const answer = ask(path, ctx, contract, msg, depth);
    chargeWasmGas(ctx, answer.gasUsed);
    if (answer.outcome === Outcome.ok) return ok(answer.data ?? new Uint8Array(0));
    // The calling enclave knows the key and opens `encrypted: <b64>` itself.
    if (answer.outcome === Outcome.contractError) return genericError(`${answer.error}: query contract failed`);
    settle(ctx.withGas(new GasMeter(Number.MAX_SAFE_INTEGER)), answer, ComputeError.queryFailed);
    return genericError("query contract failed");
  } catch (thrown) {
    if (!(thrown instanceof ChainError)) throw thrown;
    return genericError(thrown.message);
  }
}
