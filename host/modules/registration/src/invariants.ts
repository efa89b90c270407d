// SPDX-License-Identifier: Apache-2.0
import { readCertificate } from "@sotto/attest";
import { equals, toHex } from "@sotto/bytes";
import type { ReadCtx } from "@sotto/kernel";
import type { RegistrationKeeper } from "./keeper.ts";
import { IO_KEY, NODE_KEY, state } from "./state.ts";

export const invariants = {
  /** The stored keys are those of this node's enclave, which never change. */
  "master-keys"({ needs }: RegistrationKeeper, ctx: ReadCtx): string | undefined {
    const expected = new Map([
      [NODE_KEY, needs.seedExchangePublicKey],
      [IO_KEY, needs.ioPublicKey],
    ]);
    for (const [name, { bytes }] of state.masterKeys.entries(ctx)) {
      const key = expected.get(name);
      if (key === undefined || !equals(key, bytes)) return `${name} is ${toHex(bytes)}`;
      expected.delete(name);
    }
    for (const name of expected.keys()) return `${name} is missing`;
    return undefined;
  },

  /** Every node stands under the key that its certificate names. */
  nodes(_registration: RegistrationKeeper, ctx: ReadCtx): string | undefined {
    for (const [key, { certificate }] of state.nodes.entries(ctx)) {
      const own = readCertificate(certificate)?.publicKey;
      if (own === undefined || !equals(own, key)) return `the node ${toHex(key)} has no certificate of its own`;
    }
    return undefined;
  },
};
