// SPDX-License-Identifier: Apache-2.0
import { copyBytes } from "@sotto/bytes";
import { type Instance, Trap } from "@sotto/engine";
import { Abort } from "./abort.ts";

// A Region is 12 bytes, little-endian: offset, capacity, length (spec/contract-interface.md 5).
// Every byte that passes between a contract and the host goes through the functions of this file.

/** Most bytes of one region: all of a contract's memory, 192 pages. Source: spec/engine.md 4. */
export const MAX_REGION = 192 * 65_536;

const SIZE = 12;

const u32 = (memory: Uint8Array, at: number): number =>
  ((memory[at] as number) |
    ((memory[at + 1] as number) << 8) |
    ((memory[at + 2] as number) << 16) |
    ((memory[at + 3] as number) << 24)) >>>
  0;

/** Copies a region's bytes out. `limit` refuses longer ones. */
export function readRegion(instance: Instance, pointer: number, limit = MAX_REGION): Uint8Array {
  const memory = instance.memory();
  const at = pointer >>> 0;
  if (at === 0 || at + SIZE > memory.length) throw new Abort("memoryRead");
  const offset = u32(memory, at);
  const length = u32(memory, at + 8);
  if (offset === 0 || length > limit || offset + length > memory.length) throw new Abort("memoryRead");
  return copyBytes(memory, offset, offset + length);
}

/** Fills a region of the contract, and sets its length. */
export function writeRegion(instance: Instance, pointer: number, bytes: Uint8Array): void {
  const memory = instance.memory();
  const at = pointer >>> 0;
  // Compat: a region that cannot take the bytes is a read error (contract-engine wasm3
  // write_to_allocated_memory).
  if (at === 0 || at + SIZE > memory.length) throw new Abort("memoryRead");
  const offset = u32(memory, at);
  const capacity = u32(memory, at + 4);
  if (offset === 0 || capacity < bytes.length || offset + bytes.length > memory.length) throw new Abort("memoryRead");
  memory.set(bytes, offset);
  memory[at + 8] = bytes.length;
  memory[at + 9] = bytes.length >>> 8;
  memory[at + 10] = bytes.length >>> 16;
  memory[at + 11] = bytes.length >>> 24;
}

/**
 * Has the contract allocate a region and fills it. Hazard: runs wasm, so views of the memory taken
 * before are stale.
 */
export function passBytes(instance: Instance, bytes: Uint8Array): number {
  const pointer = allocate(instance, bytes.length);
  writeRegion(instance, pointer, bytes);
  return pointer;
}

function allocate(instance: Instance, length: number): number {
  try {
    // The checker has verified the type of `allocate`: (i32) -> i32.
    return instance.call("allocate", length) as number;
  } catch (thrown) {
    if (thrown instanceof Trap && thrown.kind !== "outOfGas") throw new Abort("memoryAllocation");
    throw thrown;
  }
}

/**
 * Most items of a batch: more signatures than the gas of any call pays for. Each is an object of a
 * hundred bytes.
 */
const MAX_SECTIONS = 150_000;

/**
 * Splits the "sections" of a batch: for each item `bytes || BE4(length)`, one after the other.
 * Source: spec/contract-interface.md 5. Compat: up to three remaining bytes at the front are
 * ignored (contract-engine wasm3 decode_sections).
 */
export function splitSections(bytes: Uint8Array): readonly Uint8Array[] {
  const out: Uint8Array[] = [];
  let end = bytes.length;
  while (end >= 4) {
    const length = new DataView(bytes.buffer, bytes.byteOffset + end - 4, 4).getUint32(0, false);
    if (length > end - 4) throw new Abort("memoryRead");
    if (out.length === MAX_SECTIONS) throw new Abort("memoryRead");
    out.push(bytes.subarray(end - 4 - length, end - 4));
    end -= 4 + length;
  }
  return out.reverse();
}
