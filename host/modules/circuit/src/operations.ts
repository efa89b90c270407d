// SPDX-License-Identifier: Apache-2.0
import { equals } from "@sotto/bytes";
import {
  type GovernedOperation,
  governance,
  type Operation,
  governed as packed,
  signedBy,
  someAddress,
  type World,
} from "@sotto/kernel/simulation";
import {
  Permissions_Level as Level,
  MsgAuthorizeCircuitBreakerSchema,
  MsgResetCircuitBreakerSchema,
  MsgTripCircuitBreakerSchema,
} from "@sotto/proto/cosmos.circuit.v1";
import { state } from "./state.ts";

/** The numbers of the levels, without the names of the enum. */
const LEVELS: readonly Level[] = [Level.NONE_UNSPECIFIED, Level.SOME_MSGS, Level.ALL_MSGS, Level.SUPER_ADMIN];

/** Types that no operation of the simulation needs, and one that does not exist. */
const TYPES = ["/cosmos.authz.v1beta1.MsgRevoke", "/cosmos.circuit.v1.MsgTripCircuitBreaker", "/none"] as const;

/** Often an account with permissions; others are refused. */
function someSigner({ random, turn, accounts, ctx }: World) {
  const admins = [...state.permissions.keys(ctx)];
  if (admins.length === 0 || random.below(3) === 0) return turn;
  const raw = random.pick(admins);
  return accounts.find((each) => equals(each.raw, raw)) ?? turn;
}

function authorize(world: World) {
  const { random } = world;
  const signer = someSigner(world);
  return signedBy(signer, MsgAuthorizeCircuitBreakerSchema, {
    granter: signer.address,
    grantee: someAddress(world, []),
    permissions: { level: random.pick(LEVELS), limitTypeUrls: [random.pick(TYPES)] },
  });
}

function trip(world: World) {
  const signer = someSigner(world);
  const msgTypeUrls = [world.random.pick(TYPES)];
  return signedBy(signer, MsgTripCircuitBreakerSchema, { authority: signer.address, msgTypeUrls });
}

function reset(world: World) {
  const signer = someSigner(world);
  const [disabled = world.random.pick(TYPES)] = state.disabled.keys(world.ctx);
  return signedBy(signer, MsgResetCircuitBreakerSchema, { authority: signer.address, msgTypeUrls: [disabled] });
}

export const operations: readonly Operation[] = [
  { name: "authorize", weight: 1, make: authorize },
  { name: "trip", weight: 1, make: trip },
  { name: "reset", weight: 3, make: reset },
];

export const governed: readonly GovernedOperation[] = [
  {
    name: "authorize",
    weight: 2,
    make: (world) =>
      packed(MsgAuthorizeCircuitBreakerSchema, {
        granter: governance,
        grantee: world.turn.address,
        permissions: { level: world.random.pick(LEVELS), limitTypeUrls: [world.random.pick(TYPES)] },
      }),
  },
];
