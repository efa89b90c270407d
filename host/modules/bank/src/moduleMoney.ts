import { formatAddress, moduleAddress } from "@sotto/address";
import { assert } from "@sotto/errors";
import type { Permission, ReadCtx, WriteCtx } from "@sotto/kernel";
import type { WireCoin as Coin } from "@sotto/math";
import { burnt, coinbase, show } from "./events.ts";

/** What the account of a module can always do with coins. */
export interface ModuleMoney {
  readonly address: Uint8Array;
  /** Takes coins of an account (x/bank keeper, SendCoinsFromAccountToModule). */
  collect(ctx: WriteCtx, from: Uint8Array, coins: readonly Coin[]): void;
  /** Gives coins to an account, also to one that users may not send to. */
  pay(ctx: WriteCtx, to: Uint8Array, coins: readonly Coin[]): void;
}

/** For a module that may mint: new coins into its account (x/bank keeper, MintCoins). */
export interface Minter extends ModuleMoney {
  mint(ctx: WriteCtx, coins: readonly Coin[]): void;
}

/** For a module that may burn: coins of its account end (x/bank keeper, BurnCoins). */
export interface Burner extends ModuleMoney {
  burn(ctx: WriteCtx, coins: readonly Coin[]): void;
}

export interface ModuleMoneyNeeds {
  readonly moduleAccounts: ReadonlyMap<string, readonly Permission[]>;
  /** Creates the account of a module when it does not exist yet. */
  ensureModule(ctx: WriteCtx, name: string): Uint8Array;
  send(ctx: WriteCtx, from: Uint8Array, to: Uint8Array, coins: readonly Coin[]): void;
  add(ctx: WriteCtx, to: Uint8Array, coins: readonly Coin[]): void;
  subtract(ctx: WriteCtx, from: Uint8Array, coins: readonly Coin[]): void;
  supply(ctx: ReadCtx, denom: string): bigint;
  setSupply(ctx: WriteCtx, denom: string, amount: bigint): void;
}

/** Money of modules by the names of their accounts. What a module may do is asked once, when the chain is made. */
export function createModuleMoney(needs: ModuleMoneyNeeds) {
  /** Throws InvariantBroken for an account that no module declares, or that lacks the permission. */
  function of(name: string, permission?: Permission): ModuleMoney {
    const permissions = needs.moduleAccounts.get(name);
    assert(permissions !== undefined, `no module declares the account ${name}`);
    const isPermitted = permission === undefined || permissions.includes(permission);
    assert(isPermitted, `module account ${name} does not have the permission ${permission}`);
    const address = moduleAddress(name);
    return {
      address,
      collect(ctx, from, coins) {
        needs.send(ctx, from, needs.ensureModule(ctx, name), coins);
      },
      pay(ctx, to, coins) {
        needs.send(ctx, address, to, coins);
      },
    };
  }

  function changeSupply(ctx: WriteCtx, coins: readonly Coin[], sign: bigint): void {
    for (const { denom, amount } of coins) {
      needs.setSupply(ctx, denom, needs.supply(ctx, denom) + sign * BigInt(amount));
    }
  }

  return {
    moneyOf: (name: string): ModuleMoney => of(name),
    minter: (name: string): Minter => ({
      ...of(name, "minter"),
      mint(ctx, coins) {
        const address = needs.ensureModule(ctx, name);
        needs.add(ctx, address, coins);
        changeSupply(ctx, coins, 1n);
        ctx.emit(coinbase(formatAddress(address), show(coins)));
      },
    }),
    burner: (name: string): Burner => ({
      ...of(name, "burner"),
      burn(ctx, coins) {
        const address = needs.ensureModule(ctx, name);
        needs.subtract(ctx, address, coins);
        changeSupply(ctx, coins, -1n);
        ctx.emit(burnt(formatAddress(address), show(coins)));
      },
    }),
  };
}
