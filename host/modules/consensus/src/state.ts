// SPDX-License-Identifier: Apache-2.0
import { protoValue, stateOf } from "@sotto/kernel";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";

const { item } = stateOf("consensus");

/** x/consensus keeper.go: the key of the one row is the bytes of `Consensus`. */
export const state = {
  params: item("Consensus", protoValue(ConsensusParamsSchema)),
} as const;
