// SPDX-License-Identifier: Apache-2.0
import { checkModule, WasmRejected } from "@sotto/check";
import { generate } from "./generate.mjs";
import { Random } from "./random.mjs";

/**
 * Verdicts that may differ from V8's: it supports later proposals, and it checks segments when it
 * instantiates, not when it validates.
 */
const OURS_ALONE = new Set(["unsupported", "float", "start", "limit", "memory", "import"]);
const OURS_ALONE_TEXTS = new Set([
  // Later proposals read a table or memory index where WebAssembly 1.0 has a zero byte.
  "zero byte expected",
  "elements outside the table",
  "data outside the memory",
  // Of br_table in dead code 1.0 asks equal label types, later versions only equal counts.
  "br_table labels of different types",
  // Extended constant expressions and references to globals of the same module came later.
  "constant expression required",
  "constant expression of more than one constant",
  "constant refers to a global that is not imported",
]);

/**
 * A generated module with up to four bytes changed, inserted or removed.
 * @param {number} seed
 * @returns {Uint8Array}
 */
export function mutant(seed) {
  const random = new Random(seed ^ 0x3a7a97);
  const bytes = [...generate(seed).bytes];
  for (let i = random.between(1, 4); i > 0; i--) {
    const at = 8 + random.below(bytes.length - 8);
    const byte = random.chance(50) ? random.below(256) : (bytes[8 + random.below(bytes.length - 8)] ?? 0);
    bytes.splice(at, random.chance(80) ? 1 : 0, ...(random.chance(80) ? [byte] : []));
  }
  return Uint8Array.from(bytes);
}

/**
 * The validator's verdict over a mutant. Throws when it crashes, accepts what V8 refuses, or
 * refuses what V8 accepts for another reason than its own narrower rules.
 * @param {number} seed @returns {string} "accepted" or the code of the refusal
 */
export function judgeMutant(seed) {
  const bytes = mutant(seed);
  const native = WebAssembly.validate(bytes);
  try {
    checkModule(bytes);
  } catch (thrown) {
    if (!(thrown instanceof WasmRejected)) throw new Error(`seed ${seed}: the validator crashed`, { cause: thrown });
    if (native && !OURS_ALONE.has(thrown.code) && !OURS_ALONE_TEXTS.has(thrown.message)) {
      throw new Error(`seed ${seed}: V8 accepts what the validator refuses as ${thrown.code}: ${thrown.message}`);
    }
    return thrown.code;
  }
  if (!native) throw new Error(`seed ${seed}: the validator accepts what V8 refuses`);
  return "accepted";
}
