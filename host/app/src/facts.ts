// SPDX-License-Identifier: Apache-2.0
// Facts of the chain for threads that do not run it. Cost: the main entry of the package loads the
// whole application.
export { blockedAddresses } from "./accounts.ts";
export { genesisParts, queryServices, STORES } from "./modules.ts";
