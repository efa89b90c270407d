// SPDX-License-Identifier: Apache-2.0
import { type Operation, signedBy } from "@sotto/kernel/simulation";
import { MsgToggleIbcSwitchSchema, MsgUpdateParamsSchema } from "@sotto/proto/secret.emergencybutton.v1beta1";

export const operations: readonly Operation[] = [
  {
    name: "toggle",
    weight: 2,
    make: ({ turn }) => signedBy(turn, MsgToggleIbcSwitchSchema, { sender: turn.address }),
  },
  {
    name: "update-params",
    weight: 1,
    // Refused: only governance may send it.
    make: ({ turn }) => signedBy(turn, MsgUpdateParamsSchema, { authority: turn.address, params: {} }),
  },
];
