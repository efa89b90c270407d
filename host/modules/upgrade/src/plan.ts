// SPDX-License-Identifier: Apache-2.0
import { SdkError } from "@sotto/errors";
import type { Frozen, ModuleVersions, WriteCtx } from "@sotto/kernel";
import type { Plan } from "@sotto/proto/cosmos.upgrade.v1beta1";

/** The parts of a plan that the node sees. */
export interface UpgradePlan {
  readonly name: string;
  readonly height: number;
  readonly info: string;
}

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

/** Seconds of 0001-01-01T00:00:00Z, Go's zero time. */
const ZERO_TIME = -62_135_596_800n;

const hasTime = ({ time }: Frozen<Plan>): boolean =>
  time !== undefined && !(time.seconds === ZERO_TIME && time.nanos === 0);

/** Throws sdk/18 (types/plan.go ValidateBasic). */
export function assertPlan(plan: Frozen<Plan>): void {
  if (hasTime(plan)) throw SdkError.invalidRequest("time-based upgrades have been deprecated in the SDK");
  if (plan.upgradedClientState !== undefined)
    throw SdkError.invalidRequest("upgrade logic for IBC has been moved to the IBC module");
  if (plan.name === "") throw SdkError.invalidRequest("name cannot be empty");
  if (plan.height <= 0n) throw SdkError.invalidRequest("height must be greater than 0");
}

/** Whether a plan is due (types/plan.go ShouldExecute). */
export const isDue = ({ height }: Frozen<Plan>, now: number): boolean => height > 0n && height <= BigInt(now);
