// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { equals } from "@sotto/bytes";
import { SdkError } from "@sotto/errors";
import type { ReadCtx, WriteCtx } from "@sotto/kernel";
import { type MasterKey, MasterKeySchema } from "@sotto/proto/secret.registration.v1beta1";
import { RegistrationError } from "./errors.ts";
import { IO_KEY, NODE_KEY, state } from "./state.ts";

/** The values that registration needs: the public keys of this node's enclave. */
export interface RegistrationNeeds {
  /** X25519, 32 bytes: clients encrypt messages for it. */
  readonly ioPublicKey: Uint8Array;
  /** X25519, 32 bytes: seeds for new nodes are encrypted with it. */
  readonly seedExchangePublicKey: Uint8Array;
}

export type RegistrationKeeper = ReturnType<typeof registrationKeeper>;

export function registrationKeeper(needs: RegistrationNeeds) {
  const must = (ctx: ReadCtx, name: string): MasterKey => {
    const key = state.masterKeys.get(ctx, name);
    if (key === undefined) throw SdkError.unknownAddress("Chain has not been initialized yet");
    return key;
  };
  return {
    needs,
    ioKey: (ctx: ReadCtx) => must(ctx, IO_KEY),
    nodeKey: (ctx: ReadCtx) => must(ctx, NODE_KEY),
    /**
     * Stores the network's public keys. Throws for a genesis file that names other keys, because it
     * belongs to another enclave.
     */
    importKeys(ctx: WriteCtx, node: Uint8Array | undefined, io: Uint8Array | undefined): void {
      const ours = [
        [NODE_KEY, node, needs.seedExchangePublicKey],
        [IO_KEY, io, needs.ioPublicKey],
      ] as const;
      for (const [name, given, own] of ours) {
        if (given !== undefined && given.length > 0 && !equals(given, own)) {
          throw RegistrationError.bootstrap(`the genesis file names another ${name} than this node's enclave has`);
        }
        state.masterKeys.set(ctx, name, create(MasterKeySchema, { bytes: own }));
      }
    },
  };
}
