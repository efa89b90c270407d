export { BankError } from "./errors.ts";
export { show } from "./events.ts";
export type { BankKeeper, BankNeeds, Coin } from "./keeper.ts";
export { bank } from "./module.ts";
export type { Burner, Minter, ModuleMoney } from "./moduleMoney.ts";
