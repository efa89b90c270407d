// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { fromUtf8, toHex, toUtf8 } from "@sotto/bytes";
import { SdkError } from "@sotto/errors";
import {
  atHeight,
  each,
  type Frozen,
  genesisOf,
  type ReadCtx,
  type ValidatorUpdate,
  type WriteCtx,
} from "@sotto/kernel";
import { dec, int } from "@sotto/math";
import { equalCoins, formatCoins, mustCoins } from "@sotto/math/coins";
import { IntProtoSchema } from "@sotto/proto/cosmos.base.v1beta1";
import {
  type Delegation,
  GenesisStateSchema,
  type LastValidatorPower,
  type Redelegation,
  type UnbondingDelegation,
  type Validator as ValidatorMessage,
} from "@sotto/proto/cosmos.staking.v1beta1";
import { parsePublicKey } from "@sotto/tx";
import { mustOperator, operatorText } from "./addresses.ts";
import { setDelegation } from "./delegate.ts";
import { callHooks } from "./hooks.ts";
import type { StakingKeeper } from "./keeper.ts";
import { BONDED_POOL, NOT_BONDED_POOL, type Staking } from "./needs.ts";
import { checkedParams, defaultParams, paramsMessage } from "./params.ts";
import {
  delegationMessage,
  readDelegation,
  readRedelegation,
  readUnbonding,
  redelegationMessage,
  unbondingMessage,
} from "./records.ts";
import { enqueueRedelegation, setRedelegation } from "./redelegations.ts";
import { state } from "./state.ts";
import { enqueueUnbonding, setUnbonding } from "./unbondings.ts";
import { readValidator, type Validator, validatorMessage } from "./validator.ts";
import { applySetUpdates, updateOf } from "./validatorSet.ts";
import { enqueueValidator, findValidator, getParams, setByConsensus, setByPower, setValidator } from "./validators.ts";

/** Tokens in the two pools that the rows of the file add up to. */
interface Held {
  bonded: bigint;
  notBonded: bigint;
}

/** The rules of x/staking genesis.go ValidateGenesis for one validator. */
function assertValid(validator: Validator, known: Set<string>): void {
  const { commission, description, consensusAddress, consensusKey, jailed, status, shares } = validator;
  const key = toHex(consensusAddress);
  const rates = [commission.rate, commission.maxRate, commission.maxChangeRate];
  const which = `moniker ${description.moniker.slice(0, 80)}, address ${key}`;
  if (parsePublicKey(consensusKey).kind !== "ed25519") {
    throw SdkError.logic(`the consensus key of a validator must be an ed25519 key: ${which}`);
  }
  // With other rates the first block that shares rewards out would stop the chain.
  if (rates.some((rate) => rate < 0n || rate > dec.one)) {
    throw SdkError.logic(`the commission rates of a validator must be from 0 to 1: ${which}`);
  }
  if (known.has(key)) throw SdkError.logic(`duplicate validator in genesis state: ${which}`);
  known.add(key);
  if (jailed && status === "bonded") throw SdkError.logic(`validator is bonded and jailed in genesis state: ${which}`);
  if (shares === 0n && status !== "unbonding") {
    throw SdkError.logic(`bonded/unbonded genesis validator cannot have zero delegator shares, validator: ${which}`);
  }
}

function initValidators(
  { hooks }: Staking,
  ctx: WriteCtx,
  list: Iterable<Frozen<ValidatorMessage>>,
  exported: boolean,
  held: Held,
): void {
  const known = new Set<string>();
  for (const message of list) {
    const validator = readValidator(message);
    assertValid(validator, known);
    setValidator(ctx, validator);
    setByConsensus(ctx, validator);
    setByPower(ctx, validator);
    if (!exported) callHooks(hooks, "afterValidatorCreated", ctx, validator.operator);
    if (validator.status === "unbonding") enqueueValidator(ctx, validator);
    const pool = validator.status === "bonded" ? "bonded" : "notBonded";
    held[pool] = int.add(held[pool], validator.tokens);
  }
}

function initDelegations(
  { hooks }: Staking,
  ctx: WriteCtx,
  list: Iterable<Frozen<Delegation>>,
  exported: boolean,
): void {
  for (const message of list) {
    const delegation = readDelegation(message);
    const { delegator, operator } = delegation;
    if (!exported) callHooks(hooks, "beforeDelegationCreated", ctx, delegator, operator);
    setDelegation(ctx, delegation);
    if (!exported) callHooks(hooks, "afterDelegationModified", ctx, delegator, operator);
  }
}

function initUnbondings(ctx: WriteCtx, list: Iterable<Frozen<UnbondingDelegation>>, held: Held): void {
  for (const message of list) {
    const unbonding = readUnbonding(message);
    setUnbonding(ctx, unbonding);
    for (const { completionTime, balance } of unbonding.entries) {
      enqueueUnbonding(ctx, unbonding, completionTime);
      held.notBonded = int.add(held.notBonded, balance);
    }
  }
}

function initRedelegations(ctx: WriteCtx, list: Iterable<Frozen<Redelegation>>): void {
  for (const message of list) {
    const redelegation = readRedelegation(message);
    setRedelegation(ctx, redelegation);
    for (const { completionTime } of redelegation.entries) enqueueRedelegation(ctx, redelegation, completionTime);
  }
}

/** Creates the pools' accounts and compares their balances with the rows. Throws sdk/35. */
function assertPools({ needs }: Staking, ctx: WriteCtx, denom: string, held: Held): void {
  const pools = [
    [BONDED_POOL, "bonded", held.bonded],
    [NOT_BONDED_POOL, "not bonded", held.notBonded],
  ] as const;
  for (const [name, words, amount] of pools) {
    const balances = needs.allBalances(ctx, needs.ensureModule(ctx, name));
    const expected = mustCoins([{ denom, amount }]);
    if (equalCoins(balances, expected)) continue;
    const sums = `${formatCoins(balances)} <-> ${formatCoins(expected)}`;
    throw SdkError.logic(`${words} pool balance is different from ${words} coins: ${sums}`);
  }
}

/** The set of an exported file, with the powers of its last block. Throws sdk/35. */
function initPowers(ctx: WriteCtx, list: Iterable<Frozen<LastValidatorPower>>, total: string): ValidatorUpdate[] {
  const updates: ValidatorUpdate[] = [];
  let sum = 0n;
  for (const { address, power } of list) {
    const operator = mustOperator(address);
    state.lastPowers.set(ctx, operator, power);
    updates.push(updateOf(findValidator(ctx, operator), power));
    sum += power;
  }
  // The SDK starts such a chain, whose set of validators is then another one than its rows say.
  if (String(sum) !== total) {
    throw SdkError.logic(`last_total_power is ${total}, but last_validator_powers have ${sum}`);
  }
  return updates;
}

const total = (bytes: Uint8Array): string => (bytes.length === 0 ? "0" : (toUtf8(bytes) ?? "0"));

export const genesis = genesisOf<StakingKeeper, typeof GenesisStateSchema>(GenesisStateSchema, {
  default: () => ({ params: defaultParams(), lastTotalPower: fromUtf8("0") }),
  init({ parts }, context, file) {
    // Compat: the height before the first block is 0, whatever the initial height is: rows and
    // hooks see it (x/staking keeper/genesis.go InitGenesis).
    const ctx = atHeight(context, 0);
    const { params = defaultParams(), exported } = file;
    const held: Held = { bonded: 0n, notBonded: 0n };
    const checked = checkedParams(params);
    state.params.set(ctx, checked);
    state.lastTotalPower.set(ctx, create(IntProtoSchema, { int: total(file.lastTotalPower) }));
    initValidators(parts, ctx, file.validators, exported, held);
    initDelegations(parts, ctx, file.delegations, exported);
    initUnbondings(ctx, file.unbondingDelegations, held);
    initRedelegations(ctx, file.redelegations);
    assertPools(parts, ctx, checked.bondDenom, held);
    return exported
      ? initPowers(ctx, file.lastValidatorPowers, total(file.lastTotalPower))
      : applySetUpdates(parts, ctx);
  },
  export: (_keeper, ctx: ReadCtx) => ({
    params: paramsMessage(getParams(ctx)),
    lastTotalPower: fromUtf8(state.lastTotalPower.get(ctx)?.int ?? "0"),
    lastValidatorPowers: each(state.lastPowers.entries(ctx), ([operator, power]) => ({
      address: operatorText(operator),
      power,
    })),
    validators: each(state.validators.entries(ctx), ([, validator]) => validatorMessage(validator)),
    delegations: each(state.delegations.entries(ctx), ([, delegation]) => delegationMessage(delegation)),
    unbondingDelegations: each(state.unbondings.entries(ctx), ([, unbonding]) => unbondingMessage(unbonding)),
    redelegations: each(state.redelegations.entries(ctx), ([, redelegation]) => redelegationMessage(redelegation)),
    exported: true,
  }),
});
