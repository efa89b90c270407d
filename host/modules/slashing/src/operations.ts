// SPDX-License-Identifier: Apache-2.0
import { formatAddress, moduleAddress, prefix } from "@sotto/address";
import { type Operation, signedBy } from "@sotto/kernel/simulation";
import { MsgUnjailSchema, MsgUpdateParamsSchema } from "@sotto/proto/cosmos.slashing.v1beta1";
import { defaultParams } from "./params.ts";

export const operations: readonly Operation[] = [
  {
    name: "unjail",
    weight: 3,
    make: ({ turn }) => signedBy(turn, MsgUnjailSchema, { validatorAddr: formatAddress(turn.raw, prefix.validator) }),
  },
  {
    // Refused: only governance may send it.
    name: "update-params",
    weight: 1,
    make({ random, turn }) {
      const authority = random.below(2) === 0 ? turn.address : formatAddress(moduleAddress("gov"));
      return signedBy(turn, MsgUpdateParamsSchema, { authority, params: defaultParams() });
    },
  },
];
