// SPDX-License-Identifier: Apache-2.0
import { type Operation, signedBy, someAddress } from "@sotto/kernel/simulation";
import {
  Permissions_Level as Level,
  MsgAuthorizeCircuitBreakerSchema,
  MsgResetCircuitBreakerSchema,
  MsgTripCircuitBreakerSchema,
} from "@sotto/proto/cosmos.circuit.v1";
import { state } from "./state.ts";

/** Types that no operation of the simulation needs, and one that does not exist. */
const TYPES = ["/cosmos.authz.v1beta1.MsgRevoke", "/cosmos.circuit.v1.MsgTripCircuitBreaker", "/none"] as const;

/** Refused for accounts without permission. */
export const operations: readonly Operation[] = [
  {
    name: "authorize",
    weight: 1,
    make: (world) =>
      signedBy(world.turn, MsgAuthorizeCircuitBreakerSchema, {
        granter: world.turn.address,
        grantee: someAddress(world, []),
        permissions: { level: world.random.pick(Object.values(Level)), limitTypeUrls: [world.random.pick(TYPES)] },
      }),
  },
  {
    name: "trip",
    weight: 1,
    make: ({ random, turn }) =>
      signedBy(turn, MsgTripCircuitBreakerSchema, { authority: turn.address, msgTypeUrls: [random.pick(TYPES)] }),
  },
  {
    name: "reset",
    weight: 1,
    make({ random, turn, ctx }) {
      const [disabled = random.pick(TYPES)] = state.disabled.keys(ctx);
      return signedBy(turn, MsgResetCircuitBreakerSchema, { authority: turn.address, msgTypeUrls: [disabled] });
    },
  },
];
