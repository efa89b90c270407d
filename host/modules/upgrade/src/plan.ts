// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { SdkError } from "@sotto/errors";
import { type Frozen, type ModuleVersions, nanosOf, type WriteCtx, ZERO_TIME } from "@sotto/kernel";
import { type Plan, PlanSchema } from "@sotto/proto/cosmos.upgrade.v1beta1";

/** The parts of a plan that the node sees. */
export interface UpgradePlan {
  readonly name: string;
  readonly height: number;
  readonly info: string;
}

/** The line for supervisors and operators (abci.go BuildUpgradeNeededMsg). */
export const neededText = ({ name, height, info }: UpgradePlan): string =>
  `UPGRADE "${name}" NEEDED at height: ${height}: ${info}`;

/**
 * What a program does in the block of a plan. `migrate` runs the migrations of all modules, and
 * returns their current versions.
 */
export type UpgradeHandler = (
  ctx: WriteCtx,
  from: ModuleVersions,
  migrate: (ctx: WriteCtx, from: ModuleVersions) => ModuleVersions,
) => ModuleVersions;

/** The handlers of a program, by the names of plans. */
export type UpgradeHandlers = ReadonlyMap<string, UpgradeHandler>;

/** The migrations of all modules, and nothing else. */
export const migrateAll: UpgradeHandler = (ctx, from, migrate) => migrate(ctx, from);

/** Throws sdk/18 (types/plan.go ValidateBasic). */
export function assertPlan(plan: Frozen<Plan> = create(PlanSchema)): void {
  if (nanosOf(plan.time) !== ZERO_TIME)
    throw SdkError.invalidRequest("time-based upgrades have been deprecated in the SDK");
  if (plan.upgradedClientState !== undefined)
    throw SdkError.invalidRequest("upgrade logic for IBC has been moved to the IBC module");
  if (plan.name === "") throw SdkError.invalidRequest("name cannot be empty");
  if (plan.height <= 0n) throw SdkError.invalidRequest("height must be greater than 0");
}

/** Whether a plan is due (types/plan.go ShouldExecute). */
export const isDue = ({ height }: Frozen<Plan>, now: number): boolean => height > 0n && height <= BigInt(now);
