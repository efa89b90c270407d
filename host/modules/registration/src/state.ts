// SPDX-License-Identifier: Apache-2.0
import { addressKey, protoValue, stateOf, textKey } from "@sotto/kernel";
import { MasterKeySchema, RegistrationNodeInfoSchema } from "@sotto/proto/secret.registration.v1beta1";

const { table } = stateOf("register");

/** x/registration types/keys.go */
export const state = {
  nodes: table(0x01, addressKey, protoValue(RegistrationNodeInfoSchema)),
  masterKeys: table(0x02, textKey, protoValue(MasterKeySchema)),
} as const;

export const NODE_KEY = "NodeExchMasterKey";
export const IO_KEY = "IoExchMasterKey";
