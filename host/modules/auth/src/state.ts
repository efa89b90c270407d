import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import { fromUtf8 } from "@sotto/bytes";
import { addressKey, indexed, protoValue, rawValue, stateOf, u64Key, u64Value, uniqueIndex } from "@sotto/kernel";
import { ParamsSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { baseOf } from "./account.ts";

const { item, table } = stateOf("acc");

const byNumber = table(fromUtf8("accountNumber"), u64Key, rawValue);

/** x/auth types/keys.go, 0.50. */
export const state = {
  params: item(0x00, protoValue(ParamsSchema)),
  /** An Any of BaseAccount, ModuleAccount or another account type. */
  accounts: indexed(
    table(0x01, addressKey, protoValue(AnySchema, true)),
    uniqueIndex(byNumber, (account: Any) => baseOf(account).accountNumber),
  ),
  nextNumber: item(0x02, u64Value),
  byNumber,
} as const;
