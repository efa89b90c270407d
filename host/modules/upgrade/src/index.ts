// SPDX-License-Identifier: Apache-2.0
export type { UpgradeKeeper, UpgradeNeeds } from "./keeper.ts";
export { upgrade } from "./module.ts";
export {
  assertPlan,
  migrateAll,
  neededText,
  type UpgradeHandler,
  type UpgradeHandlers,
  type UpgradePlan,
} from "./plan.ts";
