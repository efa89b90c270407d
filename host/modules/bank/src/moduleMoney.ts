// SPDX-License-Identifier: Apache-2.0
import { formatAddress, moduleAddress } from "@sotto/address";
import { assert, SdkError } from "@sotto/errors";
import type { Permission, ReadCtx, WriteCtx } from "@sotto/kernel";
import { int } from "@sotto/math";
import { type Coins, formatCoins } from "@sotto/math/coins";
import { burnt, coinbase } from "./events.ts";

/** Operations on coins that every module account has. */
export interface ModuleMoney {
  readonly address: Uint8Array;
  /**
   * Moves coins from an account into the module's account (x/bank keeper,
   * SendCoinsFromAccountToModule).
   */
  collect(ctx: WriteCtx, from: Uint8Array, coins: Coins): void;
  /**
   * Moves coins to an account (SendCoinsFromModuleToAccount). Throws sdk/4 for an account that may
   * not receive. Most module accounts may not; `payModule` pays them.
   */
  pay(ctx: WriteCtx, to: Uint8Array, coins: Coins): void;
  /** Moves coins to a module's account (SendCoinsFromModuleToModule). */
  payModule(ctx: WriteCtx, to: ModuleMoney, coins: Coins): void;
}

/** An account of a module that may mint new coins into it (x/bank keeper, MintCoins). */
export interface Minter extends ModuleMoney {
  mint(ctx: WriteCtx, coins: Coins): void;
}

/** An account of a module that may burn coins of it (x/bank keeper, BurnCoins). */
export interface Burner extends ModuleMoney {
  burn(ctx: WriteCtx, coins: Coins): void;
}

/** An account of a module that holds delegated coins (permission `staking`). */
export interface StakePool extends ModuleMoney {
  /**
   * Moves coins from an account into the module's account, also coins that the account may not
   * spend yet (DelegateCoinsFromAccountToModule). Throws sdk/5 for a balance that is too small.
   */
  delegate(ctx: WriteCtx, from: Uint8Array, coins: Coins): void;
  /** The way back (UndelegateCoinsFromModuleToAccount). */
  undelegate(ctx: WriteCtx, to: Uint8Array, coins: Coins): void;
}

export interface ModuleMoneyNeeds {
  readonly moduleAccounts: ReadonlyMap<string, readonly Permission[]>;
  /** Creates the account of a module when it does not exist yet. */
  ensureModule(ctx: WriteCtx, name: string): Uint8Array;
  isBlocked(ctx: ReadCtx, address: Uint8Array): boolean;
  send(ctx: WriteCtx, from: Uint8Array, to: Uint8Array, coins: Coins): void;
  add(ctx: WriteCtx, to: Uint8Array, coins: Coins): void;
  subtract(ctx: WriteCtx, from: Uint8Array, coins: Coins): void;
  supply(ctx: ReadCtx, denom: string): bigint;
  setSupply(ctx: WriteCtx, denom: string, amount: bigint): void;
  delegateCoins(ctx: WriteCtx, from: Uint8Array, to: Uint8Array, coins: Coins): void;
  undelegateCoins(ctx: WriteCtx, from: Uint8Array, to: Uint8Array, coins: Coins): void;
}

/** Accounts of modules by their names. Permissions are checked once, when the chain is created. */
export function createModuleMoney(needs: ModuleMoneyNeeds) {
  /**
   * Throws InvariantBroken for an account that no module declares or that does not have the
   * permission.
   */
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
        if (needs.isBlocked(ctx, to))
          throw SdkError.unauthorized(`${formatAddress(to)} is not allowed to receive funds`);
        needs.send(ctx, address, to, coins);
      },
      payModule(ctx, to, coins) {
        to.collect(ctx, address, coins);
      },
    };
  }

  return {
    moneyOf: (name: string): ModuleMoney => of(name),
    minter: (name: string): Minter => ({
      ...of(name, "minter"),
      mint(ctx, coins) {
        const address = needs.ensureModule(ctx, name);
        needs.add(ctx, address, coins);
        for (const { denom, amount } of coins) {
          needs.setSupply(ctx, denom, int.add(needs.supply(ctx, denom), amount));
        }
        ctx.emit(coinbase(formatAddress(address), formatCoins(coins)));
      },
    }),
    burner: (name: string): Burner => ({
      ...of(name, "burner"),
      burn(ctx, coins) {
        const address = needs.ensureModule(ctx, name);
        needs.subtract(ctx, address, coins);
        for (const { denom, amount } of coins) needs.setSupply(ctx, denom, needs.supply(ctx, denom) - amount);
        ctx.emit(burnt(formatAddress(address), formatCoins(coins)));
      },
    }),
    stakePool: (name: string): StakePool => ({
      ...of(name, "staking"),
      delegate: (ctx, from, coins) => needs.delegateCoins(ctx, from, needs.ensureModule(ctx, name), coins),
      undelegate: (ctx, to, coins) => needs.undelegateCoins(ctx, needs.ensureModule(ctx, name), to, coins),
    }),
  };
}
