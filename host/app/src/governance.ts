// SPDX-License-Identifier: Apache-2.0
/** The needs of governance, and the contents of proposals that other modules carry out. */
import type { Router } from "@sotto/kernel";
import { ParameterChangeProposalSchema } from "@sotto/proto/cosmos.params.v1beta1";
import type { AuthKeeper } from "@sotto/x-auth";
import type { BankKeeper } from "@sotto/x-bank";
import { assertAbstract, type ContentKind, contentKind, type GovKeeper, type GovNeeds, gov } from "@sotto/x-gov";
import type { ParamsKeeper } from "@sotto/x-params";
import { assertPlan } from "@sotto/x-upgrade";

/** A change of parameters (x/params proposal_handler.go). */
const parameterChange = (params: ParamsKeeper): ContentKind =>
  contentKind(ParameterChangeProposalSchema, {
    route: "params",
    type: "ParameterChange",
    check(content) {
      assertAbstract(content);
      params.assertChanges(content.changes);
    },
    run: (_ctx, { changes }) => params.change(changes),
  });

/** The keepers that governance uses. */
interface GovParts {
  readonly auth: AuthKeeper;
  readonly bank: BankKeeper;
  readonly params: ParamsKeeper;
  readonly staking: Pick<GovNeeds, "bondedByPower" | "delegationsOf" | "totalBonded">;
  readonly distribution: Pick<GovNeeds, "fundCommunityPool">;
}

export const createGov = ({ auth, bank, params, staking, distribution }: GovParts, router: () => Router): GovKeeper =>
  gov.keeper({
    ensureAccount: (ctx) => auth.ensureModule(ctx, "gov"),
    money: bank.burner("gov"),
    allBalances: bank.allBalances,
    fundCommunityPool: distribution.fundCommunityPool,
    bondedByPower: staking.bondedByPower,
    delegationsOf: staking.delegationsOf,
    totalBonded: staking.totalBonded,
    contents: [parameterChange(params)],
    assertPlan,
    router,
  });
