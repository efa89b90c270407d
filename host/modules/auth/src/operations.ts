// SPDX-License-Identifier: Apache-2.0
import { formatAddress, moduleAddress } from "@sotto/address";
import { type Operation, signedBy } from "@sotto/kernel/simulation";
import { MsgUpdateParamsSchema } from "@sotto/proto/cosmos.auth.v1beta1";

/**
 * Every transaction runs auth's ante steps. Only governance may send auth's one message; it is
 * refused from other senders.
 */
export const operations: readonly Operation[] = [
  {
    name: "update-params",
    weight: 1,
    make({ random, turn }) {
      const authority = random.below(2) === 0 ? turn.address : formatAddress(moduleAddress("gov"));
      return signedBy(turn, MsgUpdateParamsSchema, { authority, params: { maxMemoCharacters: 1n } });
    },
  },
];
