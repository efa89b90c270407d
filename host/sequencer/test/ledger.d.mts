// SPDX-License-Identifier: Apache-2.0
import type { NetworkApplication } from "@sotto/kernel";
import type { StateStore } from "@sotto/store";

export const STORE: string;
export function openLedgerStore(path: string | undefined, initialVersion?: number): StateStore;
export function createLedger(store: StateStore): NetworkApplication;
