export type { CircuitKeeper } from "./keeper.ts";
export { circuit } from "./module.ts";
