// SPDX-License-Identifier: Apache-2.0
// The metered form of a module as a complete module: memory and data inside, the contract's own
// names outside. So another engine executes the same metering as Sotto's, instruction for
// instruction.
import { rewriteModule } from "../../vm/engine/dist/rewriteModule.js";
import { memoryRule, SLACK_PAGES } from "../../vm/engine/dist/rules.js";

const MEMORY = 5;
const EXPORTS = 7;
const CODE = 10;
const DATA = 11;
const IMPORTS = 2;

/** @param {number} value */
function leb(value) {
  const out = [];
  let rest = value;
  do {
    const byte = rest % 128;
    rest = Math.floor(rest / 128);
    out.push(rest > 0 ? byte + 128 : byte);
  } while (rest > 0);
  return out;
}

/** @param {string} text */
const name = (text) => [...leb(Buffer.byteLength(text)), ...Buffer.from(text)];

/**
 * @param {Uint8Array} wasm
 * @returns {Map<number, Uint8Array>} contents by section, custom ones left out
 */
function sections(wasm) {
  const out = new Map();
  for (let at = 8; at < wasm.length; ) {
    const id = wasm[at++];
    let size = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = wasm[at++];
      size += (byte & 127) * shift;
      if (byte < 128) break;
    }
    if (id !== 0) out.set(id, wasm.subarray(at, at + size));
    at += size;
  }
  return out;
}

/**
 * wasm3 0.4.7 cannot compile `memory.size` above a sum, but it can compile the reversed comparison.
 * Changes the helper that grows memory, the last function: pages + requested > memory.size becomes
 * memory.size < pages + requested.
 * @param {Uint8Array} code
 */
function speakToWasm3(code) {
  const bytes = Buffer.from(code);
  const at = bytes.lastIndexOf(Buffer.from([0x6a, 0x3f, 0x00, 0x4b]));
  const sum = bytes.lastIndexOf(Buffer.from([0x20, 0x00, 0x23]), at);
  if (at < 0 || sum < 0 || at - sum > 8) throw new Error("the helper that grows memory has another form");
  return Buffer.concat([
    bytes.subarray(0, sum),
    Buffer.from([0x3f, 0x00]),
    bytes.subarray(sum, at),
    Buffer.from([0x6a, 0x49]),
    bytes.subarray(at + 4),
  ]);
}

/**
 * The module exports what the original does, and `reset(low, high)`, which sets the gas.
 * @param {import("@sotto/check").CheckedModule} checked
 */
export function wholeMetered(checked) {
  const rule = memoryRule(checked.memory, SLACK_PAGES);
  const rewritten = rewriteModule(checked, rule);
  const parts = sections(rewritten);
  const reset = WebAssembly.Module.exports(new WebAssembly.Module(rewritten)).some((entry) => entry.name === "reset");
  if (!reset) throw new Error("the rewriter no longer exports reset");
  parts.set(IMPORTS, [
    ...leb(checked.imports.length),
    ...checked.imports.flatMap((entry) => [...name("env"), ...name(entry.name), 0, ...leb(entry.type)]),
  ]);
  parts.set(MEMORY, [1, 0, ...leb(rule.physicalPages)]);
  const functions = checked.exports.filter((entry) => entry.kind === "function");
  // The helpers follow the contract's functions: use, reset, ... (vm/engine/src/plan.ts).
  const resetIndex = checked.imports.length + checked.functions.length + 1;
  parts.set(EXPORTS, [
    ...leb(functions.length + 2),
    ...functions.flatMap((entry) => [...name(entry.name), 0, ...leb(entry.index)]),
    ...[...name("reset"), 0, ...leb(resetIndex)],
    ...[...name("memory"), 2, 0],
  ]);
  const data = sections(checked.bytes).get(DATA);
  if (data !== undefined) parts.set(DATA, data);
  parts.set(CODE, speakToWasm3(parts.get(CODE)));
  const order = [...parts.keys()].sort((a, b) => a - b);
  return Uint8Array.from([
    ...rewritten.subarray(0, 8),
    ...order.flatMap((id) => [id, ...leb(parts.get(id).length), ...parts.get(id)]),
  ]);
}
