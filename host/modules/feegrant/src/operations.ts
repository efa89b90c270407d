// SPDX-License-Identifier: Apache-2.0

import { create } from "@bufbuild/protobuf";
import { packAny } from "@sotto/codec";
import { SECOND } from "@sotto/kernel";
import { type Operation, signedBy, someAddress, someCoins, type World } from "@sotto/kernel/simulation";
import {
  AllowedMsgAllowanceSchema,
  BasicAllowanceSchema,
  MsgGrantAllowanceSchema,
  MsgPruneAllowancesSchema,
  MsgRevokeAllowanceSchema,
  PeriodicAllowanceSchema,
} from "@sotto/proto/cosmos.feegrant.v1beta1";
import { state } from "./state.ts";

/** Sometimes in the past. */
function someExpiration({ random, ctx }: World) {
  if (random.below(3) === 0) return {};
  return {
    expiration: { seconds: ctx.block.time / SECOND + BigInt(random.below(600) - 30), nanos: random.below(1000) },
  };
}

const basic = (world: World) =>
  create(BasicAllowanceSchema, {
    ...(world.random.below(4) > 0 ? { spendLimit: someCoins(world, 1) } : {}),
    ...someExpiration(world),
  });

function someAllowance(world: World) {
  const { random } = world;
  const kind = random.below(3);
  if (kind === 0) return packAny(BasicAllowanceSchema, basic(world));
  if (kind === 1) {
    const limit = someCoins(world, 1);
    const period = { seconds: BigInt(random.below(100) - 3), nanos: 0 };
    const parts = { basic: basic(world), period, periodSpendLimit: limit, periodCanSpend: limit, periodReset: {} };
    return packAny(PeriodicAllowanceSchema, create(PeriodicAllowanceSchema, parts));
  }
  const allowedMessages = random.below(5) === 0 ? [] : ["/cosmos.bank.v1beta1.MsgSend"];
  const allowance = packAny(BasicAllowanceSchema, basic(world));
  return packAny(AllowedMsgAllowanceSchema, create(AllowedMsgAllowanceSchema, { allowance, allowedMessages }));
}

export const operations: readonly Operation[] = [
  {
    name: "grant",
    weight: 3,
    make: (world) =>
      signedBy(world.turn, MsgGrantAllowanceSchema, {
        granter: world.turn.address,
        grantee: someAddress(world, []),
        allowance: someAllowance(world),
      }),
  },
  {
    name: "revoke",
    weight: 1,
    make(world) {
      const { turn, ctx } = world;
      const own = [...state.grants.entries(ctx)].find(([, { granter }]) => granter === turn.address);
      const grantee = own === undefined ? someAddress(world, []) : own[1].grantee;
      return signedBy(turn, MsgRevokeAllowanceSchema, { granter: turn.address, grantee });
    },
  },
  {
    name: "prune",
    weight: 1,
    make: ({ turn }) => signedBy(turn, MsgPruneAllowancesSchema, { pruner: turn.address }),
  },
];
