// SPDX-License-Identifier: Apache-2.0
import type { Untrusted } from "@sotto/protocol";

/**
 * The only way to read an Untrusted value, and not exported from this package: a verifier unwraps
 * beside its check, and a value without a check goes through `believed`, with a reason (ADR 72).
 */
export const unwrap = <T>(value: Untrusted<T>): T => value as unknown as T;
