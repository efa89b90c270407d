import { create } from "@bufbuild/protobuf";
import { formatAddress } from "@sotto/address";
import { SdkError } from "@sotto/errors";
import type { ReadCtx, WriteCtx } from "@sotto/kernel";
import { type WireCoin as Coin, wireCoinsFault } from "@sotto/math";
import { type Metadata, ParamsSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { BankError } from "./errors.ts";
import { coinReceived, coinSpent, senderEvent, transfer } from "./events.ts";
import { state } from "./state.ts";

/** What bank asks of the rest of the chain. Nothing else is reachable from here. */
export interface BankNeeds {
  isBlocked(address: Uint8Array): boolean;
  locked(ctx: ReadCtx, address: Uint8Array, denom: string): bigint;
  hasAccount(ctx: ReadCtx, address: Uint8Array): boolean;
  createAccount(ctx: WriteCtx, address: Uint8Array): void;
}

export type BankKeeper = ReturnType<typeof bankKeeper>;

/** Coins as events and errors print them: `1uscrt,2utoken`. */
export const show = (coins: readonly Coin[]): string => coins.map(({ denom, amount }) => `${amount}${denom}`).join(",");

/** A negative amount would move coins the other way: whoever asks, only valid coins move. */
function assertValid(coins: readonly Coin[]): void {
  if (wireCoinsFault(coins) !== undefined) throw SdkError.invalidCoins(show(coins).slice(0, 256));
}

export function bankKeeper({ isBlocked, locked, hasAccount, createAccount }: BankNeeds) {
  const { balances, owners, sendEnabled, supply } = state;
  const balance = (ctx: ReadCtx, owner: Uint8Array, denom: string) => balances.get(ctx, [owner, denom]) ?? 0n;

  /** A zero balance is an absent row: a stored zero would change the app hash. */
  function put(ctx: WriteCtx, owner: Uint8Array, denom: string, had: bigint, amount: bigint): void {
    if (amount === 0n) {
      balances.remove(ctx, [owner, denom]);
      owners.remove(ctx, [denom, owner]);
    } else {
      balances.set(ctx, [owner, denom], amount);
      if (had === 0n) owners.set(ctx, [denom, owner], true);
    }
  }

  function subtract(ctx: WriteCtx, from: Uint8Array, coins: readonly Coin[]): void {
    assertValid(coins);
    for (const { denom, amount } of coins) {
      const had = balance(ctx, from, denom);
      const wanted = BigInt(amount);
      const spendable = had - locked(ctx, from, denom);
      if (spendable < wanted) {
        throw SdkError.insufficientFunds(
          `spendable balance ${spendable < 0n ? 0n : spendable}${denom} is smaller than ${wanted}${denom}`,
        );
      }
      put(ctx, from, denom, had, had - wanted);
    }
    ctx.emit(coinSpent(formatAddress(from), show(coins)));
  }

  function add(ctx: WriteCtx, to: Uint8Array, coins: readonly Coin[]): void {
    assertValid(coins);
    for (const { denom, amount } of coins) {
      const had = balance(ctx, to, denom);
      put(ctx, to, denom, had, had + BigInt(amount));
    }
    ctx.emit(coinReceived(formatAddress(to), show(coins)));
  }

  return {
    balance,
    isBlocked,
    locked,
    add,
    subtract,
    allBalances: (ctx: ReadCtx, owner: Uint8Array): Coin[] =>
      [...balances.entries(ctx, { prefix: balances.key.encodePart([owner, ""]).subarray(0, owner.length + 1) })].map(
        ([[, denom], amount]) => ({ denom, amount: String(amount) }),
      ),
    mint(ctx: WriteCtx, to: Uint8Array, denom: string, amount: bigint): void {
      supply.set(ctx, denom, (supply.get(ctx, denom) ?? 0n) + amount);
      const had = balance(ctx, to, denom);
      put(ctx, to, denom, had, had + amount);
    },
    assertSendEnabled(ctx: ReadCtx, denom: string): void {
      const enabled = sendEnabled.get(ctx, denom) ?? state.params.get(ctx)?.defaultSendEnabled ?? true;
      if (!enabled) throw BankError.sendDisabled(`${denom} transfers are currently disabled`);
    },
    /** Moves coins, with the events of SendCoins; a new recipient gets an account. */
    send(ctx: WriteCtx, from: Uint8Array, to: Uint8Array, coins: readonly Coin[]): void {
      subtract(ctx, from, coins);
      add(ctx, to, coins);
      if (!hasAccount(ctx, to)) createAccount(ctx, to);
      const sender = formatAddress(from);
      ctx.emit(transfer(sender, formatAddress(to), show(coins)));
      ctx.emit(senderEvent(sender));
    },
    /** Makes an account for who received coins and had none. */
    ensureAccount(ctx: WriteCtx, address: Uint8Array): void {
      if (!hasAccount(ctx, address)) createAccount(ctx, address);
    },
    metadata: (ctx: ReadCtx, denom: string): Metadata | undefined => state.metadata.get(ctx, denom),
    params: (ctx: ReadCtx) => state.params.get(ctx) ?? create(ParamsSchema, { defaultSendEnabled: true }),
  };
}

export type { Coin };
