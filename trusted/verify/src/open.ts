import type { Untrusted } from "@sotto/protocol";

/**
 * Opens what the host said. Only this package calls it, and only where a proof is checked at once or the value is
 * of a kind that needs none (see each caller).
 */
export const open = <T>(value: Untrusted<T>): T => value as unknown as T;
