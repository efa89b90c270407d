import type { Untrusted } from "@sotto/protocol";

/** The fields of an untrusted message, each of them untrusted. */
export type UntrustedFields<T> = { readonly [K in keyof T]: Untrusted<T[K]> };

/** Lists and bytes have a length, which would be read unopened. */
type Message = object & { readonly length?: never };

/** A message as its fields, none of them opened: each has its own check or reason. Costs nothing. */
export const fieldsOf = <T extends Message>(message: Untrusted<T>): UntrustedFields<T> =>
  message as unknown as UntrustedFields<T>;
