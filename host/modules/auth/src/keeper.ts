// SPDX-License-Identifier: Apache-2.0
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { formatAddress, moduleAddress, parseAddress } from "@sotto/address";
import { equals } from "@sotto/bytes";
import { assert, plainError, SdkError } from "@sotto/errors";
import type { Permission, ReadCtx, WriteCtx } from "@sotto/kernel";
import { type Coins, noCoins } from "@sotto/math/coins";
import {
  type BaseAccount,
  BaseAccountSchema,
  ModuleAccountSchema,
  ParamsSchema,
} from "@sotto/proto/cosmos.auth.v1beta1";
import { parsePublicKey, publicKeyAddress } from "@sotto/tx";
import { type AccountKind, createAccounts, packAccount } from "./account.ts";
import { Numbers } from "./numbers.ts";
import { createState } from "./state.ts";

export interface AuthNeeds {
  /** Accounts that modules own, by name, with the permissions of each. */
  readonly moduleAccounts: ReadonlyMap<string, readonly Permission[]>;
  /** Kinds of accounts of other modules. */
  readonly accountKinds: readonly AccountKind[];
}

export type AuthKeeper = ReturnType<typeof authKeeper>;

/** The key verifies signatures and distinguishes payers, so it must belong to the address. */
function assertOwnKey({ address, pubKey }: BaseAccount): void {
  if (pubKey === undefined || equals(publicKeyAddress(parsePublicKey(pubKey)), parseAddress(address))) return;
  throw SdkError.invalidPubKey(`the public key of account ${address} has another address`);
}

/**
 * Memo 256 bytes, 7 signatures, 10 gas a byte, 590 and 1000 gas a signature (spec/modules.md 2.1).
 */
export const defaultParams = () =>
  create(ParamsSchema, {
    maxMemoCharacters: 256n,
    txSigLimit: 7n,
    txSizeCostPerByte: 10n,
    sigVerifyCostEd25519: 590n,
    sigVerifyCostSecp256k1: 1000n,
  });

export function authKeeper({ moduleAccounts, accountKinds }: AuthNeeds) {
  const addresses = new Map([...moduleAccounts.keys()].map((name) => [name, moduleAddress(name)]));
  const { baseOf, withBase, lockedCoins, delegated, undelegated, faultOf } = createAccounts(accountKinds);
  const state = createState(baseOf);

  const account = (ctx: ReadCtx, address: Uint8Array) => state.accounts.get(ctx, address);

  function createBase(ctx: WriteCtx, address: Uint8Array, init: MessageInitShape<typeof BaseAccountSchema> = {}): void {
    const accountNumber = state.nextNumber.next(ctx);
    const base = create(BaseAccountSchema, { ...init, address: formatAddress(address), accountNumber });
    state.accounts.set(ctx, address, packAccount(BaseAccountSchema, base));
  }

  /** Creates the module's account when it does not exist yet. */
  function ensureModule(ctx: WriteCtx, name: string): Uint8Array {
    const permissions = moduleAccounts.get(name);
    const address = addresses.get(name);
    assert(permissions !== undefined && address !== undefined, `module account ${name} is not declared`);
    if (account(ctx, address) !== undefined) return address;
    const accountNumber = state.nextNumber.next(ctx);
    const baseAccount = { address: formatAddress(address), accountNumber };
    const made = create(ModuleAccountSchema, { baseAccount, name, permissions: [...permissions] });
    state.accounts.set(ctx, address, packAccount(ModuleAccountSchema, made));
    return address;
  }

  /** Throws sdk/9 for an address without an account. */
  function mustAccount(ctx: ReadCtx, address: Uint8Array): Any {
    const found = account(ctx, address);
    if (found === undefined) throw SdkError.unknownAddress(`account ${formatAddress(address)} does not exist`);
    return found;
  }

  return {
    account,
    base(ctx: ReadCtx, address: Uint8Array): BaseAccount | undefined {
      const found = account(ctx, address);
      return found === undefined ? undefined : baseOf(found);
    },
    hasAccount: (ctx: ReadCtx, address: Uint8Array) => state.accounts.has(ctx, address),
    createAccount: (ctx: WriteCtx, address: Uint8Array) => createBase(ctx, address),
    /**
     * Restores the accounts of a genesis file under the numbers that they name, so that signatures
     * over these numbers stay valid. Throws SdkError.invalidPubKey for a key of another address
     * (x/auth types, BaseAccount.Validate), and a plain error for a fault of the account's kind.
     * Cost: one walk while the numbers ascend; from the first that does not, a second one, because
     * all numbers must be known before the next is assigned.
     */
    importAccounts(ctx: WriteCtx, accounts: Iterable<Any>): void {
      const wanted = new Numbers();
      let next = state.nextNumber.peek(ctx);
      let written = 0;
      const write = (account: Any, { address, accountNumber }: BaseAccount): void => {
        state.accounts.set(ctx, parseAddress(address), account);
        if (accountNumber >= next) next = accountNumber + 1n;
      };
      for (const each of accounts) {
        const fault = faultOf(each);
        if (fault !== undefined) throw plainError(fault);
        const base = baseOf(each);
        assertOwnKey(base);
        // An account with a number that no earlier account has keeps it.
        if (written === wanted.length && (written === 0 || base.accountNumber > wanted.last)) {
          write(each, base);
          written++;
        }
        wanted.push(base.accountNumber);
      }
      if (written < wanted.length) {
        const numbers = wanted.distinct();
        let i = 0;
        for (const each of accounts) {
          const at = i++;
          if (at < written) continue;
          const base = { ...baseOf(each), accountNumber: numbers[at] as bigint };
          write(withBase(each, base), base);
        }
      }
      if (wanted.length > 0) state.nextNumber.set(ctx, next);
    },
    /** Writes an account that was read, with another base. */
    setBase: (ctx: WriteCtx, address: Uint8Array, account: Any, base: BaseAccount): void =>
      state.accounts.set(ctx, address, withBase(account, base)),
    ensureModule,
    /** Coins that the account may not spend yet. The caller pays for the read. */
    lockedCoins(ctx: ReadCtx, address: Uint8Array): Coins {
      const found = account(ctx, address);
      return found === undefined ? noCoins : lockedCoins(found, ctx.block.time);
    },
    /**
     * Records a delegation in an account that locks coins; other accounts are read only (x/bank
     * trackDelegation). Throws sdk/9 for an address without an account.
     */
    trackDelegation(ctx: WriteCtx, address: Uint8Array, balance: Coins, amount: Coins): void {
      const changed = delegated(mustAccount(ctx, address), { time: ctx.block.time, balance, amount });
      if (changed !== undefined) state.accounts.set(ctx, address, changed);
    },
    /** The same for coins that return from a delegation. */
    trackUndelegation(ctx: WriteCtx, address: Uint8Array, amount: Coins): void {
      const changed = undelegated(mustAccount(ctx, address), amount);
      if (changed !== undefined) state.accounts.set(ctx, address, changed);
    },
    moduleNames: [...moduleAccounts.keys()],
    isModule: (name: string) => moduleAccounts.has(name),
    baseOf,
    state,
    params: (ctx: ReadCtx) => state.params.get(ctx) ?? defaultParams(),
  };
}
