// SPDX-License-Identifier: Apache-2.0
import { formatAddress, prefix } from "@sotto/address";
import {
  type GovernedOperation,
  governance,
  type Operation,
  governed as packed,
  signedBy,
  someAddress,
  someCoins,
  type World,
} from "@sotto/kernel/simulation";
import {
  MsgCommunityPoolSpendSchema,
  MsgDepositValidatorRewardsPoolSchema,
  MsgFundCommunityPoolSchema,
  MsgSetAutoRestakeSchema,
  MsgSetWithdrawAddressSchema,
  MsgUpdateParamsSchema,
  MsgWithdrawDelegatorRewardSchema,
  MsgWithdrawValidatorCommissionSchema,
} from "@sotto/proto/cosmos.distribution.v1beta1";
import { defaultParams } from "./params.ts";
import { state } from "./state.ts";

const operatorName = (operator: Uint8Array): string => formatAddress(operator, prefix.validator);

/** Usually a validator with rewards; sometimes the account's own name, or no address. */
function someOperator({ random, turn, ctx }: World): string {
  const known = [...state.current.keys(ctx)].map(operatorName);
  if (known.length > 0 && random.below(12) > 0) return random.pick(known);
  return random.pick([operatorName(turn.raw), turn.address, ""]);
}

/** Usually an account with a delegation, and its validator. */
function someDelegation(world: World) {
  const { random, accounts, turn, ctx } = world;
  const own = [...state.starting.keys(ctx)].flatMap(([operator, delegator]) => {
    const signer = accounts.find(({ address }) => address === formatAddress(delegator));
    return signer === undefined ? [] : [{ signer, validatorAddress: operatorName(operator) }];
  });
  if (own.length === 0 || random.below(8) === 0) return { signer: turn, validatorAddress: someOperator(world) };
  return random.pick(own);
}

export const operations: readonly Operation[] = [
  {
    name: "withdraw-rewards",
    weight: 4,
    make(world) {
      const { signer, validatorAddress } = someDelegation(world);
      const fields = { delegatorAddress: signer.address, validatorAddress };
      return signedBy(signer, MsgWithdrawDelegatorRewardSchema, fields);
    },
  },
  {
    name: "withdraw-commission",
    weight: 2,
    make({ turn, random, ctx, accounts }) {
      const own = [...state.commission.keys(ctx)].flatMap(
        (operator) => accounts.find(({ address }) => address === formatAddress(operator)) ?? [],
      );
      const signer = own.length === 0 || random.below(3) === 0 ? turn : random.pick(own);
      return signedBy(signer, MsgWithdrawValidatorCommissionSchema, { validatorAddress: operatorName(signer.raw) });
    },
  },
  {
    name: "set-withdraw-address",
    weight: 2,
    make: (world) =>
      signedBy(world.turn, MsgSetWithdrawAddressSchema, {
        delegatorAddress: world.turn.address,
        withdrawAddress: someAddress(world, []),
      }),
  },
  {
    name: "fund-community-pool",
    weight: 1,
    make: (world) =>
      signedBy(world.turn, MsgFundCommunityPoolSchema, { depositor: world.turn.address, amount: someCoins(world) }),
  },
  {
    name: "deposit-rewards",
    weight: 1,
    make: (world) =>
      signedBy(world.turn, MsgDepositValidatorRewardsPoolSchema, {
        depositor: world.turn.address,
        validatorAddress: someOperator(world),
        amount: someCoins(world),
      }),
  },
  {
    name: "set-auto-restake",
    weight: 2,
    make(world) {
      const { signer, validatorAddress } = someDelegation(world);
      const enabled = world.random.below(3) > 0;
      const fields = { delegatorAddress: signer.address, validatorAddress, enabled };
      return signedBy(signer, MsgSetAutoRestakeSchema, fields);
    },
  },
  {
    // Refused: only governance may send it.
    name: "govern",
    weight: 1,
    make(world) {
      const { random, turn } = world;
      const authority = turn.address;
      return random.below(2) === 0
        ? signedBy(turn, MsgUpdateParamsSchema, { authority, params: defaultParams() })
        : signedBy(turn, MsgCommunityPoolSpendSchema, {
            authority,
            recipient: someAddress(world, []),
            amount: someCoins(world),
          });
    },
  },
];

const percent = (value: number): string => String(BigInt(value) * 10n ** 16n);

export const governed: readonly GovernedOperation[] = [
  {
    name: "update-params",
    weight: 3,
    make({ random, accounts }) {
      const params = {
        ...defaultParams(),
        communityTax: percent(random.below(110)),
        withdrawAddrEnabled: random.below(4) > 0,
        secretFoundationTax: percent(random.below(30)),
        secretFoundationAddress: random.pick(accounts).address,
        minimumRestakeThreshold: String(10n ** 18n * BigInt(1 + random.below(50))),
        restakePeriod: String(random.below(4) === 0 ? 999 : 1000),
      };
      return packed(MsgUpdateParamsSchema, { authority: governance, params });
    },
  },
  {
    name: "spend",
    weight: 4,
    make: (world) =>
      packed(MsgCommunityPoolSpendSchema, {
        authority: governance,
        recipient: someAddress(world, [governance]),
        amount: [{ denom: world.denoms.at(-2) ?? "uscrt", amount: String(1 + world.random.below(50)) }],
      }),
  },
];
