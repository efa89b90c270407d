export { type AccountKind, accountKind, packAccount } from "./account.ts";
export { type AnteNeeds, type AuthTx, anteSteps, feeOf, signersOf, type VerifiedSignatures } from "./ante.ts";
export type { AuthKeeper, AuthNeeds } from "./keeper.ts";
export { auth } from "./module.ts";
