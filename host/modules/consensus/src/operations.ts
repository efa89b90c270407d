// SPDX-License-Identifier: Apache-2.0
import {
  type GovernedOperation,
  governance,
  type Operation,
  governed as packed,
  signedBy,
} from "@sotto/kernel/simulation";
import { MsgUpdateParamsSchema } from "@sotto/proto/cosmos.consensus.v1";
import { state } from "./state.ts";

/** Refused: only governance may send it. */
export const operations: readonly Operation[] = [
  {
    name: "update-params",
    weight: 1,
    make({ random, turn }) {
      const block = { maxBytes: BigInt(1 + random.below(1_000_000)), maxGas: BigInt(random.below(3) - 1) };
      return signedBy(turn, MsgUpdateParamsSchema, { authority: turn.address, block });
    },
  },
];

/** The evidence part stays: it decides which faults are punished. */
export const governed: readonly GovernedOperation[] = [
  {
    name: "update-params",
    weight: 3,
    make({ random, ctx }) {
      const { evidence, validator } = state.params.get(ctx) ?? {};
      const maxGas = random.pick([-1n, -1n, 200_000_000n, -7n]);
      const block = { maxBytes: BigInt(5_000_000 + random.below(1_000_000)), maxGas };
      return packed(MsgUpdateParamsSchema, {
        authority: governance,
        block,
        ...(evidence && { evidence: { ...evidence } }),
        ...(validator && { validator: { pubKeyTypes: [...validator.pubKeyTypes] } }),
      });
    },
  },
];
