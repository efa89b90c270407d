// SPDX-License-Identifier: Apache-2.0
import { create, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import { decode, encode } from "@sotto/codec";
import { SdkError } from "@sotto/errors";
import { type Coins, noCoins } from "@sotto/math/coins";
import { type BaseAccount, BaseAccountSchema, ModuleAccountSchema } from "@sotto/proto/cosmos.auth.v1beta1";

/** A delegation, as an account of a kind that locks coins records it. */
export interface Delegated {
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  /** The account's balances of the delegated denominations, before the delegation. */
  readonly balance: Coins;
  readonly amount: Coins;
}

/** A kind of account for auth: its type, and the place of its base account. */
export interface AccountKind {
  readonly schema: DescMessage;
  base(account: Any): BaseAccount;
  /** The account with another base. */
  withBase(account: Any, base: BaseAccount): Any;
  /**
   * Coins that the account may not spend at a time (nanoseconds since 1970). Absent: it may spend
   * all its coins.
   */
  readonly locked?: (account: Any, time: bigint) => Coins;
  /** The account after a delegation (x/bank trackDelegation). Absent: it records no delegations. */
  readonly delegated?: (account: Any, delegation: Delegated) => Any;
  /** The account after an undelegation. */
  readonly undelegated?: (account: Any, amount: Coins) => Any;
  /**
   * The fault of an account of a genesis file, apart from its base (SDK GenesisAccount Validate).
   */
  readonly fault?: (account: Any) => string | undefined;
}

/** A kind from the functions that read and write its decoded form. */
export const accountKind = <D extends DescMessage>(
  schema: D,
  parts: {
    base(account: MessageShape<D>): BaseAccount | undefined;
    withBase(account: MessageShape<D>, base: BaseAccount): MessageShape<D>;
    readonly locked?: (account: MessageShape<D>, time: bigint) => Coins;
    readonly delegated?: (account: MessageShape<D>, delegation: Delegated) => MessageShape<D>;
    readonly undelegated?: (account: MessageShape<D>, amount: Coins) => MessageShape<D>;
    readonly fault?: (account: MessageShape<D>) => string | undefined;
  },
): AccountKind => {
  const { locked, delegated, undelegated, fault } = parts;
  const read = (account: Any) => decode(schema, account.value);
  return {
    schema,
    base(account) {
      const base = parts.base(read(account));
      // Only a genesis file can have such an account.
      if (base === undefined) throw SdkError.logic(`an account of type ${schema.typeName} has no base account`);
      return base;
    },
    withBase: (account, base) => packAccount(schema, parts.withBase(read(account), base)),
    ...(locked === undefined ? {} : { locked: (account: Any, time: bigint) => locked(read(account), time) }),
    ...(delegated === undefined
      ? {}
      : { delegated: (account: Any, by: Delegated) => packAccount(schema, delegated(read(account), by)) }),
    ...(undelegated === undefined
      ? {}
      : { undelegated: (account: Any, amount: Coins) => packAccount(schema, undelegated(read(account), amount)) }),
    ...(fault === undefined ? {} : { fault: (account: Any) => fault(read(account)) }),
  };
};

export const packAccount = <D extends DescMessage>(schema: D, account: MessageShape<D>): Any =>
  create(AnySchema, { typeUrl: typeUrlOf(schema), value: encode(schema, account) });

const typeUrlOf = (schema: DescMessage): string => `/${schema.typeName}`;

/** The kinds that auth itself makes. */
const OWN_KINDS: readonly AccountKind[] = [
  // Cost: each transaction writes a base account; the stored account is not decoded for it.
  {
    schema: BaseAccountSchema,
    base: (account) => decode(BaseAccountSchema, account.value),
    withBase: (_account, base) => packAccount(BaseAccountSchema, base),
  },
  accountKind(ModuleAccountSchema, {
    base: ({ baseAccount }) => baseAccount,
    withBase: (account, baseAccount) => ({ ...account, baseAccount }),
  }),
];

export type Accounts = ReturnType<typeof createAccounts>;

/** Reads and changes accounts of all kinds: auth's own and those of other modules. */
export function createAccounts(others: readonly AccountKind[]) {
  const kinds = new Map([...OWN_KINDS, ...others].map((kind) => [typeUrlOf(kind.schema), kind]));
  /** Bases of accounts that were read; an entry lives as long as its account. */
  const bases = new WeakMap<Any, BaseAccount>();

  const kindOf = ({ typeUrl }: Any): AccountKind => {
    const kind = kinds.get(typeUrl);
    if (kind === undefined) throw SdkError.invalidType(`unknown account type ${typeUrl}`);
    return kind;
  };

  return {
    /** Throws sdk/29 for a type that this chain does not know. */
    baseOf(account: Any): BaseAccount {
      let base = bases.get(account);
      if (base === undefined) {
        base = kindOf(account).base(account);
        bases.set(account, base);
      }
      return base;
    },
    /**
     * The account with another base. The base must come from a read or from `create`, and nothing
     * may change it afterwards.
     */
    withBase(account: Any, base: BaseAccount): Any {
      const changed = kindOf(account).withBase(account, base);
      bases.set(changed, base);
      return changed;
    },
    lockedCoins: (account: Any, time: bigint): Coins => kindOf(account).locked?.(account, time) ?? noCoins,
    /** Undefined for a kind that records no delegations. */
    delegated: (account: Any, by: Delegated): Any | undefined => kindOf(account).delegated?.(account, by),
    undelegated: (account: Any, amount: Coins): Any | undefined => kindOf(account).undelegated?.(account, amount),
    faultOf: (account: Any): string | undefined => kindOf(account).fault?.(account),
  };
}
