// SPDX-License-Identifier: Apache-2.0
import type { Ed25519Key } from "@sotto/crypto";
import type { AppGenesis } from "@sotto/kernel";

export const key: Ed25519Key;
export const otherKey: Ed25519Key;
export const GENESIS_TIME: bigint;
export function genesisOf(overrides?: Partial<AppGenesis>): AppGenesis;
export function nowAt(height: number): bigint;
export function txsAt(height: number): Uint8Array[];
