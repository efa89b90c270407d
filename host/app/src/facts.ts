// What threads must know of the chain that run none of it. Cost: the entry of the package loads the
// whole application.
export { blockedAddresses } from "./accounts.ts";
export { queryServices, STORES } from "./modules.ts";
