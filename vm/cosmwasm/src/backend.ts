import type { AbortCode } from "./abort.ts";

/**
 * What a running contract can reach. Synchronous, because wasm imports must answer at once.
 * Methods end the call by throwing Abort.
 */
export interface Backend {
  read(key: Uint8Array): Uint8Array | undefined;
  /** Throws Abort("unauthorizedWrite") in a query. Keeps the arrays: the caller gives its own copies. */
  write(key: Uint8Array, value: Uint8Array): void;
  /** Throws Abort("unauthorizedWrite") in a query. */
  remove(key: Uint8Array): void;
  /** Whether `write` and `remove` would be refused: asked before gas is charged, as the reference does. */
  readonly readOnly: boolean;
  /** JSON QueryRequest in, JSON result out. `gasLimit` and `gasUsed` are wasm gas. */
  query(request: Uint8Array, gasLimit: number): { readonly answer: Uint8Array; readonly gasUsed: number };
  /** Absent where contracts' debug texts must not be seen: then their bytes are not even read. */
  debug?(text: Uint8Array): void;
}

export interface CallResult {
  readonly outcome: "returned" | "aborted";
  /** The bytes that the entry point returned. */
  readonly data?: Uint8Array;
  readonly abort?: AbortCode;
  /** Wasm gas, at most the limit. Work done by others for this call (`externalGas`) is not in it. */
  readonly gasUsed: number;
  /** Wasm gas that the backend reported for queries; whoever ran them has charged it. */
  readonly externalGas: number;
}

/** What imports know of the running call. Lives in `Instance.context`. */
export interface CallContext {
  readonly backend: Backend;
  readonly gasLimit: number;
  externalGas: number;
  /** Sum of the per-byte charges of db_write. */
  writeGas: number;
  /** What is left of the work that costs nothing. */
  freeWork: number;
}
