import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import { formatAddress, moduleAddress, parseAddress } from "@sotto/address";
import { equals } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { assert, SdkError } from "@sotto/errors";
import type { ReadCtx, WriteCtx } from "@sotto/kernel";
import {
  type BaseAccount,
  BaseAccountSchema,
  ModuleAccountSchema,
  ParamsSchema,
} from "@sotto/proto/cosmos.auth.v1beta1";
import { parsePublicKey, publicKeyAddress } from "@sotto/tx";
import { state } from "./state.ts";

/** A module that owns an account, and what it may do with coins. */
export interface ModuleAccountRule {
  readonly name: string;
  readonly permissions: readonly string[];
}

export interface AuthNeeds {
  readonly moduleAccounts: readonly ModuleAccountRule[];
}

export type AuthKeeper = ReturnType<typeof authKeeper>;

const BASE = "/cosmos.auth.v1beta1.BaseAccount";
const MODULE = "/cosmos.auth.v1beta1.ModuleAccount";

/** Signatures are verified, and payers told apart, by the key: it has to be the address's. */
function assertOwnKey({ address, pubKey }: BaseAccount): void {
  if (pubKey === undefined || equals(publicKeyAddress(parsePublicKey(pubKey)), parseAddress(address))) return;
  throw SdkError.invalidPubKey(`the public key of account ${address} has another address`);
}

/** The base account inside an account of any known type. */
export function baseOf(account: Any): BaseAccount {
  const known = bases.get(account);
  if (known !== undefined) return known;
  const base = readBase(account);
  bases.set(account, base);
  return base;
}

/** Bases of accounts that were read, as long as the account itself is kept. */
const bases = new WeakMap<Any, BaseAccount>();

function readBase(account: Any): BaseAccount {
  if (account.typeUrl === BASE) return decode(BaseAccountSchema, account.value);
  if (account.typeUrl === MODULE) {
    const { baseAccount } = decode(ModuleAccountSchema, account.value);
    assert(baseAccount !== undefined, "a module account has no base account");
    return baseAccount;
  }
  throw SdkError.invalidType(`unknown account type ${account.typeUrl}`);
}

/** The account with another base. */
function withBase(account: Any, base: BaseAccount): Any {
  if (account.typeUrl === BASE) return create(AnySchema, { typeUrl: BASE, value: encode(BaseAccountSchema, base) });
  const module = decode(ModuleAccountSchema, account.value);
  return create(AnySchema, { typeUrl: MODULE, value: encode(ModuleAccountSchema, { ...module, baseAccount: base }) });
}

/** max_memo 256, 7 signatures, 10 gas a byte, 590 and 1000 gas a signature (clients.md 2.2). */
export const defaultParams = () =>
  create(ParamsSchema, {
    maxMemoCharacters: 256n,
    txSigLimit: 7n,
    txSizeCostPerByte: 10n,
    sigVerifyCostEd25519: 590n,
    sigVerifyCostSecp256k1: 1000n,
  });

/** Of accounts that share a number all but the first get the lowest free ones (x/auth types SanitizeGenesisAccounts). */
function distinctNumbers(wanted: readonly bigint[]): bigint[] {
  const taken = new Set<bigint>();
  const shared: number[] = [];
  wanted.forEach((number, i) => {
    if (taken.has(number)) shared.push(i);
    taken.add(number);
  });
  const numbers = [...wanted];
  const of = (i: number): bigint => wanted[i] as bigint;
  let free = 0n;
  for (const i of shared.sort((a, b) => (of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : a - b))) {
    while (taken.has(free)) free += 1n;
    taken.add(free);
    numbers[i] = free;
  }
  return numbers;
}

export function authKeeper({ moduleAccounts }: AuthNeeds) {
  const permissions = new Map(moduleAccounts.map((rule) => [rule.name, rule.permissions]));

  const account = (ctx: ReadCtx, address: Uint8Array) => state.accounts.get(ctx, address);

  function nextNumber(ctx: WriteCtx): bigint {
    const number = state.nextNumber.get(ctx) ?? 0n;
    state.nextNumber.set(ctx, number + 1n);
    return number;
  }

  function store(ctx: WriteCtx, address: Uint8Array, any: Any, number: bigint): void {
    state.accounts.set(ctx, address, any);
    state.byNumber.set(ctx, number, address);
  }

  function createBase(ctx: WriteCtx, address: Uint8Array, init: MessageInitShape<typeof BaseAccountSchema> = {}): void {
    const accountNumber = nextNumber(ctx);
    const base = create(BaseAccountSchema, { ...init, address: formatAddress(address), accountNumber });
    store(ctx, address, create(AnySchema, { typeUrl: BASE, value: encode(BaseAccountSchema, base) }), accountNumber);
  }

  /** Makes the module's account when it does not exist yet. */
  function ensureModule(ctx: WriteCtx, name: string): Uint8Array {
    const rules = permissions.get(name);
    assert(rules !== undefined, `module account ${name} is not declared`);
    const address = moduleAddress(name);
    if (state.accounts.has(ctx, address)) return address;
    const accountNumber = nextNumber(ctx);
    const value = encode(
      ModuleAccountSchema,
      create(ModuleAccountSchema, {
        baseAccount: { address: formatAddress(address), accountNumber },
        name,
        permissions: [...rules],
      }),
    );
    store(ctx, address, create(AnySchema, { typeUrl: MODULE, value }), accountNumber);
    return address;
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
     * Restores the accounts of a genesis file under the numbers that they name: what was signed for them stays valid. Throws
     * SdkError.invalidPubKey for a key of another address (x/auth types, BaseAccount.Validate).
     */
    importAccounts(ctx: WriteCtx, accounts: readonly Any[]): void {
      const bases = accounts.map(baseOf);
      bases.forEach(assertOwnKey);
      const numbers = distinctNumbers(bases.map((base) => base.accountNumber));
      let next = state.nextNumber.get(ctx) ?? 0n;
      bases.forEach((base, i) => {
        const accountNumber = numbers[i] as bigint;
        store(ctx, parseAddress(base.address), withBase(accounts[i] as Any, { ...base, accountNumber }), accountNumber);
        if (accountNumber >= next) next = accountNumber + 1n;
      });
      if (bases.length > 0) state.nextNumber.set(ctx, next);
    },
    /** Rewrites the base of an existing account. */
    update(ctx: WriteCtx, address: Uint8Array, change: (base: BaseAccount) => BaseAccount): void {
      const found = account(ctx, address);
      assert(found !== undefined, "an account to be changed does not exist");
      state.accounts.set(ctx, address, withBase(found, change(baseOf(found))));
    },
    ensureModule,
    moduleNames: [...permissions.keys()],
    isModule: (name: string) => permissions.has(name),
    params: (ctx: ReadCtx) => state.params.get(ctx) ?? defaultParams(),
  };
}
