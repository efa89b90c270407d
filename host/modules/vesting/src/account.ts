// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { type Dec, dec, NumberFault } from "@sotto/math";
import {
  addCoins,
  amountOf,
  type Coins,
  minCoins,
  mustCoins,
  noCoins,
  parseWireCoins,
  subCoins,
  type WireCoin,
  wireCoins,
} from "@sotto/math/coins";
import { type Coin, CoinSchema } from "@sotto/proto/cosmos.base.v1beta1";
import type { BaseVestingAccount, Period } from "@sotto/proto/cosmos.vesting.v1beta1";

// x/auth/vesting types/vesting_account.go. Times of accounts are in seconds since 1970.

/** A delegation of an account's coins. */
export interface Delegated {
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  /** The account's balances of the delegated denominations, before the delegation. */
  readonly balance: Coins;
  readonly amount: Coins;
}

export const secondsOf = (time: bigint): bigint => time / 1_000_000_000n;

/** Coins of an account, which its message or the genesis has checked. Throws NumberFault. */
export function coinsOf(coins: readonly WireCoin[]): Coins {
  const parsed = parseWireCoins(coins);
  if (parsed.fault !== undefined) throw new NumberFault(parsed.fault);
  return parsed.value;
}

export const rowCoins = (coins: Coins): Coin[] => wireCoins(coins).map((coin) => create(CoinSchema, coin));

export function minus(a: Coins, b: Coins): Coins {
  const rest = subCoins(a, b);
  if (rest === undefined) throw new NumberFault("negative coin amount");
  return rest;
}

/** Coins that vest evenly between two times: the part that has not vested at `now`. */
export function vestingEvenly(original: Coins, from: bigint, to: bigint, now: bigint): Coins {
  if (now <= from) return original;
  if (now >= to) return noCoins;
  const share: Dec = dec.quo(dec.fromInt(now - from), dec.fromInt(to - from));
  const vested = original.map(({ denom, amount }) => ({
    denom,
    amount: dec.roundInt(dec.mul(dec.fromInt(amount), share)),
  }));
  return minus(original, mustCoins(vested));
}

/** Coins that vest at the ends of periods. */
export function vestingByPeriods(
  original: Coins,
  { from, to, now }: { readonly from: bigint; readonly to: bigint; readonly now: bigint },
  periods: readonly Pick<Period, "length" | "amount">[],
): Coins {
  if (now <= from) return original;
  if (now >= to) return noCoins;
  let vested = noCoins;
  let start = from;
  for (const { length, amount } of periods) {
    if (now - start < length) break;
    vested = addCoins(vested, coinsOf(amount));
    start += length;
  }
  return minus(original, vested);
}

/** Vesting coins that the account still holds: delegated ones have left it. */
export const lockedOf = ({ delegatedVesting }: BaseVestingAccount, vesting: Coins): Coins =>
  minus(vesting, minCoins(vesting, coinsOf(delegatedVesting)));

const one = (denom: string, amount: bigint): Coins => mustCoins([{ denom, amount }]);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/**
 * The account after a delegation, which takes coins that still vest first. Throws NumberFault for
 * more than the balance.
 */
export function afterDelegation(
  account: BaseVestingAccount,
  vesting: Coins,
  { balance, amount }: Pick<Delegated, "balance" | "amount">,
): BaseVestingAccount {
  let free = coinsOf(account.delegatedFree);
  let locked = coinsOf(account.delegatedVesting);
  for (const { denom, amount: wanted } of amount) {
    if (amountOf(balance, denom) < wanted) {
      throw new NumberFault("delegation attempt with zero coins or insufficient funds");
    }
    const open = amountOf(vesting, denom) - amountOf(locked, denom);
    const ofVesting = smaller(open < 0n ? 0n : open, wanted);
    locked = addCoins(locked, one(denom, ofVesting));
    free = addCoins(free, one(denom, wanted - ofVesting));
  }
  return { ...account, delegatedFree: rowCoins(free), delegatedVesting: rowCoins(locked) };
}

/** The account after an undelegation, which returns free coins first. */
export function afterUndelegation(account: BaseVestingAccount, amount: Coins): BaseVestingAccount {
  let free = coinsOf(account.delegatedFree);
  let locked = coinsOf(account.delegatedVesting);
  for (const { denom, amount: returned } of amount) {
    const ofFree = smaller(amountOf(free, denom), returned);
    const ofVesting = smaller(amountOf(locked, denom), returned - ofFree);
    free = minus(free, one(denom, ofFree));
    locked = minus(locked, one(denom, ofVesting));
  }
  return { ...account, delegatedFree: rowCoins(free), delegatedVesting: rowCoins(locked) };
}
