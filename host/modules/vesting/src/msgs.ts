// SPDX-License-Identifier: Apache-2.0
import { create, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { formatAddress } from "@sotto/address";
import { packAny } from "@sotto/codec";
import { SdkError } from "@sotto/errors";
import { addressFieldOr, type Handlers, type WriteCtx } from "@sotto/kernel";
import { addCoins, type Coins, formatMessageCoins, noCoins, parseMessageCoins, type WireCoin } from "@sotto/math/coins";
import { BaseAccountSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import {
  type BaseVestingAccount,
  BaseVestingAccountSchema,
  ContinuousVestingAccountSchema,
  DelayedVestingAccountSchema,
  type Msg,
  type Period,
  PeriodicVestingAccountSchema,
  PermanentLockedAccountSchema,
} from "@sotto/proto/cosmos.vesting.v1beta1";
import { rowCoins, secondsOf } from "./account.ts";
import { periodicFault } from "./faults.ts";
import type { VestingKeeper } from "./keeper.ts";

// x/auth/vesting msg_server.go.

const addressOf = (text: string, role: "from" | "to"): Uint8Array => addressFieldOr(`invalid '${role}' address`, text);

/** One coin or more. Throws sdk/10. */
function amountOf(coins: readonly WireCoin[]): Coins {
  const parsed = parseMessageCoins(coins);
  if (parsed.fault === undefined && coins.length > 0) return parsed.value;
  throw SdkError.invalidCoins(formatMessageCoins(coins).slice(0, 256));
}

/** The sum of the coins of periods. Throws sdk/18 for a length below 1. */
function totalOf(periods: readonly Period[]): Coins {
  let total = noCoins;
  for (const [i, { length, amount }] of periods.entries()) {
    if (length < 1n) {
      throw SdkError.invalidRequest(`invalid period length of ${length} in period ${i}, length must be greater than 0`);
    }
    total = addCoins(total, amountOf(amount));
  }
  return total;
}

/** Who pays, who receives, and the text of the receiver. */
interface Transfer {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly text: string;
  readonly coins: Coins;
}

export function msgs(vesting: VestingKeeper): Handlers<typeof Msg, WriteCtx> {
  function assertReceives(ctx: WriteCtx, { to, text }: Transfer): void {
    if (vesting.isBlocked(ctx, to)) throw SdkError.unauthorized(`${text} is not allowed to receive funds`);
    if (vesting.account(ctx, to) !== undefined) throw SdkError.invalidRequest(`account ${text} already exists`);
  }

  function baseOf(ctx: WriteCtx, { to, coins }: Transfer, endTime: bigint): BaseVestingAccount {
    const baseAccount = create(BaseAccountSchema, {
      address: formatAddress(to),
      accountNumber: vesting.nextNumber(ctx),
    });
    return create(BaseVestingAccountSchema, { baseAccount, originalVesting: rowCoins(coins), endTime });
  }

  /** Writes the account, then moves its coins to it. */
  function open<D extends DescMessage>(
    ctx: WriteCtx,
    { from, to, coins }: Transfer,
    schema: D,
    account: MessageShape<D>,
  ): Record<string, never> {
    vesting.setAccount(ctx, to, packAny(schema, account));
    vesting.send(ctx, from, to, coins);
    return {};
  }

  const transferOf = (fromAddress: string, toAddress: string) => ({
    from: addressOf(fromAddress, "from"),
    to: addressOf(toAddress, "to"),
  });

  return {
    createVestingAccount(ctx, { fromAddress, toAddress, amount, endTime, delayed }) {
      const addresses = transferOf(fromAddress, toAddress);
      const transfer = { ...addresses, text: toAddress, coins: amountOf(amount) };
      if (endTime <= 0n) throw SdkError.invalidRequest("invalid end time");
      vesting.assertSendEnabled(ctx, transfer.coins);
      assertReceives(ctx, transfer);
      const baseVestingAccount = baseOf(ctx, transfer, endTime);
      if (delayed) {
        const account = create(DelayedVestingAccountSchema, { baseVestingAccount });
        return open(ctx, transfer, DelayedVestingAccountSchema, account);
      }
      const startTime = secondsOf(ctx.block.time);
      const account = create(ContinuousVestingAccountSchema, { baseVestingAccount, startTime });
      return open(ctx, transfer, ContinuousVestingAccountSchema, account);
    },

    createPermanentLockedAccount(ctx, { fromAddress, toAddress, amount }) {
      const addresses = transferOf(fromAddress, toAddress);
      const transfer = { ...addresses, text: toAddress, coins: amountOf(amount) };
      vesting.assertSendEnabled(ctx, transfer.coins);
      assertReceives(ctx, transfer);
      const baseVestingAccount = baseOf(ctx, transfer, 0n);
      const account = create(PermanentLockedAccountSchema, { baseVestingAccount });
      return open(ctx, transfer, PermanentLockedAccountSchema, account);
    },

    createPeriodicVestingAccount(ctx, { fromAddress, toAddress, startTime, vestingPeriods }) {
      const addresses = transferOf(fromAddress, toAddress);
      if (startTime < 1n) {
        throw SdkError.invalidRequest(`invalid start time of ${startTime}, length must be greater than 0`);
      }
      const transfer = { ...addresses, text: toAddress, coins: totalOf(vestingPeriods) };
      assertReceives(ctx, transfer);
      // Without coins the parameters of bank are not read.
      if (transfer.coins.length > 0) vesting.assertSendEnabled(ctx, transfer.coins);
      const end = vestingPeriods.reduce((time, { length }) => BigInt.asIntN(64, time + length), startTime);
      const baseVestingAccount = baseOf(ctx, transfer, end);
      const account = create(PeriodicVestingAccountSchema, { baseVestingAccount, startTime, vestingPeriods });
      const fault = periodicFault(account);
      if (fault !== undefined) throw SdkError.invalidRequest(fault);
      return open(ctx, transfer, PeriodicVestingAccountSchema, account);
    },
  };
}
