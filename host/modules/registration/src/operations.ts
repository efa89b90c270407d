// SPDX-License-Identifier: Apache-2.0
import { encodeCertificate, encodeSimReport, SIM_MEASUREMENT } from "@sotto/attest";
import { type Operation, signedBy, type World } from "@sotto/kernel/simulation";
import { RaAuthenticateSchema } from "@sotto/proto/secret.registration.v1beta1";

/** In the form of a certificate, with a signature of no platform. */
function certificate({ random, ctx }: World): Uint8Array {
  const data = new Uint8Array(64).fill(random.below(256));
  const { chainId } = ctx.block;
  const debug = random.below(2) === 0;
  const signature = new Uint8Array(64).fill(random.below(256));
  const bytes = encodeSimReport({ chainId, measurement: SIM_MEASUREMENT, debug, data }, () => signature);
  return encodeCertificate({ driver: "sim", bytes });
}

/**
 * Refused, by the check of the form or by the enclave. An admitted node would get other bytes after
 * an import: they name the genesis.
 */
export const operations: readonly Operation[] = [
  {
    name: "authenticate",
    weight: 1,
    make(world) {
      const { random, turn } = world;
      const bytes =
        random.below(2) === 0 ? certificate(world) : new Uint8Array(1 + random.below(2_000)).fill(random.below(256));
      return signedBy(turn, RaAuthenticateSchema, { sender: turn.raw, certificate: bytes });
    },
  },
];
