// SPDX-License-Identifier: Apache-2.0
import { codespace } from "@sotto/errors";

/** x/params types/proposal/errors.go */
export const ParamsError = codespace("params", {
  unknownSubspace: [2, "unknown subspace"],
});
