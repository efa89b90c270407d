// SPDX-License-Identifier: Apache-2.0
import { Trap, type TrapKind } from "@sotto/engine";

/**
 * The reason of a call without a result. A closed list: it becomes the enclave error that clients
 * read (spec/contract-interface.md 9), so no text of an engine, a library or a contract can leave
 * this way.
 */
export type AbortCode =
  | "outOfGas"
  | "contractPanic"
  | "memoryOutOfBounds"
  | "nonexistentResource"
  | "uninitializedResource"
  | "divideByZero"
  | "stackExhausted"
  | "incorrectSignature"
  | "failedFunctionCall"
  | "memoryAllocation"
  | "memoryRead"
  | "memoryWrite"
  | "notImplemented"
  | "unauthorizedWrite"
  | "failedDeserialize"
  | "decryption"
  | "hostMisbehaved"
  | "internal";

/** Thrown by imports and backends to end the call; the contract cannot catch it. */
export class Abort extends Error {
  override readonly name = "Abort";
  readonly code: AbortCode;

  constructor(code: AbortCode) {
    super(`contract call aborted: ${code}`);
    this.code = code;
  }
}

const OF_TRAP: Readonly<Record<TrapKind, AbortCode>> = {
  unreachable: "contractPanic",
  outOfGas: "outOfGas",
  memoryOutOfBounds: "memoryOutOfBounds",
  tableOutOfBounds: "nonexistentResource",
  uninitializedElement: "uninitializedResource",
  indirectCallTypeMismatch: "incorrectSignature",
  divideByZero: "divideByZero",
  // Compat: the reference prints one text for both (enclave_ffi_types EnclaveError,
  // ContractPanicIntegerOverflow).
  integerOverflow: "stackExhausted",
  stackOverflow: "stackExhausted",
};

/**
 * The abort that a thrown value stands for. Any other error is a fault of the node and is rethrown.
 */
export function abortOf(thrown: unknown): AbortCode {
  if (thrown instanceof Trap) return OF_TRAP[thrown.kind];
  if (thrown instanceof Abort) return thrown.code;
  throw thrown;
}
