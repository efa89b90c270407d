// SPDX-License-Identifier: Apache-2.0
// Rows of no contract in the store of contracts, spread like hashes, as encrypted rows are.
import { createCipheriv } from "node:crypto";

const AT_ONCE = 50_000;
const VALUE_BYTES = 150;

/**
 * A key of 52 bytes that is spread like a hash; no contract has its first byte. @param {number} i
 */
function fillKey(i) {
  const out = new Uint8Array(52);
  out[0] = 0xff;
  let x = Math.imul(i + 1, 0x9e3779b1);
  for (let at = 1; at < out.length; at++) {
    x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) + at + i;
    out[at] = x >>> 24;
  }
  return out;
}

/**
 * Adds the rows `from` to `to`, in blocks of their own.
 * @param {import("./transferChain.ts").TransferChain} chain
 * @param {number} from
 * @param {number} to
 */
export function fill(chain, from, to) {
  for (let at = from; at < to; at += AT_ONCE) {
    const count = Math.min(AT_ONCE, to - at);
    // Noise: a snapshot compresses values.
    const noise = createCipheriv("aes-128-ctr", Buffer.alloc(16), Buffer.alloc(16, at % 251)).update(
      Buffer.alloc(count * VALUE_BYTES),
    );
    const rows = Array.from({ length: count }, (_, i) => [
      fillKey(at + i),
      new Uint8Array(noise.subarray(i * VALUE_BYTES, (i + 1) * VALUE_BYTES)),
    ]);
    chain.fillNext((changes) => new Map([...changes, ["compute", [...(changes.get("compute") ?? []), ...rows]]]));
    chain.block([]);
  }
}
