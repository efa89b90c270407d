// SPDX-License-Identifier: Apache-2.0
import {
  type GovernedOperation,
  governance,
  type Operation,
  governed as packed,
  signedBy,
} from "@sotto/kernel/simulation";
import { MsgToggleIbcSwitchSchema, MsgUpdateParamsSchema } from "@sotto/proto/secret.emergencybutton.v1beta1";
import { state } from "./state.ts";

export const operations: readonly Operation[] = [
  {
    name: "toggle",
    weight: 2,
    make({ random, turn, accounts, ctx }) {
      const pauser = state.params.get(ctx)?.pauserAddress;
      const sender = random.below(2) === 0 ? turn : (accounts.find(({ address }) => address === pauser) ?? turn);
      return signedBy(sender, MsgToggleIbcSwitchSchema, { sender: sender.address });
    },
  },
  {
    name: "update-params",
    weight: 1,
    // Refused: only governance may send it.
    make: ({ turn }) => signedBy(turn, MsgUpdateParamsSchema, { authority: turn.address, params: {} }),
  },
];

export const governed: readonly GovernedOperation[] = [
  {
    name: "update-params",
    weight: 3,
    make: ({ random, accounts }) =>
      packed(MsgUpdateParamsSchema, {
        authority: governance,
        params: { switchStatus: random.pick(["on", "off"]), pauserAddress: random.pick(accounts).address },
      }),
  },
];
