// SPDX-License-Identifier: Apache-2.0
// The chain of the tests: everything that happens in it is a function of the height.
import { fromUtf8, toHex } from "@sotto/bytes";
import { Ed25519Key } from "@sotto/crypto";

const seed = (byte) => new Uint8Array(32).fill(byte);
export const key = new Ed25519Key(seed(1));
export const otherKey = new Ed25519Key(seed(2));

// tendermint.types.ConsensusParams: block { max_bytes 22020096, max_gas 6000000 }
const PARAMS = Uint8Array.of(0x0a, 0x0a, 0x08, 0x80, 0x80, 0xc0, 0x0a, 0x10, 0x80, 0x9b, 0xee, 0x02);

export const GENESIS_TIME = 1_700_000_000_123_456_789n;

export const genesisOf = (overrides = {}) => ({
  chainId: "secretdev-1",
  time: GENESIS_TIME,
  initialHeight: 1,
  appState: new Map([["ledger", "hello"]]),
  consensusParams: PARAMS,
  validators: [{ pubKey: key.publicKey, power: 100n }],
  ...overrides,
});

export const nowAt = (height) => GENESIS_TIME + BigInt(height) * 1_000_000_000n;

/**
 * Transactions of a height: rows, a failure, and another validator that comes, changes and goes.
 */
export function txsAt(height) {
  const txs = [];
  for (let i = 0; i < height % 4; i++) txs.push(`set key${i} ${"v".repeat((height * 37) % 200)}${height}`);
  if (height % 5 === 0) txs.push("fail");
  if (height % 12 === 3) txs.push(`power ${toHex(otherKey.publicKey)} 30`);
  if (height % 12 === 6) txs.push(`power ${toHex(otherKey.publicKey)} 45`);
  if (height % 12 === 9) txs.push(`power ${toHex(otherKey.publicKey)} 0`);
  if (height % 7 === 0) txs.push(`set big ${"x".repeat(90_000)}`);
  return txs.map((text) => fromUtf8(text));
}
