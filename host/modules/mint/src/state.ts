// SPDX-License-Identifier: Apache-2.0
import { protoValue, stateOf } from "@sotto/kernel";
import { MinterSchema, ParamsSchema } from "@sotto/proto/cosmos.mint.v1beta1";

const { item } = stateOf("mint");

/** x/mint types/keys.go, 0.50. */
export const state = {
  minter: item(0x00, protoValue(MinterSchema)),
  params: item(0x01, protoValue(ParamsSchema)),
} as const;
