// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress, moduleAddress } from "@sotto/address";
import type { Handlers, WriteCtx } from "@sotto/kernel";
import { type Msg, PlanSchema } from "@sotto/proto/cosmos.upgrade.v1beta1";
import { UpgradeError } from "./errors.ts";
import type { UpgradeKeeper } from "./keeper.ts";

export const authorityText = (): string => formatAddress(moduleAddress("gov"));

/** Compat: this module has an error and a text of its own for another sender. */
function assertAuthority(authority: string): void {
  const expected = authorityText();
  if (authority !== expected) throw UpgradeError.invalidSigner(`expected ${expected} got ${authority}`);
}

export const msgs = (upgrade: UpgradeKeeper): Handlers<typeof Msg, WriteCtx> => ({
  softwareUpgrade(ctx, { authority, plan = create(PlanSchema) }) {
    assertAuthority(authority);
    upgrade.schedule(ctx, plan);
    return {};
  },
  cancelUpgrade(ctx, { authority }) {
    assertAuthority(authority);
    upgrade.clearPlan(ctx);
    return {};
  },
});
