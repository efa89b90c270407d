export { ComputeError } from "./errors.ts";
export { type ComputeKeeper, FROM_TX } from "./keeper.ts";
export { compute } from "./module.ts";
export type { Coin, ComputeNeeds, RoutedMessage } from "./needs.ts";
export { countTx } from "./records.ts";
