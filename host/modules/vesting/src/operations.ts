// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { type Operation, signedBy, someAddress, someCoins, type World } from "@sotto/kernel/simulation";
import {
  MsgCreatePeriodicVestingAccountSchema,
  MsgCreatePermanentLockedAccountSchema,
  MsgCreateVestingAccountSchema,
} from "@sotto/proto/cosmos.vesting.v1beta1";

/** Usually an address without an account: accounts are made once. */
function someReceiver(world: World): string {
  const { random } = world;
  if (random.below(5) === 0) return someAddress(world, []);
  return formatAddress(new Uint8Array(20).map((_, i) => (i < 4 ? random.below(256) : 7)));
}

const someTime = ({ random, ctx }: World): bigint => ctx.block.time / 1_000_000_000n + BigInt(random.below(500) - 50);

export const operations: readonly Operation[] = [
  {
    name: "create-vesting-account",
    weight: 2,
    make: (world) =>
      signedBy(world.turn, MsgCreateVestingAccountSchema, {
        fromAddress: world.turn.address,
        toAddress: someReceiver(world),
        amount: someCoins(world),
        endTime: world.random.below(20) === 0 ? 0n : someTime(world),
        delayed: world.random.below(2) === 0,
      }),
  },
  {
    name: "create-permanent-locked-account",
    weight: 1,
    make: (world) =>
      signedBy(world.turn, MsgCreatePermanentLockedAccountSchema, {
        fromAddress: world.turn.address,
        toAddress: someReceiver(world),
        amount: someCoins(world),
      }),
  },
  {
    name: "create-periodic-vesting-account",
    weight: 1,
    make: (world) =>
      signedBy(world.turn, MsgCreatePeriodicVestingAccountSchema, {
        fromAddress: world.turn.address,
        toAddress: someReceiver(world),
        startTime: someTime(world),
        vestingPeriods: Array.from({ length: world.random.below(4) }, () => ({
          length: BigInt(world.random.below(100)),
          amount: someCoins(world),
        })),
      }),
  },
];
