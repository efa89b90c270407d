// SPDX-License-Identifier: Apache-2.0
import { codespace } from "@sotto/errors";

/** x/params types/proposal/errors.go */
export const ParamsError = codespace("params", {
  unknownSubspace: [2, "unknown subspace"],
  emptyChanges: [4, "submitted parameter changes are empty"],
  emptySubspace: [5, "parameter subspace is empty"],
  emptyKey: [6, "parameter key is empty"],
  emptyValue: [7, "parameter value is empty"],
});
