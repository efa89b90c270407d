// SPDX-License-Identifier: Apache-2.0
import { codespace } from "@sotto/errors";

/** x/feegrant 0.1.1 errors.go */
export const FeegrantError = codespace("feegrant", {
  limitExceeded: [2, "fee limit exceeded"],
  expired: [3, "fee allowance expired"],
  invalidDuration: [4, "invalid duration"],
  noAllowance: [5, "no allowance"],
  noMessages: [6, "allowed messages are empty"],
  notAllowed: [7, "message not allowed"],
});
