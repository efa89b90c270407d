export { BankError } from "./errors.ts";
export { type BankKeeper, type BankNeeds, type Coin, show } from "./keeper.ts";
export { bank } from "./module.ts";
export type { Burner, Minter, ModuleMoney } from "./moduleMoney.ts";
