// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { prefix } from "@sotto/address";
import { GrpcError } from "@sotto/errors";
import { addressArgument, asInternal, type Frozen, type Handlers, paginate, type ReadCtx } from "@sotto/kernel";
import { dec } from "@sotto/math";
import {
  BondStatus,
  BondStatusSchema,
  type Query,
  type QueryRedelegationsRequest,
  RedelegationSchema,
} from "@sotto/proto/cosmos.staking.v1beta1";
import { getDelegation } from "./delegate.ts";
import { StakingError } from "./errors.ts";
import type { StakingKeeper } from "./keeper.ts";
import type { Staking } from "./needs.ts";
import { paramsMessage } from "./params.ts";
import {
  type Delegation,
  delegationMessage,
  type Redelegation,
  redelegationEntry,
  unbondingMessage,
} from "./records.ts";
import { findRedelegation, getRedelegation } from "./redelegations.ts";
import { state } from "./state.ts";
import { findUnbonding, getUnbonding } from "./unbondings.ts";
import { tokensFromShares, validatorMessage, wireStatus } from "./validator.ts";
import { findValidator, getParams, getValidator } from "./validators.ts";

// Source of every answer: x/staking keeper/grpc_query.go.

const given = (text: string, name: "validator" | "delegator"): string => {
  if (text === "") throw GrpcError.invalidArgument(`${name} address cannot be empty`);
  return text;
};
const operatorArgument = (text: string): Uint8Array => addressArgument(text, prefix.validator);

/** A delegation with its worth: the validator and the parameters are read for each. */
function shownDelegation(ctx: ReadCtx, delegation: Frozen<Delegation>) {
  const validator = findValidator(ctx, delegation.operator);
  const { bondDenom } = getParams(ctx);
  const worth = dec.truncateInt(tokensFromShares(validator, delegation.shares));
  return { delegation: delegationMessage(delegation), balance: { denom: bondDenom, amount: String(worth) } };
}

function shownRedelegation(ctx: ReadCtx, redelegation: Frozen<Redelegation>) {
  const { delegatorText, sourceText, destinationText, destination, entries } = redelegation;
  const validator = findValidator(ctx, destination);
  return {
    redelegation: create(RedelegationSchema, {
      delegatorAddress: delegatorText,
      validatorSrcAddress: sourceText,
      validatorDstAddress: destinationText,
    }),
    entries: entries.map((entry) => ({
      // Compat: the number of holds is zero here (NewRedelegationEntryResponse).
      redelegationEntry: { ...redelegationEntry(entry), unbondingOnHoldRefCount: 0n },
      balance: String(dec.truncateInt(tokensFromShares(validator, entry.sharesDst))),
    })),
  };
}

/** The redelegations of a request: one, those from a validator, or those of an account. */
function redelegationsOf(ctx: ReadCtx, request: QueryRedelegationsRequest) {
  const { delegatorAddr, srcValidatorAddr, dstValidatorAddr, pagination } = request;
  if (delegatorAddr !== "" && srcValidatorAddr !== "" && dstValidatorAddr !== "") {
    const delegator = addressArgument(delegatorAddr);
    const key = [delegator, operatorArgument(srcValidatorAddr), operatorArgument(dstValidatorAddr)] as const;
    const found = getRedelegation(ctx, key);
    if (found !== undefined) return { rows: [shownRedelegation(ctx, found)], pagination: undefined };
    const pair = `delegator address ${delegatorAddr} from validator address ${srcValidatorAddr}`;
    throw GrpcError.notFound(`redelegation not found for ${pair}`);
  }
  if (delegatorAddr === "" && srcValidatorAddr !== "" && dstValidatorAddr === "") {
    const within = { prefix: [operatorArgument(srcValidatorAddr)] } as const;
    const show = ([source, delegator, destination]: readonly [Uint8Array, Uint8Array, Uint8Array]) =>
      shownRedelegation(ctx, findRedelegation(ctx, [delegator, source, destination]));
    return paginate(ctx, state.redelegationsFrom, pagination, within, show, "store");
  }
  const within = { prefix: [addressArgument(delegatorAddr)] } as const;
  const show = (_key: unknown, value: Frozen<Redelegation>) => shownRedelegation(ctx, value);
  return paginate(ctx, state.redelegations, pagination, within, show, "store");
}

/** The status of a request's text; undefined for all validators. */
function statusArgument(text: string) {
  if (text === "") return undefined;
  const known = [BondStatus.UNBONDED, BondStatus.UNBONDING, BondStatus.BONDED];
  const status = known.find((each) => BondStatusSchema.value[each]?.name === text);
  if (status === undefined) throw GrpcError.invalidArgument(`invalid validator status ${text}`);
  return status;
}

/** Queries about validators. */
const validatorQueries = (): Pick<
  Handlers<typeof Query, ReadCtx>,
  "validators" | "validator" | "validatorDelegations" | "validatorUnbondingDelegations"
> => ({
  validators(ctx, { status, pagination }) {
    const wanted = statusArgument(status);
    const page = asInternal(() =>
      paginate(
        ctx,
        state.validators,
        pagination,
        {},
        (_key, each) =>
          wanted === undefined || wireStatus(each.status) === wanted ? validatorMessage(each) : undefined,
        "filtered",
      ),
    );
    return { validators: [...page.rows], pagination: page.pagination };
  },
  validator(ctx, { validatorAddr }) {
    const found = getValidator(ctx, operatorArgument(given(validatorAddr, "validator")));
    if (found === undefined) throw GrpcError.notFound(`validator ${validatorAddr} not found`);
    return { validator: validatorMessage(found) };
  },
  validatorDelegations(ctx, { validatorAddr, pagination }) {
    const operator = operatorArgument(given(validatorAddr, "validator"));
    return asInternal(() => {
      const within = { prefix: [operator] } as const;
      const show = ([, delegator]: readonly [Uint8Array, Uint8Array]) => {
        const found = getDelegation(ctx, delegator, operator);
        return found && shownDelegation(ctx, found);
      };
      // The SDK walks all delegations when this page fails; that walk fails for the same requests.
      const page = paginate(ctx, state.delegationsOfValidator, pagination, within, show, "store");
      return { delegationResponses: [...page.rows], pagination: page.pagination };
    });
  },
  validatorUnbondingDelegations(ctx, { validatorAddr, pagination }) {
    const operator = operatorArgument(given(validatorAddr, "validator"));
    const within = { prefix: [operator] } as const;
    const page = asInternal(() =>
      paginate(
        ctx,
        state.unbondingsOfValidator,
        pagination,
        within,
        ([, delegator]) => unbondingMessage(findUnbonding(ctx, delegator, operator)),
        "store",
      ),
    );
    return { unbondingResponses: [...page.rows], pagination: page.pagination };
  },
});

/** Queries about delegators. */
const delegatorQueries = (): Pick<
  Handlers<typeof Query, ReadCtx>,
  | "delegation"
  | "unbondingDelegation"
  | "delegatorDelegations"
  | "delegatorUnbondingDelegations"
  | "redelegations"
  | "delegatorValidators"
  | "delegatorValidator"
> => {
  const pairOf = (request: { readonly delegatorAddr: string; readonly validatorAddr: string }) => {
    given(request.delegatorAddr, "delegator");
    given(request.validatorAddr, "validator");
    return [addressArgument(request.delegatorAddr), operatorArgument(request.validatorAddr)] as const;
  };
  const delegatorOf = (text: string) => ({ prefix: [addressArgument(given(text, "delegator"))] }) as const;
  const pairText = (request: { readonly delegatorAddr: string; readonly validatorAddr: string }): string =>
    `delegator ${request.delegatorAddr} not found for validator ${request.validatorAddr}`;
  return {
    delegation(ctx, request) {
      const found = getDelegation(ctx, ...pairOf(request));
      if (found === undefined) throw GrpcError.notFound(`delegation with ${pairText(request)}`);
      return { delegationResponse: asInternal(() => shownDelegation(ctx, found)) };
    },
    unbondingDelegation(ctx, request) {
      const found = getUnbonding(ctx, ...pairOf(request));
      if (found === undefined) throw GrpcError.notFound(`unbonding delegation with ${pairText(request)}`);
      return { unbond: unbondingMessage(found) };
    },
    delegatorDelegations(ctx, { delegatorAddr, pagination }) {
      const within = delegatorOf(delegatorAddr);
      return asInternal(() => {
        const show = (_key: unknown, each: Frozen<Delegation>) => shownDelegation(ctx, each);
        const page = paginate(ctx, state.delegations, pagination, within, show, "store");
        return { delegationResponses: [...page.rows], pagination: page.pagination };
      });
    },
    delegatorUnbondingDelegations(ctx, { delegatorAddr, pagination }) {
      const within = delegatorOf(delegatorAddr);
      const show = (_key: unknown, value: Parameters<typeof unbondingMessage>[0]) => unbondingMessage(value);
      const page = asInternal(() => paginate(ctx, state.unbondings, pagination, within, show, "store"));
      return { unbondingResponses: [...page.rows], pagination: page.pagination };
    },
    redelegations(ctx, request) {
      return asInternal(() => {
        const { rows, pagination } = redelegationsOf(ctx, request);
        return { redelegationResponses: [...rows], ...(pagination === undefined ? {} : { pagination }) };
      });
    },
    delegatorValidators(ctx, { delegatorAddr, pagination }) {
      const within = delegatorOf(delegatorAddr);
      const show = (_key: unknown, { operator }: Frozen<Delegation>) => validatorMessage(findValidator(ctx, operator));
      const page = asInternal(() => paginate(ctx, state.delegations, pagination, within, show, "store"));
      return { validators: [...page.rows], pagination: page.pagination };
    },
    delegatorValidator(ctx, request) {
      const [delegator, operator] = pairOf(request);
      return asInternal(() => {
        const found = getDelegation(ctx, delegator, operator);
        if (found === undefined) throw StakingError.noDelegation();
        return { validator: validatorMessage(findValidator(ctx, found.operator)) };
      });
    },
  };
};

/** Pool: the parameters, the accounts of both pools, their balances. */
function poolOf({ needs, bonded, notBonded }: Staking, ctx: ReadCtx) {
  const { bondDenom } = getParams(ctx);
  needs.account(ctx, bonded.address);
  needs.account(ctx, notBonded.address);
  return {
    notBondedTokens: String(needs.balance(ctx, notBonded.address, bondDenom)),
    bondedTokens: String(needs.balance(ctx, bonded.address, bondDenom)),
  };
}

export const queries = ({ parts }: StakingKeeper): Handlers<typeof Query, ReadCtx> => ({
  ...validatorQueries(),
  ...delegatorQueries(),
  historicalInfo(ctx, { height }) {
    if (height < 0n) throw GrpcError.invalidArgument("height cannot be negative");
    const hist = state.history.get(ctx, height);
    if (hist === undefined) throw GrpcError.notFound(`historical info for height ${height} not found`);
    return { hist };
  },
  pool: (ctx) => ({ pool: poolOf(parts, ctx) }),
  params: (ctx) => ({ params: paramsMessage(getParams(ctx)) }),
});
