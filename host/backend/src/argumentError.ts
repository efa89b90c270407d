// SPDX-License-Identifier: Apache-2.0
/** A failure to read arguments; its text goes into the answer. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
}
