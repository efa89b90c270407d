// SPDX-License-Identifier: Apache-2.0
import { OP } from "@sotto/check";
import { EnvironmentFault } from "@sotto/errors";
import { ByteSink } from "./byteSink.ts";
import type { TrapKind } from "./types.ts";
import { Instance, Module, RuntimeError, type WasmFunction } from "./webAssembly.ts";

/**
 * `indirectCall` is an empty element or one of another type: V8 has one text for both, the engine
 * distinguishes them.
 */
export type NativeTrap =
  | Exclude<TrapKind, "outOfGas" | "stackOverflow" | "uninitializedElement" | "indirectCallTypeMismatch">
  | "indirectCall";

const I32 = 0x7f;
const I32_LOAD = 0x28;
const DIV_S = 0x6d;
const REM_S = 0x6f;
const FUNCREF = 0x70;
const EMPTY_SIGNATURE = 0;
const LARGE = 0x7fffffff;

const i32 = (value: number) => (out: ByteSink) => {
  out.byte(OP.i32Const);
  out.signed(value);
};
const raw =
  (...bytes: number[]) =>
  (out: ByteSink) =>
    out.put(...bytes);

/**
 * One function per way to trap. The table has an empty element 0 and a function of another type at
 * 1.
 */
const PROBES: readonly (readonly [NativeTrap, ...((out: ByteSink) => void)[]])[] = [
  ["unreachable", raw(OP.unreachable)],
  ["memoryOutOfBounds", i32(LARGE), raw(I32_LOAD, 0, 0, OP.drop)],
  ["divideByZero", i32(1), i32(0), raw(DIV_S, OP.drop)],
  ["divideByZero", i32(1), i32(0), raw(REM_S, OP.drop)],
  ["integerOverflow", i32(-0x80000000), i32(-1), raw(DIV_S, OP.drop)],
  ["tableOutOfBounds", i32(LARGE), raw(OP.callIndirect, EMPTY_SIGNATURE, 0)],
  ["indirectCall", i32(0), raw(OP.callIndirect, EMPTY_SIGNATURE, 0)],
  ["indirectCall", i32(1), raw(OP.callIndirect, EMPTY_SIGNATURE, 0)],
];

function probeModule(): Uint8Array {
  const out = new ByteSink(512);
  const odd = PROBES.length;
  out.put(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
  out.section(1, () => out.put(2, 0x60, 0, 0, 0x60, 1, I32, 0));
  out.section(3, () => out.put(odd + 1, ...PROBES.map(() => EMPTY_SIGNATURE), 1));
  out.section(4, () => out.put(1, FUNCREF, 0, 2));
  out.section(5, () => out.put(1, 1, 1, 1));
  out.section(7, () => {
    out.unsigned(odd);
    for (const i of PROBES.keys()) {
      out.name(String(i));
      out.put(0, i);
    }
  });
  out.section(9, () => out.put(1, 0, OP.i32Const, 1, OP.end, 1, odd));
  out.section(10, () => {
    out.unsigned(odd + 1);
    for (const [, ...instructions] of [...PROBES, ["unreachable"] as const]) {
      const start = out.open();
      out.byte(0);
      for (const write of instructions) write(out);
      out.byte(OP.end);
      out.close(start);
    }
  });
  return out.taken();
}

/**
 * Texts of the running V8 for each kind of trap. They differ between versions, so they are not
 * known in advance: a small module traps in every way, once per engine.
 */
export function learnTraps(): ReadonlyMap<string, NativeTrap> {
  const { exports } = new Instance(new Module(probeModule()), {});
  const kinds = new Map<string, NativeTrap>();
  for (const [i, [kind]] of PROBES.entries()) {
    const text = textOfTrap(exports[String(i)] as WasmFunction);
    if ((kinds.get(text) ?? kind) !== kind)
      throw new EnvironmentFault("this engine does not tell kinds of traps apart");
    kinds.set(text, kind);
  }
  return kinds;
}

function textOfTrap(probe: WasmFunction): string {
  try {
    probe();
  } catch (thrown) {
    if (thrown instanceof RuntimeError) return thrown.message;
  }
  throw new EnvironmentFault("this engine does not trap as WebAssembly demands");
}
