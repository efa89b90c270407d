// SPDX-License-Identifier: Apache-2.0
import {
  type GovernedOperation,
  governance,
  type Operation,
  governed as packed,
  signedBy,
} from "@sotto/kernel/simulation";
import { MsgUpdateParamsSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { defaultParams } from "./keeper.ts";

/**
 * Every transaction runs auth's ante steps. Only governance may send auth's one message; it is
 * refused from other senders.
 */
export const operations: readonly Operation[] = [
  {
    name: "update-params",
    weight: 1,
    make({ random, turn }) {
      const authority = random.below(2) === 0 ? turn.address : governance;
      return signedBy(turn, MsgUpdateParamsSchema, { authority, params: { maxMemoCharacters: 1n } });
    },
  },
];

export const governed: readonly GovernedOperation[] = [
  {
    name: "update-params",
    weight: 3,
    make: ({ random }) =>
      packed(MsgUpdateParamsSchema, {
        authority: governance,
        params: {
          ...defaultParams(),
          maxMemoCharacters: BigInt(128 + random.below(200)),
          txSigLimit: BigInt(random.below(8)),
        },
      }),
  },
];
