import { create } from "@bufbuild/protobuf";
import { formatAddress } from "@sotto/address";
import { SdkError } from "@sotto/errors";
import type { Frozen, Permission, ReadCtx, WriteCtx } from "@sotto/kernel";
import { type WireCoin as Coin, wireCoinsFault } from "@sotto/math";
import { type Metadata, ParamsSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { BankError } from "./errors.ts";
import { coinReceived, coinSpent, senderEvent, show, transfer } from "./events.ts";
import { createModuleMoney } from "./moduleMoney.ts";
import { state } from "./state.ts";

/** What bank asks of the rest of the chain. Nothing else is reachable from here. */
export interface BankNeeds {
  isBlocked(address: Uint8Array): boolean;
  /** Coins of the account that it may not spend yet, by denom. */
  lockedCoins(ctx: ReadCtx, address: Uint8Array): ReadonlyMap<string, bigint>;
  hasAccount(ctx: ReadCtx, address: Uint8Array): boolean;
  createAccount(ctx: WriteCtx, address: Uint8Array): void;
  /** Accounts that modules own, and what each may do with coins. */
  readonly moduleAccounts: ReadonlyMap<string, readonly Permission[]>;
  ensureModule(ctx: WriteCtx, name: string): Uint8Array;
}

export type BankKeeper = ReturnType<typeof bankKeeper>;

/** A negative amount would move coins the other way: whoever asks, only valid coins move. */
function assertValid(coins: readonly Coin[]): void {
  if (wireCoinsFault(coins) !== undefined) throw SdkError.invalidCoins(show(coins).slice(0, 256));
}

export function bankKeeper({ isBlocked, lockedCoins, hasAccount, createAccount, ...ofModules }: BankNeeds) {
  const { balances, sendEnabled, supply } = state;
  const balance = (ctx: ReadCtx, owner: Uint8Array, denom: string) => balances.get(ctx, [owner, denom]) ?? 0n;

  const params = (ctx: ReadCtx) => state.params.get(ctx) ?? create(ParamsSchema, { defaultSendEnabled: true });

  /** A zero balance is an absent row: a stored zero would change the app hash. */
  function put(ctx: WriteCtx, owner: Uint8Array, denom: string, amount: bigint): void {
    if (amount === 0n) balances.remove(ctx, [owner, denom]);
    else balances.set(ctx, [owner, denom], amount);
  }

  function subtract(ctx: WriteCtx, from: Uint8Array, coins: readonly Coin[]): void {
    assertValid(coins);
    const locked = lockedCoins(ctx, from);
    for (const { denom, amount } of coins) {
      const had = balance(ctx, from, denom);
      const wanted = BigInt(amount);
      const spendable = had - (locked.get(denom) ?? 0n);
      if (spendable < wanted) {
        throw SdkError.insufficientFunds(
          `spendable balance ${spendable < 0n ? 0n : spendable}${denom} is smaller than ${wanted}${denom}`,
        );
      }
      put(ctx, from, denom, had - wanted);
    }
    ctx.emit(coinSpent(formatAddress(from), show(coins)));
  }

  function add(ctx: WriteCtx, to: Uint8Array, coins: readonly Coin[]): void {
    assertValid(coins);
    for (const { denom, amount } of coins) {
      put(ctx, to, denom, balance(ctx, to, denom) + BigInt(amount));
    }
    ctx.emit(coinReceived(formatAddress(to), show(coins)));
  }

  /** Moves coins, with the events of SendCoins; a new recipient gets an account. */
  function send(ctx: WriteCtx, from: Uint8Array, to: Uint8Array, coins: readonly Coin[]): void {
    subtract(ctx, from, coins);
    add(ctx, to, coins);
    if (!hasAccount(ctx, to)) createAccount(ctx, to);
    const sender = formatAddress(from);
    ctx.emit(transfer(sender, formatAddress(to), show(coins)));
    ctx.emit(senderEvent(sender));
  }

  const money = createModuleMoney({
    ...ofModules,
    send,
    add,
    subtract,
    supply: (ctx, denom) => supply.get(ctx, denom) ?? 0n,
    // No supply is an absent row (x/bank keeper, setSupply).
    setSupply: (ctx, denom, amount) => (amount === 0n ? supply.remove(ctx, denom) : supply.set(ctx, denom, amount)),
  });

  return {
    ...money,
    balance,
    isBlocked,
    lockedCoins,
    add,
    subtract,
    allBalances: (ctx: ReadCtx, owner: Uint8Array): Coin[] =>
      [...balances.entries(ctx, { prefix: balances.key.encodePart([owner, ""]).subarray(0, owner.length + 1) })].map(
        ([[, denom], amount]) => ({ denom, amount: String(amount) }),
      ),
    /** A balance of a genesis file, which comes without its supply. */
    fund: (ctx: WriteCtx, to: Uint8Array, denom: string, amount: bigint): void =>
      put(ctx, to, denom, balance(ctx, to, denom) + amount),
    assertSendEnabled(ctx: ReadCtx, coins: readonly Coin[]): void {
      const { defaultSendEnabled } = params(ctx);
      for (const { denom } of coins) {
        // Compat: two reads where one would do, and both are paid for (x/bank keeper/send.go getSendEnabled).
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

export type { Coin };
