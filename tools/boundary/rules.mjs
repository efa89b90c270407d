// SPDX-License-Identifier: Apache-2.0
// Rights of files over Untrusted, the type of values from the host (ADR 72).

/** The files whose casts turn a value into Untrusted, or out of it. */
export const casts = [
  "boundary/protocol/src/server.ts",
  "trusted/verify/src/believed.ts",
  "trusted/verify/src/fields.ts",
  "trusted/verify/src/unwrap.ts",
];

export const UNWRAP = "trusted/verify/src/unwrap.ts";
export const BELIEVED = "trusted/verify/src/believed.ts";
export const REASONS = "trusted/verify/src/reasons.ts";
export const INDEX = "trusted/verify/src/index.ts";

/** Functions that believe without a check; the second argument is the reason. */
export const believers = ["believed", "given"];

/**
 * Verifiers that lend untrusted bytes to a check of their caller, with the one file that may call.
 * @type {Readonly<Record<string, string>>}
 */
export const lenders = {
  openRow: "trusted/verify/src/rows.ts",
  openQuery: "trusted/call/src/calls.ts",
  unsealed: "trusted/enclave/src/sealedState.ts",
};
