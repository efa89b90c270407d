// SPDX-License-Identifier: Apache-2.0
/** Sign modes of cosmos.tx.signing.v1beta1.SignMode. */
export const SignMode = {
  unspecified: 0,
  direct: 1,
  textual: 2,
  directAux: 3,
  aminoJson: 127,
  eip191: 191,
} as const;
