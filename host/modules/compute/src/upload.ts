// SPDX-License-Identifier: Apache-2.0
import { checkContract, WasmRejected } from "@sotto/check";
import { ComputeError } from "./errors.ts";
import { gunzip } from "./gunzip.ts";

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08;

/** Most bytes of a submitted code, packed or not (x/compute types/validation.go MaxWasmSize). */
export const MAX_SUBMITTED = 2 * 1024 * 1024;

/**
 * Unpacks gzip. Throws compute/15 for broken gzip. Compat: bytes beyond MAX_SUBMITTED are cut off
 * without an error (x/compute keeper/ioutil.go), so the verdict is on the first part of the code.
 */
export function unpack(submitted: Uint8Array): Uint8Array {
  if (!isGzip(submitted)) return submitted;
  const out = gunzip(submitted, MAX_SUBMITTED);
  if (out === undefined) throw ComputeError.createFailed("the code is not valid gzip");
  return out;
}

/**
 * The text before the verdict in the reference (cosmwasm/packages/sgx-vm errors, go-cosmwasm
 * error/rust.rs).
 */
const STATIC_FAULT = "Execution error: Error during static Wasm validation";

/** Checks a code, the same on every node, before the enclave gets it. Throws compute/15. */
export function checkCode(code: Uint8Array): void {
  try {
    checkContract(code);
  } catch (thrown) {
    if (thrown instanceof WasmRejected) throw ComputeError.createFailed(`${STATIC_FAULT}: ${thrown.message}`, thrown);
    throw thrown;
  }
}
