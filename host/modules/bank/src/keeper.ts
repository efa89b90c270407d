// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress } from "@sotto/address";
import { SdkError } from "@sotto/errors";
import type { Frozen, Permission, ReadCtx, WriteCtx } from "@sotto/kernel";
import { int } from "@sotto/math";
import { amountOf, type Coins, formatCoins, mustCoins } from "@sotto/math/coins";
import { type Metadata, ParamsSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { createDelegations } from "./delegations.ts";
import { BankError } from "./errors.ts";
import { coinReceived, coinSpent, senderEvent, transfer } from "./events.ts";
import { createModuleMoney } from "./moduleMoney.ts";
import { state } from "./state.ts";

/** The functions of the chain that bank calls. It reaches nothing else. */
export interface BankNeeds {
  /** Whether users may not send to the account in this block. */
  isBlocked(ctx: ReadCtx, address: Uint8Array): boolean;
  /** Coins that the account may not spend yet. */
  lockedCoins(ctx: ReadCtx, address: Uint8Array): Coins;
  hasAccount(ctx: ReadCtx, address: Uint8Array): boolean;
  createAccount(ctx: WriteCtx, address: Uint8Array): void;
  /** Accounts that modules own, by name, with the permissions of each. */
  readonly moduleAccounts: ReadonlyMap<string, readonly Permission[]>;
  ensureModule(ctx: WriteCtx, name: string): Uint8Array;
  /** The account of an address. Bank asks only whether it exists. */
  account(ctx: ReadCtx, address: Uint8Array): unknown;
  /**
   * Record a delegation or an undelegation in an account that locks coins. Throw sdk/9 without an
   * account.
   */
  trackDelegation(ctx: WriteCtx, address: Uint8Array, balance: Coins, amount: Coins): void;
  trackUndelegation(ctx: WriteCtx, address: Uint8Array, amount: Coins): void;
}

export type BankKeeper = ReturnType<typeof bankKeeper>;

export function bankKeeper({ isBlocked, lockedCoins, hasAccount, createAccount, ...others }: BankNeeds) {
  const { balances, sendEnabled, supply } = state;
  const balance = (ctx: ReadCtx, owner: Uint8Array, denom: string) => balances.get(ctx, [owner, denom]) ?? 0n;

  const params = (ctx: ReadCtx) => state.params.get(ctx) ?? create(ParamsSchema, { defaultSendEnabled: true });

  /** A zero balance is an absent row: a stored zero would change the app hash. */
  function put(ctx: WriteCtx, owner: Uint8Array, denom: string, amount: bigint): void {
    if (amount === 0n) balances.remove(ctx, [owner, denom]);
    else balances.set(ctx, [owner, denom], amount);
  }

  function take(ctx: WriteCtx, from: Uint8Array, coins: Coins): void {
    const locked = lockedCoins(ctx, from);
    for (const { denom, amount } of coins) {
      const had = balance(ctx, from, denom);
      const kept = amountOf(locked, denom);
      if (had < kept) {
        throw SdkError.insufficientFunds(
          `locked amount exceeds account balance funds: ${kept}${denom} > ${had}${denom}`,
        );
      }
      if (had - kept < amount) {
        throw SdkError.insufficientFunds(`spendable balance ${had - kept}${denom} is smaller than ${amount}${denom}`);
      }
      put(ctx, from, denom, had - amount);
    }
  }

  function give(ctx: WriteCtx, to: Uint8Array, coins: Coins): void {
    for (const { denom, amount } of coins) put(ctx, to, denom, int.add(balance(ctx, to, denom), amount));
  }

  /**
   * Takes coins from an account and emits the event. Throws sdk/5 when the account may spend too
   * few.
   */
  function subtract(ctx: WriteCtx, from: Uint8Array, coins: Coins): void {
    take(ctx, from, coins);
    ctx.emit(coinSpent(formatAddress(from), formatCoins(coins)));
  }

  function add(ctx: WriteCtx, to: Uint8Array, coins: Coins): void {
    give(ctx, to, coins);
    ctx.emit(coinReceived(formatAddress(to), formatCoins(coins)));
  }

  /** Moves coins and emits the events of SendCoins; a new recipient gets an account. */
  function send(ctx: WriteCtx, from: Uint8Array, to: Uint8Array, coins: Coins): void {
    const [sender, recipient, text] = [formatAddress(from), formatAddress(to), formatCoins(coins)];
    take(ctx, from, coins);
    ctx.emit(coinSpent(sender, text));
    give(ctx, to, coins);
    ctx.emit(coinReceived(recipient, text));
    if (!hasAccount(ctx, to)) createAccount(ctx, to);
    ctx.emit(transfer(sender, recipient, text));
    ctx.emit(senderEvent(sender));
  }

  const money = createModuleMoney({
    moduleAccounts: others.moduleAccounts,
    ensureModule: others.ensureModule,
    ...createDelegations({ ...others, balance, put, subtract, add }),
    isBlocked,
    send,
    add,
    subtract,
    supply: (ctx, denom) => supply.get(ctx, denom) ?? 0n,
    // A supply of zero is an absent row (x/bank keeper, setSupply).
    setSupply: (ctx, denom, amount) => (amount === 0n ? supply.remove(ctx, denom) : supply.set(ctx, denom, amount)),
  });

  return {
    ...money,
    balance,
    isBlocked,
    lockedCoins,
    add,
    subtract,
    supply: (ctx: ReadCtx, denom: string): bigint => supply.get(ctx, denom) ?? 0n,
    allBalances: (ctx: ReadCtx, owner: Uint8Array): Coins =>
      mustCoins([...balances.entries(ctx, { prefix: [owner] })].map(([[, denom], amount]) => ({ denom, amount }))),
    /** Coins of a genesis file, without events. The caller counts them in the supply. */
    credit: give,
    /** New coins, without events. */
    mint(ctx: WriteCtx, to: Uint8Array, coins: Coins): void {
      for (const { denom, amount } of coins) {
        supply.set(ctx, denom, int.add(supply.get(ctx, denom) ?? 0n, amount));
        put(ctx, to, denom, int.add(balance(ctx, to, denom), amount));
      }
    },
    assertSendEnabled(ctx: ReadCtx, coins: Coins): void {
      const { defaultSendEnabled } = params(ctx);
      for (const { denom } of coins) {
        // Compat: two reads although one suffices, and the transaction pays for both (x/bank
        // keeper/send.go getSendEnabled).
        const own = sendEnabled.has(ctx, denom) ? sendEnabled.get(ctx, denom) : undefined;
        if (!(own ?? defaultSendEnabled)) throw BankError.sendDisabled(`${denom} transfers are currently disabled`);
      }
    },
    send,
    /** Creates an account for a new recipient. */
    ensureAccount(ctx: WriteCtx, address: Uint8Array): void {
      if (!hasAccount(ctx, address)) createAccount(ctx, address);
    },
    metadata: (ctx: ReadCtx, denom: string): Frozen<Metadata> | undefined => state.metadata.get(ctx, denom),
    params,
  };
}
