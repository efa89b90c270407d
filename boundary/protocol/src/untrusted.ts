// SPDX-License-Identifier: Apache-2.0
declare const host: unique symbol;

/**
 * A value from the host. It has no readable field: the functions of trusted/verify unwrap it, each
 * beside its check, or with a reason where there is no check (ADR 72). It has no form at run time.
 */
export type Untrusted<T> = { readonly [host]: T };
