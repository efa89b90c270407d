// SPDX-License-Identifier: Apache-2.0
import { TABLE_BYTES } from "./aes.ts";
import { assemble } from "./assembler.ts";
import { type ShaExports, shaFunctions } from "./shaCode.ts";
import { type SivExports, sivFunctions } from "./sivCode.ts";

interface CipherExports extends SivExports, ShaExports {
  readonly memory: { readonly buffer: ArrayBuffer };
}

// As much of the WebAssembly interface as is used: TypeScript has it only in the DOM library.
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

export function moduleBytes(): Uint8Array {
  const siv = sivFunctions();
  return assemble([...siv, ...shaFunctions(siv.length)], TABLE_BYTES);
}

function load(): CipherExports | undefined {
  const { WebAssembly: api } = globalThis as unknown as { readonly WebAssembly?: WebAssemblyApi };
  if (api === undefined) return undefined;
  try {
    // The types of the exports stand beside the functions that write them.
    return new api.Instance(new api.Module(moduleBytes())).exports as CipherExports;
  } catch {
    // An engine without vectors, or a page that forbids WebAssembly: the platform's ciphers do all
    // of it.
    return undefined;
  }
}

/**
 * The functions of the cipher module; undefined where WebAssembly or its vector instructions are
 * not available. Not re-entrant. Cost: 20 ms, once in each thread. A constant, as its memory is,
 * because the engine reads a variable again at every access.
 */
export const cipherModule = load();
export const memory = new Uint8Array(cipherModule?.memory.buffer ?? new ArrayBuffer(0));

/** Up to this many bytes a loop beats the engine's copy. */
const LOOP = 48;

/** Writes into the memory. */
export function put(bytes: Uint8Array, at: number): void {
  if (bytes.length > LOOP) memory.set(bytes, at);
  else for (let i = 0; i < bytes.length; i++) memory[at + i] = bytes[i] as number;
}

/** Reads out of the memory. */
export function take(out: Uint8Array, at: number, from: number, length: number): void {
  if (length > LOOP) out.set(memory.subarray(from, from + length), at);
  else for (let i = 0; i < length; i++) out[at + i] = memory[from + i] as number;
}
