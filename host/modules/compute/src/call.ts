// SPDX-License-Identifier: Apache-2.0
import type { ErrorFactory } from "@sotto/errors";
import { ChainError, EnvironmentFault, OutOfGas } from "@sotto/errors";
import type { ReadCtx, WriteCtx } from "@sotto/kernel";
import { BoundaryError, type CallAnswer, EnclaveError, type HostService, Outcome } from "@sotto/protocol";
import type { ComputeNeeds } from "./needs.ts";
import { state } from "./state.ts";

/** 1 SDK gas is 1000 wasm gas (spec/modules.md 8.12). */
export const GAS_MULTIPLIER = 1000;
/** Limit of one call, independent of the transaction's gas limit. */
const MAX_WASM_GAS = 10_000_000_000;
/** SDK gas for loading an instance. */
const INSTANCE_COST = 20_000;

export const chargeInstance = (ctx: ReadCtx): void =>
  ctx.gas.consume(INSTANCE_COST, "Loading CosmWasm module: compute");

export const wasmGasLimit = (ctx: ReadCtx): number =>
  Math.min(MAX_WASM_GAS, Math.floor(ctx.gas.remaining) * GAS_MULTIPLIER);

/**
 * Charges used wasm gas, rounded up as in the reference. Throws OutOfGas when it exhausts the
 * meter.
 */
export function chargeWasmGas(ctx: ReadCtx, wasmGas: number): void {
  ctx.gas.consume(Math.floor(wasmGas / GAS_MULTIPLIER) + 1, "wasm contract");
  if (ctx.gas.isExhausted) throw new OutOfGas("Wasmer function execution");
}

const EMPTY = new Uint8Array(0);

/** Answers a contract's query of the chain, within a limit of wasm gas. */
export type ChainAnswerer = (
  request: Uint8Array,
  gasLimit: number,
  depth: number,
) => { readonly answer: Uint8Array; readonly gasUsed: number };

/**
 * Serves the enclave's requests for one contract from the context's state and charges the context's
 * meter.
 */
export function hostFor(
  needs: ComputeNeeds,
  ctx: ReadCtx,
  contract: Uint8Array,
  queryChain: ChainAnswerer,
): HostService {
  // The state before the block: the enclave knows the rows that this block wrote.
  const proofs = ctx.mode === "query" ? needs.committed : needs;
  return {
    readState: (key) => state.rows.get(ctx, [contract, key]),
    proveRow: (key, known) => proofs.proveRow(state.rows.storeKey([contract, key]), known).proof,
    proveState: (key, known) => proofs.proveRow(key, known),
    proveStore: () => proofs.proveStore(),
    readCode: (hash) => needs.blob(hash),
    queryChain: ({ request, gasLimit, depth }) => queryChain(request, gasLimit, depth),
  };
}

/**
 * Runs an enclave request. A refusal is not a result of the contract but a fault of the host or the
 * enclave. The node must stop, because its state could differ from that of other nodes.
 */
export function askEnclave(run: () => CallAnswer): CallAnswer {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof ChainError && (thrown.codespace === "boundary" || thrown.codespace === "enclave")) {
      throw new EnvironmentFault(`the enclave refused a call: ${thrown.message}`, { cause: thrown });
    }
    throw thrown;
  }
}

/** Applies the contract's writes in order, each charged. */
export function applyRows(ctx: WriteCtx, contract: Uint8Array, answer: CallAnswer): void {
  for (const { key, value } of answer.rows) {
    if (value === undefined) state.rows.remove(ctx, [contract, key]);
    else state.rows.set(ctx, [contract, key], value);
  }
}

const faultText = (code: number): string => {
  const factory = Object.values(EnclaveError).find((each) => each.code === code) ?? EnclaveError.internal;
  return `Execution error: Enclave: ${factory.summary}`;
};

/**
 * Charges the call and throws unless it succeeded. `failed` names the kind of call, e.g.
 * `execute contract failed`.
 */
export function settle(ctx: ReadCtx, answer: CallAnswer, failed: ErrorFactory): void {
  chargeWasmGas(ctx, answer.gasUsed);
  assertOk(answer, failed);
}

/** Throws unless the call succeeded. */
export function assertOk(answer: CallAnswer, failed: (detail: string) => ChainError): void {
  switch (answer.outcome) {
    case Outcome.ok:
      return;
    case Outcome.contractError:
      throw failed(answer.error);
    case Outcome.outOfGas:
      throw failed("Out of gas");
    case Outcome.fault:
      throw failed(faultText(answer.fault));
    default:
      throw new EnvironmentFault("the enclave answered with an unknown outcome", {
        cause: BoundaryError.malformedFrame(),
      });
  }
}

export { EMPTY };
