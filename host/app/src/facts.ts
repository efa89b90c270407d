// What threads must know of the chain that run none of it. Cost: the entry of the package loads the whole application, 3 MB of heap.
export { blockedAddresses } from "./accounts.ts";
export { queryServices } from "./services.ts";
export { STORES } from "./stores.ts";
