// SPDX-License-Identifier: Apache-2.0
export { BankError } from "./errors.ts";
export type { BankKeeper, BankNeeds } from "./keeper.ts";
export { bank } from "./module.ts";
export type { Burner, Minter, ModuleMoney, StakePool } from "./moduleMoney.ts";
