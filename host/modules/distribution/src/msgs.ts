// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { mustAddress, prefix } from "@sotto/address";
import { ChainError, plainError, SdkError } from "@sotto/errors";
import { addressField, assertGovAuthority, type Handlers, type WriteCtx } from "@sotto/kernel";
import {
  type Coin,
  type Coins,
  decCoinsOf,
  formatMessageCoins,
  parseMessageCoins,
  parseWireCoins,
  type WireCoin,
} from "@sotto/math/coins";
import { type Msg, ParamsSchema } from "@sotto/proto/cosmos.distribution.v1beta1";
import { restakeSet } from "./events.ts";
import type { DistributionKeeper } from "./keeper.ts";
import { withForkFields } from "./params.ts";
import { state } from "./state.ts";

/** An address with the fault of a role: sdk/7. */
function addressOf(text: string, role: string, hrp?: string): Uint8Array {
  try {
    return addressField(text, hrp);
  } catch (thrown) {
    throw thrown instanceof ChainError ? SdkError.invalidAddress(`invalid ${role} address: ${thrown.message}`) : thrown;
  }
}

const operatorOf = (text: string): Uint8Array => addressOf(text, "validator", prefix.validator);

const wire = (coins: readonly Coin[]): WireCoin[] =>
  coins.map(({ denom, amount }) => ({ denom, amount: String(amount) }));

const notCoins = (coins: readonly WireCoin[]): ChainError =>
  SdkError.invalidCoins(formatMessageCoins(coins).slice(0, 256));

/**
 * A set of one or more coins (x/distribution keeper/msg_server.go validateAmount). Throws sdk/10.
 */
function amountOf(coins: readonly WireCoin[]): Coins {
  if (coins.length === 0) throw SdkError.invalidCoins("amount cannot be nil");
  const parsed = parseMessageCoins(coins);
  if (parsed.fault !== undefined) throw notCoins(coins);
  return parsed.value;
}

function assertAuthority(authority: string): void {
  addressOf(authority, "authority");
  assertGovAuthority(authority);
}

/** Empty text is Go's nil. */
const isZero = (text: string): boolean => text === "" || text === "0";

export const msgs = (distribution: DistributionKeeper): Handlers<typeof Msg, WriteCtx> => ({
  setWithdrawAddress(ctx, { delegatorAddress, withdrawAddress }) {
    const delegator = addressOf(delegatorAddress, "delegator");
    distribution.setWithdrawAddress(ctx, delegator, addressOf(withdrawAddress, "withdraw"));
    return {};
  },

  withdrawDelegatorReward(ctx, { delegatorAddress, validatorAddress }) {
    const operator = operatorOf(validatorAddress);
    const delegator = addressOf(delegatorAddress, "delegator");
    return { amount: wire(distribution.withdrawRewards(ctx, delegator, operator)) };
  },

  withdrawValidatorCommission: (ctx, { validatorAddress }) => ({
    amount: wire(distribution.withdrawCommission(ctx, operatorOf(validatorAddress))),
  }),

  fundCommunityPool(ctx, { depositor, amount }) {
    const sender = addressOf(depositor, "depositor");
    distribution.fundCommunityPool(ctx, amountOf(amount), sender);
    return {};
  },

  setAutoRestake(ctx, { delegatorAddress, validatorAddress, enabled }) {
    const operator = mustAddress(validatorAddress, prefix.validator);
    const delegator = mustAddress(delegatorAddress);
    if (enabled) distribution.restakes.enable(ctx, delegator, operator);
    else distribution.restakes.disable(ctx, delegator, operator);
    ctx.emit(restakeSet(delegatorAddress));
    return {};
  },

  updateParams(ctx, { authority, params = create(ParamsSchema) }) {
    assertAuthority(authority);
    if (!isZero(params.baseProposerReward) || !isZero(params.bonusProposerReward)) {
      throw SdkError.invalidRequest("cannot update base or bonus proposer reward because these are deprecated fields");
    }
    const whole = withForkFields(params, distribution.params(ctx));
    const fault = distribution.paramsFault(ctx, whole);
    if (fault !== undefined) throw plainError(fault);
    state.params.set(ctx, whole);
    return {};
  },

  communityPoolSpend(ctx, { authority, recipient, amount }) {
    assertAuthority(authority);
    const coins = amountOf(amount);
    const to = addressField(recipient);
    if (distribution.needs.isBlocked(ctx, to)) {
      throw SdkError.unauthorized(`${recipient} is not allowed to receive external funds`);
    }
    distribution.spendCommunityPool(ctx, coins, to);
    return {};
  },

  depositValidatorRewardsPool(ctx, { depositor, validatorAddress, amount }) {
    const { needs } = distribution;
    const sender = addressField(depositor);
    // The reference reads its account before it reads the coins, and the transaction pays for it.
    if (parseWireCoins(amount).fault !== undefined) needs.ensureAccount(ctx);
    const parsed = parseMessageCoins(amount);
    if (parsed.fault !== undefined) throw notCoins(amount);
    needs.collect(ctx, sender, parsed.value);
    const validator = needs.mustValidator(ctx, addressField(validatorAddress, prefix.validator));
    distribution.allocateTo(ctx, validator, decCoinsOf(parsed.value));
    return {};
  },
});
