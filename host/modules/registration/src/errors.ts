// SPDX-License-Identifier: Apache-2.0
import { codespace } from "@sotto/errors";

/** x/registration types/errors.go (spec/modules.md 7.2). */
export const RegistrationError = codespace("register", {
  seedInit: [1, "Initialize node seed failed"],
  authenticate: [2, "Failed to authenticate node"],
  seedValidation: [3, "Failed to validate seed parameters"],
  bootstrap: [4, "Failed to initialize bootstrap"],
  invalidType: [5, "Type error"],
  certificate: [6, "Certificate invalid or does not exist"],
  notFound: [7, "not found"],
  invalid: [8, "invalid"],
});
