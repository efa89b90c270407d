// SPDX-License-Identifier: Apache-2.0
/**
 * Why a module is refused. A closed list: callers map it to the texts that clients know.
 * `notWasm` no magic or version 1; `malformed` breaks the binary grammar; `invalid` breaks a
 * validation rule; `unsupported` a feature beyond WebAssembly 1.0 and sign-extension; `float` any
 * float anywhere; `start` a start function; `memory` count, size or maximum of memories; `import`,
 * `export`, `feature` the contract ABI; `limit` a limit of the chain.
 */
export type RejectCode =
  | "notWasm"
  | "malformed"
  | "invalid"
  | "unsupported"
  | "float"
  | "start"
  | "memory"
  | "import"
  | "export"
  | "feature"
  | "limit";

/**
 * The verdict over bytes that are not an acceptable module. Equal bytes give equal code and text,
 * on every node.
 */
export class WasmRejected extends Error {
  override readonly name = "WasmRejected";
  readonly code: RejectCode;
  /** Byte offset of the decoder, where it is known. */
  readonly offset: number | undefined;

  constructor(code: RejectCode, text: string, offset?: number) {
    super(text);
    this.code = code;
    this.offset = offset;
  }
}
