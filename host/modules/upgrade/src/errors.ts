// SPDX-License-Identifier: Apache-2.0
import { codespace } from "@sotto/errors";

/** x/upgrade 0.1.4 types/errors.go */
export const UpgradeError = codespace("upgrade", {
  noModuleVersion: [2, "module version not found"],
  noPlan: [3, "upgrade plan not found"],
  noUpgradedClient: [4, "upgraded client not found"],
  noUpgradedConsensusState: [5, "upgraded consensus state not found"],
  invalidSigner: [6, "expected authority account as only signer for proposal message"],
});
