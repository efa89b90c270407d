// SPDX-License-Identifier: Apache-2.0
export { type AccountKey, accountKey, accounts, deriveAccount, type LocalAccount } from "./accounts.ts";
export { type BannerOptions, BELIEVED, banner, PAST } from "./banner.ts";
export { LOCAL_BLOCK_GAS } from "./blockGas.ts";
export { type NewValidator, signCreateValidator } from "./createValidator.ts";
export { createFaucet, type FaucetBackend, type FaucetOptions, type FaucetResponse, refuseFaucet } from "./faucet.ts";
export {
  type GenesisAccount,
  type GenesisDocument,
  genesisDocument,
  type LocalGenesis,
  type LocalGenesisOptions,
  localGenesis,
  readGenesisDocument,
  readGenesisFields,
} from "./genesis.ts";
export { operatorAccounts } from "./operators.ts";
export { signRegistration } from "./registerNode.ts";
export { type Payment, signPayment } from "./send.ts";
export type { Signing } from "./signTx.ts";
export { NOT_BONDED, STAKE } from "./validator.ts";
export { createValidatorKey, type LocalValidatorKey, nodeId } from "./validatorKey.ts";
