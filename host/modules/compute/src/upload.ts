import { gunzipSync } from "fflate";
import { checkContract, WasmRejected } from "@sotto/check";
import { ComputeError } from "./errors.ts";

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08;

/** Most bytes of a submitted code, packed or not (x/compute types/validation.go MaxWasmSize). */
export const MAX_SUBMITTED = 2 * 1024 * 1024;

/**
 * Unpacks gzip within a limit: the output buffer is `limit + 1` bytes, so a bomb cannot take more.
 * Throws compute/15 for broken gzip and compute/31 for more than `limit` bytes.
 */
export function unpack(submitted: Uint8Array, limit: number): Uint8Array {
  if (!isGzip(submitted)) return submitted;
  let out: Uint8Array;
  try {
    out = gunzipSync(submitted, { out: new Uint8Array(limit + 1) });
  } catch (thrown) {
    throw ComputeError.createFailed("the code is not valid gzip", thrown);
  }
  if (out.length > limit) throw ComputeError.maxContractSize();
  return out;
}

/** The verdict that every node gives over a code, before any enclave sees it. Throws compute/15. */
export function checkCode(code: Uint8Array): void {
  try {
    checkContract(code);
  } catch (thrown) {
    if (thrown instanceof WasmRejected) throw ComputeError.createFailed(thrown.message, thrown);
    throw thrown;
  }
}
