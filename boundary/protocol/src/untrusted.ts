declare const host: unique symbol;

/** Supplied by the host. Has no readable field until trusted/verify has checked it. */
export type Untrusted<T> = { readonly [host]: T };
