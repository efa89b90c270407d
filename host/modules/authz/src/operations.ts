// SPDX-License-Identifier: Apache-2.0

import { create } from "@bufbuild/protobuf";
import { equals } from "@sotto/bytes";
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

/** The grants for accounts that can sign. */
const grantsOf = ({ ctx, accounts }: World) =>
  [...state.grants.keys(ctx)].flatMap(([granter, grantee, typeUrl]) => {
    const [from, signer] = [granter, grantee].map((each) => accounts.find(({ raw }) => equals(raw, each)));
    return from === undefined || signer === undefined ? [] : [{ from, signer, typeUrl }];
  });

/** Usually a send of the granter of a grant for sends, or one without a grant. */
function someExecution(world: World) {
  const { turn, accounts, random } = world;
  const grants = grantsOf(world).filter(({ typeUrl }) => typeUrl === SEND || random.below(5) === 0);
  const found = grants.length === 0 || random.below(6) === 0 ? undefined : random.pick(grants);
  const { from, signer } = found ?? { from: random.pick(accounts), signer: turn };
  const message = create(MsgSendSchema, {
    fromAddress: from.address,
    toAddress: someAddress(world, []),
    amount: someCoins(world, 1),
  });
  return signedBy(signer, MsgExecSchema, { grantee: signer.address, msgs: [packAny(MsgSendSchema, message)] });
}

function someRevocation(world: World) {
  const { turn, random } = world;
  const grants = grantsOf(world);
  const found = grants.length === 0 || random.below(4) === 0 ? undefined : random.pick(grants);
  const { from, signer, typeUrl } = found ?? { from: turn, signer: random.pick(world.accounts), typeUrl: SEND };
  return signedBy(from, MsgRevokeSchema, { granter: from.address, grantee: signer.address, msgTypeUrl: typeUrl });
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
  { name: "exec", weight: 4, make: someExecution },
  { name: "revoke", weight: 1, make: someRevocation },
];
