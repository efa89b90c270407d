export { type AnteNeeds, type AuthTx, anteSteps, feeOf, signersOf, type VerifiedSignatures } from "./ante.ts";
export type { AuthKeeper, AuthNeeds, ModuleAccountRule } from "./keeper.ts";
export { auth } from "./module.ts";
