// SPDX-License-Identifier: Apache-2.0
import { addressKey, protoValue, type ReadCtx, stateOf, textKey } from "@sotto/kernel";
import { MasterKeySchema, RegistrationNodeInfoSchema } from "@sotto/proto/secret.registration.v1beta1";

const { table } = stateOf("register");

/** x/registration types/keys.go */
export const state = {
  nodes: table(0x01, addressKey, protoValue(RegistrationNodeInfoSchema)),
  masterKeys: table(0x02, textKey, protoValue(MasterKeySchema)),
} as const;

export const NODE_KEY = "NodeExchMasterKey";
export const IO_KEY = "IoExchMasterKey";

/** The network's public io key as the chain states it, 32 bytes; undefined before the genesis. */
export const ioKeyOf = (ctx: ReadCtx): Uint8Array | undefined => state.masterKeys.get(ctx, IO_KEY)?.bytes;
