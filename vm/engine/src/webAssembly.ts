// SPDX-License-Identifier: Apache-2.0
// The part of the WebAssembly JavaScript interface that the engine uses. @types/node declares none
// of it, and TypeScript has it only in the DOM library.

export type WasmFunction = (...args: (number | bigint)[]) => number | bigint | undefined;

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

export interface WasmGlobal<T> {
  value: T;
}

export interface WasmModule {
  readonly [wasmModule]: true;
}
declare const wasmModule: unique symbol;

export type WasmImports = Readonly<Record<string, Readonly<Record<string, WasmFunction | WasmMemory>>>>;

interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: WasmImports,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly Memory: new (limits: { initial: number; maximum: number }) => WasmMemory;
  readonly RuntimeError: new () => Error;
  validate(bytes: Uint8Array): boolean;
}

// A cast because the name has no declared type (above).
export const { Module, Instance, Memory, RuntimeError, validate } = (
  globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }
).WebAssembly;
