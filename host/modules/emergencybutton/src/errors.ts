// SPDX-License-Identifier: Apache-2.0
import { codespace } from "@sotto/errors";

/** x/emergencybutton types/errors.go */
export const EmergencyError = codespace("emergencybutton", {
  ibcOff: [1, "ibc processing failed"],
  unauthorizedToggle: [2, "emergency button toggle failed"],
  pauserUnset: [3, "emergency button toggle failed"],
});
