export { type AnteNeeds, type AuthTx, anteSteps, signersOf, type VerifiedSignatures, validateBasic } from "./ante.ts";
export type { AuthKeeper, AuthNeeds, ModuleAccountRule } from "./keeper.ts";
export { auth } from "./module.ts";
