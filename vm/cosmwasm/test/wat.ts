// SPDX-License-Identifier: Apache-2.0
import { I64, IMPORTS, type ValueType } from "@sotto/check";
import type { Contract } from "../src/index.ts";
import { loadWat } from "./support.ts";

const type = (value: ValueType): string => (value === I64 ? "i64" : "i32");

/** Import declarations with the types of the checker. */
const importLines = (names: readonly string[]): string =>
  names
    .map((name) => {
      const rule = IMPORTS.get(name);
      const params = (rule?.params ?? []).map((value) => `(param ${type(value)})`).join(" ");
      const results = (rule?.results ?? []).map((value) => `(result ${type(value)})`).join(" ");
      return `(import "env" "${name}" (func $${name} ${params} ${results}))`;
    })
    .join("\n");

/**
 * A v1 contract made of `body`, which is the code of `execute` and leaves a region pointer. `$env`,
 * `$info`, `$msg` are the arguments. `allocate` is a bump allocator that also logs the sizes asked
 * for at address 1024, count at 1020. Region constants: 64 = "key", 80 = "value of 16 byte", 96 =
 * empty region of 64 bytes capacity.
 */
export function watContract(imports: readonly string[], body: string, extra = ""): Contract {
  return loadWat(`(module
    ${importLines(imports)}
    (memory (export "memory") 2)
    (global $free (mut i32) (i32.const 65536))
    (data (i32.const 64) "\\00\\08\\00\\00\\03\\00\\00\\00\\03\\00\\00\\00")
    (data (i32.const 80) "\\10\\08\\00\\00\\10\\00\\00\\00\\10\\00\\00\\00")
    (data (i32.const 96) "\\00\\09\\00\\00\\40\\00\\00\\00\\00\\00\\00\\00")
    (data (i32.const 2048) "key")
    (data (i32.const 2064) "value of 16 byte")
    (func $allocate (export "allocate") (param $n i32) (result i32) (local $at i32)
      (i32.store (i32.add (i32.const 1024) (i32.mul (i32.const 4) (i32.load (i32.const 1020)))) (local.get $n))
      (i32.store (i32.const 1020) (i32.add (i32.const 1) (i32.load (i32.const 1020))))
      (local.set $at (global.get $free))
      (global.set $free (i32.add (global.get $free) (i32.add (i32.const 12) (local.get $n))))
      (i32.store (local.get $at) (i32.add (local.get $at) (i32.const 12)))
      (i32.store offset=4 (local.get $at) (local.get $n))
      (local.get $at))
    (func (export "deallocate") (param i32))
    (func (export "interface_version_8"))
    (func $body (export "execute") (param $env i32) (param $info i32) (param $msg i32) (result i32) ${body})
    (func (export "instantiate") (param $env i32) (param $info i32) (param $msg i32) (result i32)
      (call $body (local.get $env) (local.get $info) (local.get $msg)))
    (func (export "migrate") (param $env i32) (param $msg i32) (result i32)
      (call $body (local.get $env) (i32.const 0) (local.get $msg)))
    (func (export "query") (param $env i32) (param $msg i32) (result i32)
      (call $body (local.get $env) (i32.const 0) (local.get $msg)))
    (func (export "reply") (param $env i32) (param $msg i32) (result i32)
      (call $body (local.get $env) (i32.const 0) (local.get $msg)))
    ${extra})`);
}

/** Pushes a region with the i32 of `code`, 4 bytes little-endian, at address 3000. */
export const answerI32 = (code: string): string =>
  `(i32.store (i32.const 3012) ${code})
   (i32.store (i32.const 3000) (i32.const 3012)) (i32.store (i32.const 3004) (i32.const 4))
   (i32.store (i32.const 3008) (i32.const 4)) (i32.const 3000)`;

/** The same for an i64. */
export const answerI64 = (code: string): string =>
  `(i64.store (i32.const 3012) ${code})
   (i32.store (i32.const 3000) (i32.const 3012)) (i32.store (i32.const 3004) (i32.const 8))
   (i32.store (i32.const 3008) (i32.const 8)) (i32.const 3000)`;
