// SPDX-License-Identifier: Apache-2.0
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

  /** The list is empty, because no certificate of a node can be verified yet. */
  nodes(_registration: RegistrationKeeper, ctx: ReadCtx): string | undefined {
    for (const [key] of state.nodes.entries(ctx)) return `the node ${toHex(key)} is registered`;
    return undefined;
  },
};
