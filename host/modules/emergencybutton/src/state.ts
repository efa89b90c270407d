// SPDX-License-Identifier: Apache-2.0
import { protoValue, stateOf } from "@sotto/kernel";
import { ParamsSchema } from "@sotto/proto/secret.emergencybutton.v1beta1";

/** x/emergencybutton types/keys.go */
export const state = { params: stateOf("emergencybutton").item(0x01, protoValue(ParamsSchema)) } as const;
