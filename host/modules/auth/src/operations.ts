import { formatAddress, moduleAddress } from "@sotto/address";
import { type Operation, signedBy } from "@sotto/kernel/simulation";
import { MsgUpdateParamsSchema } from "@sotto/proto/cosmos.auth.v1beta1";

/**
 * Every transaction is work for auth; its one message is governance's alone and refused from all
 * others.
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
