// SPDX-License-Identifier: Apache-2.0
import { EnvironmentFault, SdkError } from "@sotto/errors";
import type { Frozen, HookCtx, ModuleVersions, ReadCtx, WriteCtx } from "@sotto/kernel";
import type { Plan } from "@sotto/proto/cosmos.upgrade.v1beta1";
import { assertPlan, isDue, neededText, type UpgradeHandlers, type UpgradePlan } from "./plan.ts";
import { state } from "./state.ts";

export interface UpgradeNeeds {
  /** Versions of the modules that the chain has at a height. */
  readonly versions: (height: number) => ModuleVersions;
  /** The versions that a block changes, by its height. */
  readonly versionChanges: ReadonlyMap<number, ModuleVersions>;
  readonly handlers: UpgradeHandlers;
  readonly migrate: (ctx: WriteCtx, from: ModuleVersions) => ModuleVersions;
  /** Called before the node stops for a plan without a handler. */
  readonly onUpgradeNeeded?: ((plan: UpgradePlan) => void) | undefined;
}

export type UpgradeKeeper = ReturnType<typeof upgradeKeeper>;

const DONE = Uint8Array.of(1);

/** Height of a done upgrade, 0 for others (GetDoneHeight). Cost: a walk over all done upgrades. */
export function doneHeight(ctx: ReadCtx, name: string): bigint {
  for (const [height, each] of state.done.keys(ctx)) if (each === name) return height;
  return 0n;
}

function clearIbcState(ctx: WriteCtx, height: bigint): void {
  state.ibc.remove(ctx, `${height}/upgradedClient`);
  state.ibc.remove(ctx, `${height}/upgradedConsState`);
}

function clearPlan(ctx: WriteCtx): void {
  const plan = state.plan.get(ctx);
  if (plan === undefined) return;
  clearIbcState(ctx, plan.height);
  state.plan.remove(ctx);
}

function setVersions(ctx: WriteCtx, versions: ModuleVersions): void {
  const sorted = [...versions].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, version] of sorted) state.versions.set(ctx, name, BigInt(version));
}

const storedVersions = (ctx: ReadCtx): ModuleVersions =>
  new Map(Array.from(state.versions.entries(ctx), ([name, version]) => [name, Number(version)] as const));

function lastDone(ctx: ReadCtx): string | undefined {
  for (const [, name] of state.done.keys(ctx, { reverse: true })) return name;
  return undefined;
}

/**
 * Every stop here is final for this program: the block is decided, and another program must run it.
 */
const stop = (text: string): EnvironmentFault => new EnvironmentFault(text);

export function upgradeKeeper({ versions, versionChanges, handlers, migrate, onUpgradeNeeded }: UpgradeNeeds) {
  let isVerified = false;

  /** Once in each process: this program knows the last done upgrade (abci.go PreBlocker). */
  function verifyProgram(ctx: ReadCtx, plan: Frozen<Plan> | undefined): void {
    if (isVerified) return;
    isVerified = true;
    if (plan !== undefined && isDue(plan, ctx.block.height)) return;
    const name = lastDone(ctx);
    if (name !== undefined && !handlers.has(name)) {
      throw stop(`this program has no handler for the done upgrade "${name}": start the program of that upgrade`);
    }
  }

  /** Runs the handler (keeper.go ApplyUpgrade). */
  function apply(ctx: WriteCtx, plan: Frozen<Plan>): void {
    const handler = handlers.get(plan.name);
    if (handler === undefined) {
      const { name, info } = plan;
      const needed = { name, height: ctx.block.height, info };
      onUpgradeNeeded?.(needed);
      throw stop(neededText(needed));
    }
    setVersions(ctx, handler(ctx, storedVersions(ctx), migrate));
    const done = state.protocolVersion.has(ctx) ? (state.protocolVersion.get(ctx) ?? 0n) : 0n;
    state.protocolVersion.set(ctx, done + 1n);
    clearIbcState(ctx, plan.height);
    clearPlan(ctx);
    state.done.set(ctx, [BigInt(ctx.block.height), plan.name], DONE);
  }

  /**
   * Rows of modules that begin in this block, or that the program migrates in it without a plan.
   */
  function setChanged(ctx: WriteCtx): void {
    const changed = versionChanges.get(ctx.block.height);
    if (changed !== undefined) setVersions(ctx, changed);
  }

  return {
    versions,
    /**
     * Plans an upgrade, in place of an earlier plan (keeper.go ScheduleUpgrade). Throws sdk/18.
     */
    schedule(ctx: WriteCtx, plan: Frozen<Plan>): void {
      assertPlan(plan);
      if (plan.height < BigInt(ctx.block.height))
        throw SdkError.invalidRequest("upgrade cannot be scheduled in the past");
      if (doneHeight(ctx, plan.name) !== 0n)
        throw SdkError.invalidRequest(`upgrade with name ${plan.name} has already been completed`);
      const old = state.plan.get(ctx);
      if (old !== undefined) clearIbcState(ctx, old.height);
      state.plan.set(ctx, plan);
    },
    /** Removes the plan, if there is one. */
    clearPlan,
    /** The first commit has the versions of all modules. */
    initVersions: (ctx: WriteCtx): void => setVersions(ctx, versions(ctx.block.height)),
    /**
     * Runs a due plan. Throws EnvironmentFault when this program is too old or too new for the
     * block.
     */
    preBlock(ctx: HookCtx): void {
      setChanged(ctx);
      const plan = state.plan.get(ctx);
      verifyProgram(ctx, plan);
      if (plan === undefined) return;
      if (isDue(plan, ctx.block.height)) apply(ctx, plan);
      else if (handlers.has(plan.name)) {
        throw stop(
          `BINARY UPDATED BEFORE TRIGGER! UPGRADE "${plan.name}" - in binary but not executed on chain. Downgrade your binary`,
        );
      }
    },
  };
}
