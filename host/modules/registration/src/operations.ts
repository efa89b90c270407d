// SPDX-License-Identifier: Apache-2.0
import { type Operation, signedBy } from "@sotto/kernel/simulation";
import { RaAuthenticateSchema } from "@sotto/proto/secret.registration.v1beta1";

/** Refused: nodes cannot register yet. */
export const operations: readonly Operation[] = [
  {
    name: "authenticate",
    weight: 1,
    make({ random, turn }) {
      const certificate = new Uint8Array(1 + random.below(2_000)).fill(random.below(256));
      return signedBy(turn, RaAuthenticateSchema, { sender: turn.raw, certificate });
    },
  },
];
