// SPDX-License-Identifier: Apache-2.0
import {
  type GovernedOperation,
  governance,
  type Operation,
  governed as packed,
  signedBy,
} from "@sotto/kernel/simulation";
import { MsgUpdateParamsSchema } from "@sotto/proto/cosmos.mint.v1beta1";
import { defaultParams } from "./params.ts";

/** Refused: only governance may send it. */
export const operations: readonly Operation[] = [
  {
    name: "update-params",
    weight: 1,
    make({ random, turn }) {
      const params = { ...defaultParams(), blocksPerYear: BigInt(random.below(3)) };
      return signedBy(turn, MsgUpdateParamsSchema, { authority: turn.address, params });
    },
  },
];

export const governed: readonly GovernedOperation[] = [
  {
    name: "update-params",
    weight: 3,
    make({ random }) {
      const blocksPerYear = random.below(5) === 0 ? 0n : BigInt(1000 + random.below(10_000));
      return packed(MsgUpdateParamsSchema, { authority: governance, params: { ...defaultParams(), blocksPerYear } });
    },
  },
];
