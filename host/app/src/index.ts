export { blockedAddresses } from "./accounts.ts";
export { createApplication, Extra } from "./application.ts";
export { type ChainOptions, STORES } from "./chain.ts";
export { createCheckApplication } from "./check.ts";
export { type ChainQueries, createQueryApplication } from "./query.ts";
export { queryServices } from "./services.ts";
export { VERSION } from "./version.ts";
