// SPDX-License-Identifier: Apache-2.0
import type { WriteCtx } from "./ctx.ts";

/**
 * Takes the position of the transaction's message for the enclave. False when the message has no
 * position, or when it is taken: a message inside of another one has the same position. Hazard: the
 * enclave refuses a position that it has seen, and then the node stops.
 */
export function takePosition({ tx }: WriteCtx): boolean {
  if (tx === undefined) return false;
  const mark = `taken ${tx.messageIndex}`;
  if (tx.marks.has(mark)) return false;
  tx.marks.add(mark);
  return true;
}
