// SPDX-License-Identifier: Apache-2.0

import { create } from "@bufbuild/protobuf";
import { packAny } from "@sotto/codec";
import { SECOND } from "@sotto/kernel";
import { type Operation, signedBy, someAddress, someCoins, type World } from "@sotto/kernel/simulation";
import {
  GenericAuthorizationSchema,
  MsgExecSchema,
  MsgGrantSchema,
  MsgRevokeSchema,
} from "@sotto/proto/cosmos.authz.v1beta1";
import { MsgSendSchema, SendAuthorizationSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { state } from "./state.ts";

const SEND = `/${MsgSendSchema.typeName}`;
const TYPES = [SEND, "/cosmos.bank.v1beta1.MsgMultiSend", "/cosmos.authz.v1beta1.MsgExec", "/none", ""] as const;

function someAuthorization(world: World) {
  const { random } = world;
  if (random.below(2) === 0)
    return packAny(GenericAuthorizationSchema, create(GenericAuthorizationSchema, { msg: random.pick(TYPES) }));
  const allowList = random.below(3) === 0 ? [someAddress(world, [])] : [];
  const limits = { spendLimit: someCoins(world, 2), allowList };
  return packAny(SendAuthorizationSchema, create(SendAuthorizationSchema, limits));
}

function someExpiration({ random, ctx }: World) {
  if (random.below(3) === 0) return {};
  return { expiration: { seconds: ctx.block.time / SECOND + BigInt(random.below(300) - 10), nanos: 0 } };
}

/** A send of the granter of a grant that the account has, or of any other account. */
function someExecution(world: World) {
  const { turn, ctx, accounts, random } = world;
  const granters = [...state.grants.entries(ctx)]
    .map(([[granter, grantee]]) => [granter, grantee] as const)
    .filter(([, grantee]) => grantee.every((byte, i) => byte === turn.raw[i]))
    .map(([granter]) => accounts.find(({ raw }) => raw.every((byte, i) => byte === granter[i])))
    .filter((account) => account !== undefined);
  const { address } = granters.length === 0 ? random.pick(accounts) : random.pick(granters);
  const message = create(MsgSendSchema, {
    fromAddress: address,
    toAddress: someAddress(world, []),
    amount: someCoins(world, 1),
  });
  return signedBy(turn, MsgExecSchema, { grantee: turn.address, msgs: [packAny(MsgSendSchema, message)] });
}

export const operations: readonly Operation[] = [
  {
    name: "grant",
    weight: 3,
    make: (world) =>
      signedBy(world.turn, MsgGrantSchema, {
        granter: world.turn.address,
        grantee: someAddress(world, []),
        grant: { authorization: someAuthorization(world), ...someExpiration(world) },
      }),
  },
  { name: "exec", weight: 3, make: someExecution },
  {
    name: "revoke",
    weight: 1,
    make: (world) =>
      signedBy(world.turn, MsgRevokeSchema, {
        granter: world.turn.address,
        grantee: someAddress(world, []),
        msgTypeUrl: world.random.pick(TYPES),
      }),
  },
];
