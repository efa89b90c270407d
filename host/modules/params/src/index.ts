export type { ParamsKeeper } from "./keeper.ts";
export { params } from "./module.ts";
