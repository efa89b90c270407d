// SPDX-License-Identifier: Apache-2.0
/** The built contracts of this repository. */
import { readFileSync } from "node:fs";
import { toHex } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";

const wasmOf = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../contracts/built/${name}.wasm`, import.meta.url)));
export const wasm = {
  token: wasmOf("private-token"),
  v1: wasmOf("probe-v1"),
  v010: wasmOf("probe-v010"),
  hostileToken: wasmOf("hostile-token"),
} as const;
export const hashOf = (code: Uint8Array): string => toHex(sha256(code));
