// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress, prefix } from "@sotto/address";
import { equals } from "@sotto/bytes";
import { packAny } from "@sotto/codec";
import {
  type GovernedOperation,
  governance,
  type Operation,
  governed as packed,
  type SimulatedMessage,
  signedBy,
  type World,
} from "@sotto/kernel/simulation";
import { dec } from "@sotto/math";
import { PubKeySchema } from "@sotto/proto/cosmos.crypto.ed25519";
import {
  MsgBeginRedelegateSchema,
  MsgCancelUnbondingDelegationSchema,
  MsgCreateValidatorSchema,
  MsgDelegateSchema,
  MsgEditValidatorSchema,
  MsgUndelegateSchema,
  MsgUpdateParamsSchema,
} from "@sotto/proto/cosmos.staking.v1beta1";
import { defaultParams, paramsMessage } from "./params.ts";
import { state } from "./state.ts";
import { getParams } from "./validators.ts";

/** Usually a validator; sometimes an operator that is not one, or a text that is not an address. */
function someOperator({ random, ctx, turn }: World): string {
  const known = [...state.validators.entries(ctx)].map(([, { operatorText }]) => operatorText);
  if (known.length === 0 || random.below(15) === 0) {
    return random.pick([formatAddress(turn.raw, prefix.validator), turn.address, ""]);
  }
  return random.pick(known);
}

/** Usually an amount of the bond denom, of less than one to some units of power. */
function someStake({ random, ctx, denoms }: World) {
  const { bondDenom } = getParams(ctx);
  const denom = random.below(20) === 0 ? (denoms[0] ?? "other") : bondDenom;
  const amount =
    random.below(20) === 0
      ? random.pick(["0", "-1", "1", "9".repeat(40)])
      : String(1 + random.below(random.below(4) === 0 ? 4_000_000 : 9000));
  return { denom, amount };
}

const rate = (percent: number): string => dec.encode(dec.quo(dec.fromInt(BigInt(percent)), dec.fromInt(100n)));

const DESCRIPTION = { moniker: "sim", identity: "", website: "", securityContact: "", details: "" };

/** Usually a delegation with a part of it; sometimes any operator and amount. */
function someDelegation(world: World) {
  const { random, ctx, turn, accounts } = world;
  const own = [...state.delegations.entries(ctx)].flatMap(([[delegator], { operatorText, shares }]) => {
    const signer = accounts.find(({ raw }) => equals(raw, delegator));
    return signer === undefined ? [] : [{ signer, operatorText, shares }];
  });
  if (own.length === 0 || random.below(6) === 0) {
    return { signer: turn, operatorText: someOperator(world), amount: someStake(world) };
  }
  const { signer, operatorText, shares } = random.pick(own);
  const part = (dec.truncateInt(shares) * BigInt(1 + random.below(40))) / 80n;
  const amount = { denom: getParams(ctx).bondDenom, amount: String(part) };
  return { signer, operatorText, amount };
}

/** An account that is an operator; one turn in three any account. */
function someOwner({ random, ctx, turn, accounts }: World) {
  const own = [...state.validators.keys(ctx)].flatMap(
    (operator) => accounts.find(({ raw }) => equals(raw, operator)) ?? [],
  );
  return own.length === 0 || random.below(3) === 0 ? turn : random.pick(own);
}

/** A key of the account's own, or a small one that several accounts try. */
function createValidator(world: World): SimulatedMessage {
  const { random, turn } = world;
  const key = new Uint8Array(32).fill(1 + random.below(3));
  if (random.below(3) > 0) key.set(turn.raw);
  return signedBy(turn, MsgCreateValidatorSchema, {
    description: random.below(10) === 0 ? { ...DESCRIPTION, moniker: "m".repeat(80) } : DESCRIPTION,
    commission: { rate: rate(random.below(12)), maxRate: rate(10), maxChangeRate: rate(random.below(12)) },
    minSelfDelegation: String(random.below(5)),
    validatorAddress: formatAddress(turn.raw, prefix.validator),
    pubkey: packAny(PubKeySchema, create(PubKeySchema, { key })),
    value: someStake(world),
  });
}

function editValidator(world: World): SimulatedMessage {
  const { random } = world;
  const turn = someOwner(world);
  return signedBy(turn, MsgEditValidatorSchema, {
    description: { ...DESCRIPTION, details: random.below(2) === 0 ? "[do-not-modify]" : "edited" },
    validatorAddress: formatAddress(turn.raw, prefix.validator),
    commissionRate: random.below(3) === 0 ? rate(random.below(120)) : "",
    minSelfDelegation: random.below(3) === 0 ? String(random.below(50)) : "",
  });
}

/** An entry of any account, or another height. */
function cancelUnbonding(world: World): SimulatedMessage | undefined {
  const { random, ctx, accounts } = world;
  const found = [...state.unbondings.entries(ctx)];
  if (found.length === 0) return undefined;
  const [[delegator], { operatorText, entries }] = random.pick(found);
  const signer = accounts.find(({ raw }) => equals(raw, delegator));
  if (signer === undefined) return undefined;
  const { creationHeight, balance } = random.pick(entries);
  const part = { denom: getParams(ctx).bondDenom, amount: String(balance / BigInt(1 + random.below(3))) };
  return signedBy(signer, MsgCancelUnbondingDelegationSchema, {
    delegatorAddress: signer.address,
    validatorAddress: operatorText,
    amount: random.below(4) === 0 ? someStake(world) : part,
    creationHeight: random.below(6) === 0 ? BigInt(random.below(3)) : creationHeight,
  });
}

export const operations: readonly Operation[] = [
  { name: "create-validator", weight: 2, make: createValidator },
  { name: "edit-validator", weight: 2, make: editValidator },
  {
    name: "delegate",
    weight: 6,
    make: (world) =>
      signedBy(world.turn, MsgDelegateSchema, {
        delegatorAddress: world.turn.address,
        validatorAddress: someOperator(world),
        amount: someStake(world),
      }),
  },
  {
    name: "undelegate",
    weight: 4,
    make(world) {
      const { signer, operatorText: validatorAddress, amount } = someDelegation(world);
      return signedBy(signer, MsgUndelegateSchema, { delegatorAddress: signer.address, validatorAddress, amount });
    },
  },
  {
    name: "redelegate",
    weight: 3,
    make(world) {
      const { signer, operatorText, amount } = someDelegation(world);
      return signedBy(signer, MsgBeginRedelegateSchema, {
        delegatorAddress: signer.address,
        validatorSrcAddress: operatorText,
        validatorDstAddress: someOperator(world),
        amount,
      });
    },
  },
  { name: "cancel-unbonding", weight: 3, make: cancelUnbonding },
  {
    // Refused: only governance may send it.
    name: "update-params",
    weight: 1,
    make({ random, turn }) {
      const authority = random.below(2) === 0 ? turn.address : governance;
      return signedBy(turn, MsgUpdateParamsSchema, { authority, params: defaultParams() });
    },
  },
];

export const governed: readonly GovernedOperation[] = [
  {
    name: "update-params",
    weight: 3,
    make({ random, ctx }) {
      const params = {
        ...getParams(ctx),
        unbondingTime: BigInt(60 + random.below(90)) * 1_000_000_000n,
        maxValidators: random.below(6) === 0 ? 0 : 4 + random.below(3),
        maxEntries: 2 + random.below(4),
        historicalEntries: random.below(5),
      };
      return packed(MsgUpdateParamsSchema, { authority: governance, params: paramsMessage(params) });
    },
  },
];
