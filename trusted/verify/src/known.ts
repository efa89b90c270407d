// SPDX-License-Identifier: Apache-2.0
import { equals } from "@sotto/bytes";
import type { Untrusted } from "@sotto/protocol";
import { unwrap } from "./unwrap.ts";

// Proof: data that the enclave has itself. The host repeats it, or names one of its entries.

/** Whether the host's value equals the enclave's. */
export const isSame = <T extends number | string>(value: Untrusted<T>, known: T): boolean => unwrap(value) === known;

export const isSameBytes = (value: Untrusted<Uint8Array>, known: Uint8Array): boolean => equals(unwrap(value), known);

/**
 * The entry of the enclave's record that the host names. The record decides whether it may run now.
 */
export const chosen = <T>(record: ReadonlyMap<number, T>, id: Untrusted<number>): T | undefined =>
  record.get(unwrap(id));
