// SPDX-License-Identifier: Apache-2.0
/**
 * A chain on which the test acts as governance: messages of a list run at the beginning of the next
 * block in the name of the gov module's account, like those of a passed proposal.
 */
import { moduleAddress } from "@sotto/address";
import { type ChainDefinition, secretChain } from "@sotto/app";
import type { Packed } from "@sotto/contract-test/parts";
import { type AnyModule, defineModule, type Router } from "@sotto/kernel";

export const GOV = moduleAddress("gov");

export function actingGovernance(base: ChainDefinition = secretChain): {
  readonly definition: ChainDefinition;
  readonly passed: Packed[];
} {
  const passed: Packed[] = [];
  const acting = defineModule({
    name: "acting",
    version: 1,
    keeper: (needs: { readonly router: () => Router }) => needs,
    beginBlock({ router }, ctx) {
      for (const message of passed.splice(0)) {
        const opened = router().open(message, ctx.block.height);
        opened.route?.check?.(opened.message);
        for (const event of router().execute(ctx, opened, GOV).events) ctx.emit(event);
      }
    },
  });
  const { orders } = base;
  const definition: ChainDefinition = {
    ...base,
    modules: { ...base.modules, acting: acting as AnyModule },
    orders: { ...orders, beginBlock: [...orders.beginBlock, "acting"] },
    keepers: (options, all, router, ...parts) => ({
      ...base.keepers(options, all, router, ...parts),
      acting: acting.keeper({ router }),
    }),
  };
  return { definition, passed };
}
