// SPDX-License-Identifier: Apache-2.0
/** A failed call; its text stands in the error's `data`. */
export class RpcError extends Error {
  override readonly name = "RpcError";
}
