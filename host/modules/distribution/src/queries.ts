// SPDX-License-Identifier: Apache-2.0
import { formatAddress, mustAddress, prefix } from "@sotto/address";
import { ChainError, GrpcError } from "@sotto/errors";
import { addressArgument, type Handlers, paginate, type ReadCtx } from "@sotto/kernel";
import { dec } from "@sotto/math";
import { addDecCoins, type DecCoins, noDecCoins, wireDecCoins } from "@sotto/math/coins";
import type { Query } from "@sotto/proto/cosmos.distribution.v1beta1";
import type { DistributionKeeper } from "./keeper.ts";
import { readParams } from "./params.ts";
import { rows } from "./rows.ts";
import { state } from "./state.ts";

const notEmpty = (text: string, role: string): string => {
  if (text === "") throw GrpcError.invalidArgument(`empty ${role} address`);
  return text;
};

export const queries = (distribution: DistributionKeeper): Handlers<typeof Query, ReadCtx> => {
  const { needs } = distribution;
  const validatorOf = (ctx: ReadCtx, text: string) =>
    needs.mustValidator(ctx, addressArgument(notEmpty(text, "validator"), prefix.validator));
  const delegatorOf = (text: string): Uint8Array => addressArgument(notEmpty(text, "delegator"));
  const params = (ctx: ReadCtx) => readParams(distribution.params(ctx));

  /** Operator of a request that reports a bad address as a status. */
  function operatorOrStatus(text: string): Uint8Array {
    try {
      return addressArgument(text, prefix.validator);
    } catch (thrown) {
      throw thrown instanceof ChainError ? GrpcError.invalidArgument("invalid validator address") : thrown;
    }
  }

  return {
    params: (ctx) => ({ params: distribution.params(ctx) }),
    validatorDistributionInfo(ctx, { validatorAddress }) {
      const validator = validatorOf(ctx, validatorAddress);
      const { operator } = validator;
      const delegation = needs.mustDelegation(ctx, operator, operator);
      const rewards = distribution.rewardsNow(ctx.scratch(), validator, delegation);
      return {
        operatorAddress: formatAddress(operator),
        selfBondRewards: wireDecCoins(rewards),
        commission: wireDecCoins(rows.commission(ctx, operator)),
      };
    },
    validatorOutstandingRewards(ctx, { validatorAddress }) {
      const { operator } = validatorOf(ctx, validatorAddress);
      return { rewards: { rewards: wireDecCoins(rows.outstanding(ctx, operator)) } };
    },
    validatorCommission(ctx, { validatorAddress }) {
      const { operator } = validatorOf(ctx, validatorAddress);
      return { commission: { commission: wireDecCoins(rows.commission(ctx, operator)) } };
    },
    validatorSlashes(ctx, { validatorAddress, startingHeight, endingHeight, pagination }) {
      notEmpty(validatorAddress, "validator");
      if (endingHeight < startingHeight) {
        throw GrpcError.invalidArgument(
          `starting height greater than ending height (${startingHeight} > ${endingHeight})`,
        );
      }
      const within = { prefix: [operatorOrStatus(validatorAddress)] } as const;
      // Compat: the reference compares heights with the period.
      const page = paginate(
        ctx,
        state.slashes,
        pagination,
        within,
        (_key, event) =>
          event.validatorPeriod < startingHeight || event.validatorPeriod > endingHeight ? undefined : event,
        "filtered",
      );
      return { slashes: [...page.rows], pagination: page.pagination };
    },
    delegationRewards(ctx, { delegatorAddress, validatorAddress }) {
      notEmpty(delegatorAddress, "delegator");
      const validator = validatorOf(ctx, validatorAddress);
      const delegation = needs.mustDelegation(ctx, delegatorOf(delegatorAddress), validator.operator);
      return { rewards: wireDecCoins(distribution.rewardsNow(ctx.scratch(), validator, delegation)) };
    },
    delegationTotalRewards(ctx, { delegatorAddress }) {
      const scratch = ctx.scratch();
      let total: DecCoins = noDecCoins;
      const rewards: { readonly validatorAddress: string; readonly reward: ReturnType<typeof wireDecCoins> }[] = [];
      for (const delegation of needs.delegationsOf(scratch, delegatorOf(delegatorAddress))) {
        const validator = needs.mustValidator(scratch, delegation.operator);
        const reward = distribution.rewardsNow(scratch, validator, delegation);
        rewards.push({ validatorAddress: validator.operatorText, reward: wireDecCoins(reward) });
        total = addDecCoins(total, reward);
      }
      return { rewards, total: wireDecCoins(total) };
    },
    delegatorValidators(ctx, { delegatorAddress }) {
      const delegations = [...needs.delegationsOf(ctx, delegatorOf(delegatorAddress))];
      return { validators: delegations.map(({ operator }) => formatAddress(operator, prefix.validator)) };
    },
    delegatorWithdrawAddress: (ctx, { delegatorAddress }) => ({
      withdrawAddress: formatAddress(rows.withdrawAddress(ctx, delegatorOf(delegatorAddress))),
    }),
    communityPool: (ctx) => ({ pool: wireDecCoins(rows.communityPool(ctx)) }),
    foundationTax(ctx) {
      const { foundationTax, foundationAddress } = params(ctx);
      // Compat: without an address the reference reports the fault of an empty one.
      return { tax: dec.format(foundationTax), foundationAddress: formatAddress(mustAddress(foundationAddress)) };
    },
    restakeThreshold: (ctx) => ({ threshold: dec.encode(params(ctx).restakeThreshold) }),
    restakingEntries(ctx, { delegator }) {
      const entries = [...state.restakes.keys(ctx, { prefix: [mustAddress(delegator)] })];
      return { validators: entries.map(([, operator]) => formatAddress(operator, prefix.validator)) };
    },
  };
};
