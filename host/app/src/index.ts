// SPDX-License-Identifier: Apache-2.0

export { migrateAll, neededText, type UpgradeHandlers, type UpgradePlan } from "@sotto/x-upgrade";
export { blockedAddresses } from "./accounts.ts";
export { createApplication, Extra } from "./application.ts";
export type { ChainDefinition, ChainOptions } from "./chain.ts";
export { createCheckApplication } from "./check.ts";
export { headerKey, timeKey } from "./committedState.ts";
export { queryServices, STORES } from "./modules.ts";
export { type ChainQueries, createQueryApplication, TrialOver } from "./query.ts";
export { secretChain } from "./secretChain.ts";
export { networkKey, snapshotNeeds } from "./snapshots.ts";
