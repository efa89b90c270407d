// SPDX-License-Identifier: Apache-2.0
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { leU64Key, pair, prefixedAddressKey, protoValue, rawValue, stateOf } from "@sotto/kernel";
import { ParamsSchema, ValidatorSigningInfoSchema } from "@sotto/proto/cosmos.slashing.v1beta1";

const { item, table } = stateOf("slashing");

/**
 * x/slashing types/keys.go, 0.50, by consensus address. A prefix, once shipped, is never reused.
 */
export const state = {
  params: item(0x00, protoValue(ParamsSchema)),
  signingInfos: table(0x01, prefixedAddressKey, protoValue(ValidatorSigningInfoSchema)),
  /** Chunks of the bitmap of missed blocks, by number. */
  missed: table(0x02, pair(prefixedAddressKey, leU64Key), rawValue),
  /** Consensus keys. */
  keys: table(0x03, prefixedAddressKey, protoValue(AnySchema)),
} as const;
