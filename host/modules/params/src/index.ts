export { type ParamsKeeper, paramsKeeper } from "./keeper.ts";
export { queries as paramsQueries } from "./queries.ts";
