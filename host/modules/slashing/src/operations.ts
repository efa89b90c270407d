// SPDX-License-Identifier: Apache-2.0
import { formatAddress, prefix } from "@sotto/address";
import {
  type GovernedOperation,
  governance,
  type Operation,
  governed as packed,
  signedBy,
} from "@sotto/kernel/simulation";
import { MsgUnjailSchema, MsgUpdateParamsSchema } from "@sotto/proto/cosmos.slashing.v1beta1";
import { defaultParams } from "./params.ts";
import { state } from "./state.ts";

export const operations: readonly Operation[] = [
  {
    name: "unjail",
    weight: 4,
    // Validators are among the accounts; the state of this module has no operators.
    make({ turn, accounts, random }) {
      const signer = random.below(2) === 0 ? turn : (accounts[random.below(5)] ?? turn);
      return signedBy(signer, MsgUnjailSchema, { validatorAddr: formatAddress(signer.raw, prefix.validator) });
    },
  },
  {
    // Refused: only governance may send it.
    name: "update-params",
    weight: 1,
    make({ random, turn }) {
      const authority = random.below(2) === 0 ? turn.address : governance;
      return signedBy(turn, MsgUpdateParamsSchema, { authority, params: defaultParams() });
    },
  },
];

export const governed: readonly GovernedOperation[] = [
  {
    name: "update-params",
    weight: 3,
    make({ random, ctx }) {
      const params = { ...(state.params.get(ctx) ?? defaultParams()) };
      const signedBlocksWindow = random.below(4) === 0 ? 0n : BigInt(6 + random.below(12));
      return packed(MsgUpdateParamsSchema, { authority: governance, params: { ...params, signedBlocksWindow } });
    },
  },
];
