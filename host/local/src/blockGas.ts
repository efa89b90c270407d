// SPDX-License-Identifier: Apache-2.0
/**
 * Most gas of a block on a developer's network: above the gas of ordinary transactions that a node
 * executes in a second (spec/local-network.md 3.2; ADR 46).
 */
export const LOCAL_BLOCK_GAS = 1_000_000_000n;
