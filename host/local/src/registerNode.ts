// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { packAny } from "@sotto/codec";
import { RaAuthenticateSchema } from "@sotto/proto/secret.registration.v1beta1";
import { type Signing, signTx } from "./signTx.ts";

/**
 * A signed transaction that puts a node's certificate on the chain (spec/registration.md 5). Any
 * account may sign it.
 */
export function signRegistration(certificate: Uint8Array, signing: Signing): Uint8Array {
  const message = create(RaAuthenticateSchema, { sender: signing.from.address, certificate });
  return signTx([packAny(RaAuthenticateSchema, message)], signing);
}
