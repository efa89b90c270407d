import { formatAddress } from "@sotto/address";
import { ChainError, type ErrorFactory, SdkError } from "@sotto/errors";
import type { ReadCtx, WriteCtx } from "@sotto/kernel";
import type { Coins } from "@sotto/math/coins";
import type { CallAnswer, HostService } from "@sotto/protocol";
import { applyRows, askEnclave, type ChainAnswerer, chargeInstance, hostFor, settle, wasmGasLimit } from "../call.ts";
import { assertOwnFunds } from "../cosmosMsg.ts";
import { type Dispatcher, MAX_CALL_DEPTH } from "../dispatch.ts";
import { ComputeError } from "../errors.ts";
import { emitPaid, paySent } from "../eventGas.ts";
import { customEvents, wasmEvent } from "../events.ts";
import type { ComputeNeeds } from "../needs.ts";

/** Everything that calls of contracts need, whatever their kind. */
export interface CallPath {
  readonly needs: ComputeNeeds;
  /** Answers a running contract's queries of the chain. */
  readonly answers: (ctx: ReadCtx) => ChainAnswerer;
  /** Runs the messages of a contract's answer. */
  readonly dispatch: Dispatcher;
}

/** The part of a call that differs from kind to kind. */
export interface ContractCall {
  readonly contract: Uint8Array;
  /** Of sub-messages: 1 for the transaction's own message. */
  readonly depth: number;
  /** Names the kind in a failure. */
  readonly failed: ErrorFactory;
  readonly isReply?: true;
  send(gasLimit: number, host: HostService): CallAnswer;
  /**
   * After a success: writes the records beside the contract's rows, and emits the events before the
   * contract's own.
   */
  record(answer: CallAnswer): void;
}

/**
 * Simulation would run a contract outside of any verified block: the enclave could not tell who
 * asks.
 */
export function begin(ctx: WriteCtx, failed: (detail: string) => ChainError): void {
  chargeInstance(ctx);
  if (ctx.mode !== "deliver") throw failed("Execution error: Enclave: failed to validate transaction");
}

/**
 * Moves the funds of a call. `moved`: those that are sent; all of them say whether the sender may
 * send any.
 */
export function pay(
  { needs }: CallPath,
  ctx: WriteCtx,
  funds: { readonly from: Uint8Array; readonly to: Uint8Array; readonly all: Coins },
  moved: Coins = funds.all,
): void {
  const { from, to, all } = funds;
  if (all.length > 0 && needs.isBlocked(from)) throw SdkError.invalidAddress("blocked address can not be used");
  if (moved.length > 0) needs.sendCoins(ctx, from, to, moved);
}

/** Asks the enclave about a contract, with the gas that is left now. */
export const sendCall = (
  path: CallPath,
  ctx: WriteCtx,
  { contract, send }: Pick<ContractCall, "contract" | "send">,
): CallAnswer => askEnclave(() => send(wasmGasLimit(ctx), hostFor(path.needs, ctx, contract, path.answers(ctx))));

/** Emits the contract's events, then runs its sub-messages. Returns the response data. */
function respond(path: CallPath, ctx: WriteCtx, call: ContractCall, answer: CallAnswer): Uint8Array | undefined {
  const { contract, depth } = call;
  const address = formatAddress(contract);
  emitPaid(ctx, [wasmEvent(address, answer.attributes), ...customEvents(address, answer.events)]);
  // Compat: a run that is too deep is undone, not refused: its gas is paid (x/compute keeper.go
  // handleContractResponse).
  if (depth > MAX_CALL_DEPTH) throw ComputeError.maxCallDepth();
  paySent(ctx, answer.messages);
  return path.dispatch(ctx, contract, answer, depth);
}

/**
 * A call from the enclave's answer to the response data: rows, gas, records, events, sub-messages.
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
    if (!(thrown instanceof ChainError)) throw thrown;
    // Compat: a failed message of a reply is the failure of the reply (x/compute keeper.go reply).
    throw isReply ? failed(thrown.message, thrown) : thrown.wrap("dispatch");
  }
}
