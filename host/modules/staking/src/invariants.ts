// SPDX-License-Identifier: Apache-2.0
import { toHex } from "@sotto/bytes";
import type { ReadCtx } from "@sotto/kernel";
import { type Dec, dec } from "@sotto/math";
import type { StakingKeeper } from "./keeper.ts";
import { state } from "./state.ts";
import { potentialPower } from "./validator.ts";
import { getParams } from "./validators.ts";

/** The tokens that the rows add up to, of each pool. */
function held(ctx: ReadCtx) {
  const sums = { bonded: 0n, notBonded: 0n };
  for (const [, { status, tokens }] of state.validators.entries(ctx)) {
    sums[status === "bonded" ? "bonded" : "notBonded"] += tokens;
  }
  for (const [, { entries }] of state.unbondings.entries(ctx)) {
    for (const { balance } of entries) sums.notBonded += balance;
  }
  return sums;
}

/** Cost of each invariant: one walk through its rows. */
export const invariants = {
  /** The pools hold the tokens of validators and unbondings. */
  "module-accounts"({ parts }: StakingKeeper, ctx: ReadCtx): string | undefined {
    const { bondDenom } = getParams(ctx);
    const sums = held(ctx);
    for (const pool of ["bonded", "notBonded"] as const) {
      const balance = parts.needs.balance(ctx, parts[pool].address, bondDenom);
      if (balance !== sums[pool]) return `the pool ${pool} has ${balance}, the rows add up to ${sums[pool]}`;
    }
    return undefined;
  },

  /** The index by power has each validator out of jail under its power, and no other entry. */
  "nonnegative-power"(_staking: StakingKeeper, ctx: ReadCtx): string | undefined {
    let listed = 0;
    for (const [[power], operator] of state.byPower.entries(ctx)) {
      const validator = state.validators.get(ctx, operator);
      if (validator === undefined || validator.jailed || potentialPower(validator) !== power) {
        return `the index by power has ${toHex(operator)} at ${power}`;
      }
      listed++;
    }
    for (const [, { jailed, tokens, operatorText }] of state.validators.entries(ctx)) {
      if (tokens < 0n) return `${operatorText} has ${tokens} tokens`;
      if (!jailed) listed--;
    }
    return listed === 0 ? undefined : "a validator out of jail is not in the index by power";
  },

  "positive-delegation"(_staking: StakingKeeper, ctx: ReadCtx): string | undefined {
    for (const [, { shares, delegatorText, operatorText }] of state.delegations.entries(ctx)) {
      if (shares <= 0n) return `${delegatorText} has ${dec.format(shares)} shares of ${operatorText}`;
    }
    return undefined;
  },

  /** The shares of each validator are those of its delegations. */
  "delegator-shares"(_staking: StakingKeeper, ctx: ReadCtx): string | undefined {
    const sums = new Map<string, Dec>();
    for (const [[, operator], { shares }] of state.delegations.entries(ctx)) {
      const name = toHex(operator);
      sums.set(name, dec.add(sums.get(name) ?? dec.zero, shares));
    }
    for (const [operator, { shares, operatorText }] of state.validators.entries(ctx)) {
      const sum = sums.get(toHex(operator)) ?? dec.zero;
      if (sum !== shares) return `${operatorText} has ${dec.format(shares)} shares, delegations ${dec.format(sum)}`;
    }
    return undefined;
  },

  /** The indexes by validator have an entry for each delegation and unbonding, and no other one. */
  "validator-indexes"(_staking: StakingKeeper, ctx: ReadCtx): string | undefined {
    const pairs = [
      ["delegation", state.delegations, state.delegationsOfValidator],
      ["unbonding", state.unbondings, state.unbondingsOfValidator],
    ] as const;
    for (const [name, rows, index] of pairs) {
      for (const [delegator, operator] of rows.keys(ctx)) {
        if (!index.has(ctx, [operator, delegator])) return `an entry of a ${name} is missing`;
      }
      for (const [operator, delegator] of index.keys(ctx)) {
        if (!rows.has(ctx, [delegator, operator])) return `an entry leads to no ${name}`;
      }
    }
    return undefined;
  },
};
