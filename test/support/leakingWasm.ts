// SPDX-License-Identifier: Apache-2.0
/**
 * A built contract with a planted leak: its `execute` works for each digit 9 of the message, after
 * the contract has evened its gas. So a product's tests of leaks are tried on the product itself,
 * without a second build.
 */
import { concat } from "@sotto/bytes";

const IMPORTS = 2;
const FUNCTIONS = 3;
const EXPORTS = 7;
const CODE = 10;

/** Turns of an empty loop for each digit, hundreds of gas. */
const TURNS = 4_096;

function leb(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Uint8Array.of(...bytes, rest);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

class Reader {
  at = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  number(): number {
    let [value, shift, byte] = [0, 0, 0x80];
    for (; byte >= 0x80; shift += 7) {
      byte = this.bytes[this.at++] ?? 0;
      value |= (byte & 0x7f) << shift;
    }
    return value >>> 0;
  }

  take(size: number): Uint8Array {
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }

  rest(): Uint8Array {
    return this.bytes.subarray(this.at);
  }
}

/** Only functions are imported by contracts. */
function importedFunctions(section: Uint8Array): number {
  return new Reader(section).number();
}

/** A section with one more entry at its end. */
function appended(section: Uint8Array, entry: Uint8Array): Uint8Array {
  const reader = new Reader(section);
  const count = reader.number();
  return concat(leb(count + 1), reader.rest(), entry);
}

/** The exports with `execute` for another function, and the function that it was for. */
function exportsOf(section: Uint8Array, to: number): { readonly section: Uint8Array; readonly from: number } {
  const reader = new Reader(section);
  const count = reader.number();
  const parts = [leb(count)];
  let from = -1;
  for (let i = 0; i < count; i++) {
    const start = reader.at;
    const name = new TextDecoder().decode(reader.take(reader.number()));
    const kind = reader.take(1);
    const nameBytes = section.subarray(start, reader.at - kind.length);
    const index = reader.number();
    if (name === "execute") from = index;
    parts.push(nameBytes, kind, leb(name === "execute" ? to : index));
  }
  return { section: concat(...parts), from };
}

/** Locals: 0 to 2 the parameters, 3 place in the message, 4 its end, 5 the answer, 6 turns. */
function body(execute: number): Uint8Array {
  const code = concat(
    Uint8Array.of(1, 4, 0x7f),
    // The region of the message: offset, capacity, length.
    Uint8Array.of(0x20, 2, 0x28, 2, 0, 0x22, 3, 0x20, 2, 0x28, 2, 8, 0x6a, 0x21, 4),
    // While the place is before the end: add whether its byte is 9, go on.
    Uint8Array.of(0x03, 0x40, 0x20, 3, 0x20, 4, 0x49, 0x04, 0x40),
    Uint8Array.of(0x20, 3, 0x2d, 0, 0, 0x41, 0x39, 0x46, 0x20, 6, 0x6a, 0x21, 6),
    Uint8Array.of(0x20, 3, 0x41, 1, 0x6a, 0x21, 3, 0x0c, 1, 0x0b, 0x0b),
    Uint8Array.of(0x20, 0, 0x20, 1, 0x20, 2, 0x10),
    leb(execute),
    Uint8Array.of(0x21, 5),
    // turns = turns * TURNS; while turns: turns - 1. The constant is a signed number of two bytes.
    Uint8Array.of(0x20, 6, 0x41, 0x80 | (TURNS & 0x7f), TURNS >> 7, 0x6c, 0x21, 6),
    Uint8Array.of(0x03, 0x40, 0x20, 6, 0x04, 0x40, 0x20, 6, 0x41, 1, 0x6b, 0x21, 6, 0x0c, 1, 0x0b, 0x0b),
    Uint8Array.of(0x20, 5, 0x0b),
  );
  return concat(leb(code.length), code);
}

/** The contract with the leak. Throws RangeError for wasm without `execute`. */
export function leaking(wasm: Uint8Array): Uint8Array {
  const reader = new Reader(wasm);
  const header = reader.take(8);
  const sections = new Map<number, Uint8Array>();
  const order: number[] = [];
  while (reader.at < wasm.length) {
    const id = reader.take(1)[0] ?? 0;
    const content = reader.take(reader.number());
    // Names and the like.
    if (id === 0) continue;
    order.push(id);
    sections.set(id, content);
  }
  const section = (id: number): Uint8Array => sections.get(id) ?? new Uint8Array(1);
  const imported = importedFunctions(section(IMPORTS));
  const types = new Reader(section(FUNCTIONS));
  const declared = Array.from({ length: types.number() }, () => types.number());
  const { section: exported, from } = exportsOf(section(EXPORTS), imported + declared.length);
  const type = declared[from - imported];
  if (type === undefined) throw new RangeError("the wasm exports no function execute of its own");
  sections.set(EXPORTS, exported);
  sections.set(FUNCTIONS, appended(section(FUNCTIONS), leb(type)));
  sections.set(CODE, appended(section(CODE), body(from)));
  const encoded = order.map((id) => concat(Uint8Array.of(id), leb(section(id).length), section(id)));
  return concat(header, ...encoded);
}
