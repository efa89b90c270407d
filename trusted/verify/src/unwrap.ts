import type { Untrusted } from "@sotto/protocol";

/**
 * The one way out of Untrusted, and not exported from this package: a verifier opens beside its
 * check, and what has no check goes through `believed`, with a reason (ADR 72).
 */
export const unwrap = <T>(value: Untrusted<T>): T => value as unknown as T;
