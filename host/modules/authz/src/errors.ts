// SPDX-License-Identifier: Apache-2.0
import { codespace } from "@sotto/errors";

/** x/authz errors.go */
export const AuthzError = codespace("authz", {
  notFound: [2, "authorization not found"],
  invalidExpiration: [3, "expiration time of authorization should be more than current time"],
  unknownType: [4, "unknown authorization type"],
  noGrantKey: [5, "grant key not found"],
  expired: [6, "authorization expired"],
  granteeIsGranter: [7, "grantee and granter should be different"],
  severalSigners: [9, "authorization can be given to msg with only one signer"],
  negativeMaxTokens: [12, "max tokens should be positive"],
});
