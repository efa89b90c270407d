// SPDX-License-Identifier: Apache-2.0
/**
 * A contract with one more export, as a developer writes it to require bound messages, made without
 * a compiler.
 */

const HEADER = 8;
const EXPORTS = 7;
const FUNCTION = 0;
const NAME = "bound_messages_only";
const MARKERS = ["interface_version_8", "cosmwasm_vm_version_3"];

/** LEB128 of an unsigned number. */
function leb(value: number): number[] {
  const out: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...out, rest];
    out.push((rest & 0x7f) | 0x80);
  }
}

class Cursor {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  leb(): number {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++] as number;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  name(): string {
    const length = this.leb();
    this.at += length;
    return String.fromCharCode(...this.bytes.subarray(this.at - length, this.at));
  }
}

/**
 * Exports the function of the contract's own marker, without parameters and results, under this
 * name as well.
 */
export function boundOnly(wasm: Uint8Array): Uint8Array {
  const sections = new Cursor(wasm, HEADER);
  while (sections.at < wasm.length) {
    const start = sections.at;
    const id = wasm[sections.at++];
    const size = sections.leb();
    const from = sections.at;
    sections.at += size;
    if (id !== EXPORTS) continue;
    const list = new Cursor(wasm, from);
    const count = list.leb();
    const first = list.at;
    const index = markerIndex(list, count);
    const entry = [NAME.length, ...Buffer.from(NAME), FUNCTION, ...leb(index)];
    const body = [...leb(count + 1), ...wasm.subarray(first, sections.at), ...entry];
    const section = [EXPORTS, ...leb(body.length), ...body];
    return Uint8Array.from([...wasm.subarray(0, start), ...section, ...wasm.subarray(sections.at)]);
  }
  throw new Error("the contract has no exports");
}

function markerIndex(list: Cursor, count: number): number {
  for (let i = 0; i < count; i++) {
    const name = list.name();
    list.at++;
    const index = list.leb();
    if (MARKERS.includes(name)) return index;
  }
  throw new Error("the contract has no marker");
}
