// SPDX-License-Identifier: Apache-2.0
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { assert } from "@sotto/errors";
import { type Coins, noCoins } from "@sotto/math/coins";
import type { BaseAccount } from "@sotto/proto/cosmos.auth.v1beta1";
import {
  type BaseVestingAccount,
  BaseVestingAccountSchema,
  ContinuousVestingAccountSchema,
  DelayedVestingAccountSchema,
  PeriodicVestingAccountSchema,
  PermanentLockedAccountSchema,
} from "@sotto/proto/cosmos.vesting.v1beta1";
import {
  afterDelegation,
  afterUndelegation,
  coinsOf,
  type Delegated,
  lockedOf,
  secondsOf,
  vestingByPeriods,
  vestingEvenly,
} from "./account.ts";
import { continuousFault, lockedFault, periodicFault, vestingFault } from "./faults.ts";

/** How auth reads and changes accounts of one type. */
export interface KindParts<D extends DescMessage> {
  base(account: MessageShape<D>): BaseAccount | undefined;
  withBase(account: MessageShape<D>, base: BaseAccount): MessageShape<D>;
  locked?(account: MessageShape<D>, time: bigint): Coins;
  delegated?(account: MessageShape<D>, delegation: Delegated): MessageShape<D>;
  undelegated?(account: MessageShape<D>, amount: Coins): MessageShape<D>;
  /** The fault of an account of a genesis file. */
  fault?(account: MessageShape<D>): string | undefined;
}

/** Auth's function that makes a kind of account. */
export type MakeKind<K> = <D extends DescMessage>(schema: D, parts: KindParts<D>) => K;

type Inner = { readonly baseVestingAccount?: BaseVestingAccount | undefined };

const innerOf = ({ baseVestingAccount }: Inner): BaseVestingAccount => {
  assert(baseVestingAccount !== undefined, "a vesting account has no base vesting account");
  return baseVestingAccount;
};

/** The parts of a kind from its coins that still vest at a time. */
function partsOf<A extends Inner>(vesting: (account: A, time: bigint) => Coins) {
  const withInner = (account: A, baseVestingAccount: BaseVestingAccount): A => ({ ...account, baseVestingAccount });
  return {
    base: ({ baseVestingAccount }: A) => baseVestingAccount?.baseAccount,
    withBase: (account: A, baseAccount: BaseAccount): A => withInner(account, { ...innerOf(account), baseAccount }),
    locked: (account: A, time: bigint): Coins => lockedOf(innerOf(account), vesting(account, time)),
    delegated: (account: A, delegation: Delegated): A =>
      withInner(account, afterDelegation(innerOf(account), vesting(account, delegation.time), delegation)),
    undelegated: (account: A, amount: Coins): A => withInner(account, afterUndelegation(innerOf(account), amount)),
  };
}

const originalOf = (account: Inner): Coins => coinsOf(innerOf(account).originalVesting);

/** The kinds of x/auth/vesting. A base vesting account alone locks nothing, as in the SDK. */
export const vestingKinds = <K>(make: MakeKind<K>): readonly K[] => [
  make(BaseVestingAccountSchema, {
    base: ({ baseAccount }) => baseAccount,
    withBase: (account, baseAccount) => ({ ...account, baseAccount }),
    fault: vestingFault,
  }),
  make(ContinuousVestingAccountSchema, {
    ...partsOf<MessageShape<typeof ContinuousVestingAccountSchema>>((account, time) =>
      vestingEvenly(originalOf(account), account.startTime, innerOf(account).endTime, secondsOf(time)),
    ),
    fault: continuousFault,
  }),
  make(DelayedVestingAccountSchema, {
    ...partsOf<MessageShape<typeof DelayedVestingAccountSchema>>((account, time) =>
      secondsOf(time) >= innerOf(account).endTime ? noCoins : originalOf(account),
    ),
    fault: ({ baseVestingAccount }) => vestingFault(baseVestingAccount),
  }),
  make(PeriodicVestingAccountSchema, {
    ...partsOf<MessageShape<typeof PeriodicVestingAccountSchema>>((account, time) =>
      vestingByPeriods(
        originalOf(account),
        { from: account.startTime, to: innerOf(account).endTime, now: secondsOf(time) },
        account.vestingPeriods,
      ),
    ),
    fault: periodicFault,
  }),
  make(PermanentLockedAccountSchema, {
    ...partsOf<MessageShape<typeof PermanentLockedAccountSchema>>(originalOf),
    fault: lockedFault,
  }),
];
