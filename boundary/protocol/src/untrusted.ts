declare const host: unique symbol;

/**
 * Supplied by the host. Has no readable field: the functions of trusted/verify open it, each beside
 * its check, or with a reason where there is none (ADR 72). It has no form at run time.
 */
export type Untrusted<T> = { readonly [host]: T };
