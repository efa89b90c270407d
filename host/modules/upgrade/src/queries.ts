// SPDX-License-Identifier: Apache-2.0
import type { Handlers, ReadCtx } from "@sotto/kernel";
import type { Query } from "@sotto/proto/cosmos.upgrade.v1beta1";
import { UpgradeError } from "./errors.ts";
import { doneHeight, type UpgradeKeeper } from "./keeper.ts";
import { authorityText } from "./msgs.ts";
import { state } from "./state.ts";

export const queries = (_upgrade: UpgradeKeeper): Handlers<typeof Query, ReadCtx> => ({
  currentPlan(ctx) {
    const plan = state.plan.get(ctx);
    return plan === undefined ? {} : { plan };
  },
  appliedPlan: (ctx, { name }) => ({ height: doneHeight(ctx, name) }),
  upgradedConsensusState(ctx, { lastHeight }) {
    const found = state.ibc.get(ctx, `${lastHeight}/upgradedConsState`);
    return found === undefined ? {} : { upgradedConsensusState: found };
  },
  moduleVersions(ctx, { moduleName }) {
    const all = [...state.versions.entries(ctx)].map(([name, version]) => ({ name, version }));
    if (moduleName === "") return { moduleVersions: all };
    const found = all.filter(({ name }) => name === moduleName);
    if (found.length === 0)
      throw UpgradeError.noModuleVersion(`x/upgrade: QueryModuleVersions module ${moduleName} not found`);
    return { moduleVersions: found };
  },
  authority: () => ({ address: authorityText() }),
});
