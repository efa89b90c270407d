export { blockedAddresses } from "./accounts.ts";
export { createApplication, Extra } from "./application.ts";
export type { ChainOptions } from "./chain.ts";
export { createCheckApplication } from "./check.ts";
export { type ChainQueries, createQueryApplication, TrialOver } from "./query.ts";
export { queryServices } from "./services.ts";
export { STORES } from "./stores.ts";
