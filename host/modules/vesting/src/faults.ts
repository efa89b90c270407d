// SPDX-License-Identifier: Apache-2.0

import type { WireCoin } from "@sotto/math/coins";
import { addCoins, type Coins, coversCoins, equalCoins, formatCoins, noCoins, parseWireCoins } from "@sotto/math/coins";
import type {
  BaseVestingAccount,
  ContinuousVestingAccount,
  PeriodicVestingAccount,
  PermanentLockedAccount,
} from "@sotto/proto/cosmos.vesting.v1beta1";

// The first fault of an account of a genesis file in the words of x/auth/vesting
// types/vesting_account.go Validate; undefined for a valid one.

const shown = (coins: readonly WireCoin[]): string => coins.map(({ denom, amount }) => `${amount}${denom}`).join(",");

/** One coin or more; undefined when they are not a set. */
function coinsOrFault(coins: readonly WireCoin[]): Coins | undefined {
  const parsed = parseWireCoins(coins);
  return parsed.fault !== undefined || coins.length === 0 ? undefined : parsed.value;
}

const MISSING = "a vesting account has no base vesting account";

export function vestingFault(account: BaseVestingAccount | undefined): string | undefined {
  if (account === undefined) return MISSING;
  const { endTime, originalVesting, delegatedVesting, delegatedFree } = account;
  if (endTime < 0n) return "end time cannot be negative";
  const original = coinsOrFault(originalVesting);
  if (original === undefined) return `invalid coins: ${shown(originalVesting)}`;
  const delegated = parseWireCoins(delegatedVesting);
  if (delegated.fault !== undefined) return `invalid coins: ${shown(delegatedVesting)}`;
  if (parseWireCoins(delegatedFree).fault !== undefined) return `invalid coins: ${shown(delegatedFree)}`;
  return coversCoins(original, delegated.value)
    ? undefined
    : "delegated vesting amount cannot be greater than original vesting amount";
}

const ORDER = "vesting start-time cannot be before end-time";

/**
 * Compat: without the order of start and end, which `Validate` has. The message makes accounts that
 * end before they start (msg_server.go CreateVestingAccount), and InitGenesis of the SDK takes
 * them.
 */
export const continuousFault = ({ baseVestingAccount }: ContinuousVestingAccount): string | undefined =>
  vestingFault(baseVestingAccount);

export function lockedFault({ baseVestingAccount }: PermanentLockedAccount): string | undefined {
  if ((baseVestingAccount?.endTime ?? 0n) > 0n) return "permanently vested accounts cannot have an end-time";
  return vestingFault(baseVestingAccount);
}

export function periodicFault(account: PeriodicVestingAccount): string | undefined {
  const { baseVestingAccount, startTime, vestingPeriods } = account;
  const end = baseVestingAccount?.endTime ?? 0n;
  if (startTime >= end) return ORDER;
  let time = startTime;
  let total = noCoins;
  for (const [i, { length, amount }] of vestingPeriods.entries()) {
    if (length < 0n) return `period #${i} has a negative length: ${length}`;
    time = BigInt.asIntN(64, time + length);
    const coins = coinsOrFault(amount);
    if (coins === undefined) return `period #${i} has invalid coins: ${shown(amount)}`;
    total = addCoins(total, coins);
  }
  if (time !== end) return "vesting end time does not match length of all vesting periods";
  const original = parseWireCoins(baseVestingAccount?.originalVesting ?? []);
  if (original.fault !== undefined || !equalCoins(original.value, total)) {
    const given = shown(baseVestingAccount?.originalVesting ?? []);
    return `original vesting coins (${given}) does not match the sum of all coins in vesting periods (${formatCoins(total)})`;
  }
  return vestingFault(baseVestingAccount);
}
