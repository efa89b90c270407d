import { AnySchema } from "@bufbuild/protobuf/wkt";
import { fromUtf8 } from "@sotto/bytes";
import { addressKey, protoValue, rawValue, stateOf, u64Key, u64Value } from "@sotto/kernel";
import { ParamsSchema } from "@sotto/proto/cosmos.auth.v1beta1";

const { item, table } = stateOf("acc");

/** x/auth types/keys.go, 0.50. */
export const state = {
  params: item(0x00, protoValue(ParamsSchema)),
  /** An Any of BaseAccount, ModuleAccount or another account type. */
  accounts: table(0x01, addressKey, protoValue(AnySchema)),
  nextNumber: item(0x02, u64Value),
  byNumber: table(fromUtf8("accountNumber"), u64Key, rawValue),
} as const;
