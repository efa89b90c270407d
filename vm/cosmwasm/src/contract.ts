// SPDX-License-Identifier: Apache-2.0
import type { ContractCode } from "@sotto/check";
import { type CompiledModule, gasOfInitialPages, type Instance } from "@sotto/engine";
import { abortOf } from "./abort.ts";
import type { Backend, CallContext, CallResult } from "./backend.ts";
import { type CallInput, type Entry, invoke } from "./entry.ts";
import { FREE_WORK } from "./work.ts";

/** A compiled contract, ready to be called. */
export interface Contract {
  readonly code: ContractCode;
  /**
   * Runs one entry point. Every outcome that the contract can cause is a CallResult; a thrown error
   * is a fault of the node. Cost: 10-30 us plus the contract's own work.
   */
  call(entry: Entry, input: CallInput, backend: Backend, gasLimit: number): CallResult;
}

/**
 * Whether the price of written bytes is refunded at the end of the call. Source: spec/gas.md 3.2.
 */
const refunds = (entry: Entry): boolean => entry !== "instantiate" && entry !== "migrate" && entry !== "query";

/**
 * Limit - rest + the charge that did not fit. External gas does not count on either side. Source:
 * spec/gas.md 3.4.
 */
function gasUsed(instance: Instance, gasLimit: number, refund: number): number {
  return Math.min(gasLimit, gasLimit - instance.gasLeft() + instance.gasExhausted() - refund);
}

export function createContract(code: ContractCode, compiled: CompiledModule): Contract {
  const initialGas = gasOfInitialPages(compiled.checked.memory?.min ?? 0);
  return {
    code,
    call(entry, input, backend, gasLimit) {
      const instance = compiled.acquire(gasLimit);
      const context: CallContext = { backend, gasLimit, externalGas: 0, writeGas: 0, freeWork: FREE_WORK };
      instance.context = context;
      try {
        instance.chargeGas(initialGas);
        const data = invoke(instance, code.dialect, entry, input);
        const used = gasUsed(instance, gasLimit, refunds(entry) ? context.writeGas : 0);
        return { outcome: "returned", data, gasUsed: used, externalGas: context.externalGas };
      } catch (thrown) {
        const abort = abortOf(thrown);
        return { outcome: "aborted", abort, gasUsed: gasUsed(instance, gasLimit, 0), externalGas: context.externalGas };
      } finally {
        compiled.release(instance);
      }
    },
  };
}
