// SPDX-License-Identifier: Apache-2.0
import type { Untrusted } from "@sotto/protocol";

/** The fields of an untrusted message, each of them untrusted. */
export type UntrustedFields<T> = { readonly [K in keyof T]: Untrusted<T[K]> };

/** Lists and bytes have a length, which could be read without unwrapping. */
type Message = object & { readonly length?: never };

/** A message as its fields, still wrapped: each has its own check or reason. No cost. */
export const fieldsOf = <T extends Message>(message: Untrusted<T>): UntrustedFields<T> =>
  message as unknown as UntrustedFields<T>;
