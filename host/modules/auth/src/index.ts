// SPDX-License-Identifier: Apache-2.0
export { type AccountKind, accountKind, type Delegated, packAccount } from "./account.ts";
export { feeOf } from "./ante/fee.ts";
export type { VerifiedSignatures } from "./ante/signatures.ts";
export { signersOf } from "./ante/signers.ts";
export type { AuthTx } from "./ante/tx.ts";
export { type AnteNeeds, anteSteps } from "./ante.ts";
export type { AuthKeeper, AuthNeeds } from "./keeper.ts";
export { auth } from "./module.ts";
