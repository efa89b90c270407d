import { equals } from "@sotto/bytes";
import type { Untrusted } from "@sotto/protocol";
import { unwrap } from "./unwrap.ts";

// Proof: what the enclave knows itself. The host says it again, or names one of its entries.

/** Whether the host said what the enclave knows. */
export const isSame = <T extends number | string>(value: Untrusted<T>, known: T): boolean => unwrap(value) === known;

export const isSameBytes = (value: Untrusted<Uint8Array>, known: Uint8Array): boolean => equals(unwrap(value), known);

/** The entry of the enclave's record that the host names. Whether it is its turn, the record says. */
export const chosen = <T>(record: ReadonlyMap<number, T>, id: Untrusted<number>): T | undefined =>
  record.get(unwrap(id));
