// SPDX-License-Identifier: Apache-2.0
import type { AbortCode } from "./abort.ts";

/**
 * The interface of a running contract to the outside. Synchronous, because wasm imports must return
 * at once. Methods end the call by throwing Abort.
 */
export interface Backend {
  read(key: Uint8Array): Uint8Array | undefined;
  /** Throws Abort("unauthorizedWrite") in a query. Stores the arrays: the caller passes copies. */
  write(key: Uint8Array, value: Uint8Array): void;
  /** Throws Abort("unauthorizedWrite") in a query. */
  remove(key: Uint8Array): void;
  /**
   * Whether `write` and `remove` would be refused: checked before gas is charged, as in the
   * reference.
   */
  readonly readOnly: boolean;
  /** JSON QueryRequest in, JSON result out. `gasLimit` and `gasUsed` are wasm gas. */
  query(request: Uint8Array, gasLimit: number): { readonly answer: Uint8Array; readonly gasUsed: number };
  /** Absent where contracts' debug texts must not be visible: then their bytes are not read. */
  debug?(text: Uint8Array): void;
}

export interface CallResult {
  readonly outcome: "returned" | "aborted";
  /** The bytes that the entry point returned. */
  readonly data?: Uint8Array;
  readonly abort?: AbortCode;
  /** Wasm gas, at most the limit. Work outside of this contract (`externalGas`) is not in it. */
  readonly gasUsed: number;
  /** Wasm gas that the backend reported for queries; the other side has charged it. */
  readonly externalGas: number;
}

/** The data of the running call for imports. Lives in `Instance.context`. */
export interface CallContext {
  readonly backend: Backend;
  readonly gasLimit: number;
  externalGas: number;
  /** Sum of the per-byte charges of db_write. */
  writeGas: number;
  /** The rest of the allowance of free work. */
  freeWork: number;
}
