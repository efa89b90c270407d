// SPDX-License-Identifier: Apache-2.0
/**
 * Hand-written contracts, as no compiler would make them, but a hostile author could.
 */
import wabt from "wabt";

const { parseWat } = await wabt();
export const wat = (text: string): Uint8Array => parseWat("attacker.wat", text).toBinary({}).buffer;

const TYPES: Readonly<Record<string, string>> = {
  db_read: "(param i32) (result i32)",
  db_write: "(param i32 i32)",
  db_remove: "(param i32)",
  query_chain: "(param i32) (result i32)",
  debug: "(param i32)",
  ed25519_verify: "(param i32 i32 i32) (result i32)",
  ed25519_batch_verify: "(param i32 i32 i32) (result i32)",
  ed25519_sign: "(param i32 i32) (result i64)",
  addr_validate: "(param i32) (result i32)",
  secp256k1_sign: "(param i32 i32) (result i64)",
};

const bytes = (...list: readonly number[]): string =>
  list.map((n) => `\\${(n & 255).toString(16).padStart(2, "0")}`).join("");
const word = (n: number): number[] => [n, n >>> 8, n >>> 16, n >>> 24];
/** A Region at `at`. */
export const region = (at: number, offset: number, length: number, capacity = length): string =>
  `(data (i32.const ${at}) "${bytes(...word(offset), ...word(capacity), ...word(length))}")`;
export const data = (at: number, text: string): string => `(data (i32.const ${at}) "${text.replaceAll('"', "\\22")}")`;

export const EMPTY_RESPONSE = '{"ok":{"messages":[],"attributes":[],"events":[],"data":""}}';
/** Region of the response, and the region of `allocate` for data of the host. */
export const ANSWER = 16;
const HEAP = 131_072;

export interface Attacker {
  readonly imports?: readonly string[];
  /** Data segments, and functions beside the entry points. Bytes up to 1024 are taken. */
  readonly more?: string;
  /** Bodies of entry points; each leaves a region pointer. */
  readonly instantiate?: string;
  readonly execute?: string;
  readonly reply?: string;
  readonly query?: string;
  readonly pages?: number;
}

const DONE = `i32.const ${ANSWER}`;

/**
 * A v1 contract. `allocate` gives the same place each time, for any length: it costs almost no gas.
 */
export function attacker({ imports = [], more = "", pages = 190, ...bodies }: Attacker): Uint8Array {
  const { instantiate = DONE, execute = DONE, reply = DONE, query = DONE } = bodies;
  const imported = imports.map((name) => `(import "env" "${name}" (func $${name} ${TYPES[name]}))`).join("\n");
  return wat(`(module ${imported} (memory (export "memory") ${pages})
    ${region(ANSWER, 128, EMPTY_RESPONSE.length)} ${data(128, EMPTY_RESPONSE)} ${more}
    (func (export "interface_version_8"))
    (func (export "allocate") (param i32) (result i32)
      i32.const 64 i32.const ${HEAP} i32.store i32.const 68 local.get 0 i32.store i32.const 64)
    (func (export "deallocate") (param i32))
    (func (export "instantiate") (param i32 i32 i32) (result i32) (local $i i32) ${instantiate})
    (func (export "execute") (param i32 i32 i32) (result i32) (local $i i32) ${execute})
    (func (export "reply") (param i32 i32) (result i32) (local $i i32) ${reply})
    (func (export "query") (param i32 i32) (result i32) (local $i i32) ${query}))`);
}

/** `body`, for ever. */
export const forever = (body: string): string => `(loop $l ${body} br $l) unreachable`;
