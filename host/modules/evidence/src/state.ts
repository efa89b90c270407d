// SPDX-License-Identifier: Apache-2.0
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { addressKey, protoValue, stateOf } from "@sotto/kernel";

const { table } = stateOf("evidence");

/** x/evidence types/keys.go, 0.1.1. A prefix, once shipped, is never reused. */
export const state = {
  /** By hash. */
  evidence: table(0x00, addressKey, protoValue(AnySchema)),
} as const;
