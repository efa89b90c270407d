// SPDX-License-Identifier: Apache-2.0
import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import { addressKey, indexed, protoValue, rawValue, stateOf, u64Key, uniqueIndex } from "@sotto/kernel";
import { type BaseAccount, ParamsSchema } from "@sotto/proto/cosmos.auth.v1beta1";

const { item, sequence, table } = stateOf("acc");

export type AuthState = ReturnType<typeof createState>;

/** x/auth types/keys.go, 0.50. `baseOf` reads accounts of every kind. */
export function createState(baseOf: (account: Any) => BaseAccount) {
  const byNumber = table("accountNumber", u64Key, rawValue);
  return {
    params: item(0x00, protoValue(ParamsSchema)),
    /** An Any of BaseAccount, ModuleAccount or another account type. */
    accounts: indexed(
      table(0x01, addressKey, protoValue(AnySchema, true)),
      uniqueIndex(byNumber, (account: Any) => baseOf(account).accountNumber),
    ),
    nextNumber: sequence(0x02),
    byNumber,
  } as const;
}
