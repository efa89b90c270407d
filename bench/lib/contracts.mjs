// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";

/**
 * A contract of this repository, as stored on a chain.
 * @param {string} path below the repository's root
 */
export const wasmOf = (path) => new Uint8Array(readFileSync(new URL(`../../${path}`, import.meta.url)));

/** Calls an entry point of a bare WebAssembly instance of a CosmWasm 1 contract, as a host does. */
export class RawContract {
  #exports;

  /** @param {Uint8Array} wasm of a contract that imports nothing */
  constructor(wasm) {
    this.#exports = new WebAssembly.Instance(new WebAssembly.Module(wasm), {}).exports;
  }

  /** @param {string} entry @param {Uint8Array[]} texts */
  call(entry, ...texts) {
    const exports = this.#exports;
    const regions = texts.map((text) => {
      const at = exports.allocate(text.length);
      const view = new DataView(exports.memory.buffer);
      new Uint8Array(exports.memory.buffer).set(text, view.getUint32(at, true));
      view.setUint32(at + 8, text.length, true);
      return at;
    });
    const answer = exports[entry](...regions);
    const view = new DataView(exports.memory.buffer);
    const from = view.getUint32(answer, true);
    const bytes = new Uint8Array(exports.memory.buffer).slice(from, from + view.getUint32(answer + 8, true));
    exports.deallocate(answer);
    return bytes;
  }
}
