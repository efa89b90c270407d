// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { ChainError, type ErrorFactory, SdkError } from "@sotto/errors";
import { isPanic, type ReadCtx, type WriteCtx } from "@sotto/kernel";
import type { Coins } from "@sotto/math/coins";
import type { CallAnswer, HostService } from "@sotto/protocol";
import { applyRows, askEnclave, type ChainAnswerer, chargeInstance, hostFor, settle, wasmGasLimit } from "../call.ts";
import { assertOwnFunds } from "../cosmosMsg.ts";
import { type Dispatcher, MAX_CALL_DEPTH } from "../dispatch.ts";
import { ComputeError } from "../errors.ts";
import { emitPaid, paySent } from "../eventGas.ts";
import { customEvents, wasmEvent } from "../events.ts";
import type { ComputeNeeds } from "../needs.ts";
import { NOT_VALIDATED, takeLastOutcome } from "./sender.ts";

/** The dependencies of calls of contracts of every kind. */
export interface CallPath {
  readonly needs: ComputeNeeds;
  /** Answers a running contract's queries of the chain. */
  readonly answers: (ctx: ReadCtx) => ChainAnswerer;
  /** Runs the messages of a contract's answer. */
  readonly dispatch: Dispatcher;
}

/** The fields of a request that are known only when it is sent. */
export interface LastFields {
  readonly gasLimit: number;
  /** A reply does not have it. */
  readonly lastFailed: boolean;
}

/** The part of a call that depends on its kind. */
export interface ContractCall {
  readonly contract: Uint8Array;
  /** Depth of sub-messages; 1 for the transaction's own message. */
  readonly depth: number;
  /** Makes the error that names the kind. */
  readonly failed: ErrorFactory;
  readonly isReply?: true;
  send(last: LastFields, host: HostService): CallAnswer;
  /**
   * Called after a success: writes the records besides the contract's rows, and emits the events
   * that come before the contract's events.
   */
  record(answer: CallAnswer): void;
}

/**
 * Refuses simulations: a simulation runs outside of a verified block, so the enclave cannot verify
 * the sender.
 */
export function begin(ctx: WriteCtx, failed: (detail: string) => ChainError): void {
  chargeInstance(ctx);
  if (ctx.mode !== "deliver") throw failed(NOT_VALIDATED);
}

/**
 * Moves the funds of a call. `moved`: the coins that are sent; `all`: if not empty, the sender may
 * not be a blocked address.
 */
export function pay(
  { needs }: CallPath,
  ctx: WriteCtx,
  funds: { readonly from: Uint8Array; readonly to: Uint8Array; readonly all: Coins },
  moved: Coins = funds.all,
): void {
  const { from, to, all } = funds;
  if (all.length > 0 && needs.isBlocked(ctx, from)) throw SdkError.invalidAddress("blocked address can not be used");
  if (moved.length > 0) needs.sendCoins(ctx, from, to, moved);
}

/** Sends a call to the enclave with the remaining gas. */
export const sendCall = (
  path: CallPath,
  ctx: WriteCtx,
  { contract, send }: Pick<ContractCall, "contract" | "send">,
): CallAnswer =>
  askEnclave(() => {
    const host = hostFor(path.needs, ctx, contract, path.answers(ctx));
    return send({ gasLimit: wasmGasLimit(ctx), lastFailed: takeLastOutcome(ctx) }, host);
  });

/** Emits the contract's events, then runs its sub-messages. Returns the response data. */
function respond(path: CallPath, ctx: WriteCtx, call: ContractCall, answer: CallAnswer): Uint8Array | undefined {
  const { contract, depth } = call;
  const address = formatAddress(contract);
  emitPaid(ctx, [wasmEvent(address, answer.attributes), ...customEvents(address, answer.events)]);
  // Compat: a run that is too deep is undone after it ran, so it pays for its gas (x/compute
  // keeper.go handleContractResponse).
  if (depth > MAX_CALL_DEPTH) throw ComputeError.maxCallDepth();
  paySent(ctx, answer.messages);
  return path.dispatch(ctx, contract, answer, depth);
}

/**
 * Runs a call and applies the enclave's answer: rows, gas, records, events, sub-messages. Returns
 * the response data.
 */
export function runCall(path: CallPath, ctx: WriteCtx, call: ContractCall): Uint8Array | undefined {
  const { contract, failed, isReply = false } = call;
  const answer = sendCall(path, ctx, call);
  applyRows(ctx, contract, answer);
  settle(ctx, answer, failed);
  // Compat: a reply pays its wasm gas twice (x/compute keeper.go reply).
  if (isReply) settle(ctx, answer, failed);
  call.record(answer);
  if (!answer.isV1 && !isReply) assertOwnFunds(answer, contract);
  try {
    return respond(path, ctx, call, answer);
  } catch (thrown) {
    if (!(thrown instanceof ChainError) || isPanic(thrown)) throw thrown;
    // Compat: a failed message of a reply is the failure of the reply (x/compute keeper.go reply).
    throw isReply ? failed(thrown.message, thrown) : thrown.wrap("dispatch");
  }
}
