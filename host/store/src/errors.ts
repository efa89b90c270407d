// SPDX-License-Identifier: Apache-2.0
import { codespace } from "@sotto/errors";

/**
 * Failures to read a version or to prove a row, which are mistakes of the caller, and snapshots of
 * others that are not valid. Disk failures are EnvironmentFault.
 */
export const StoreError = codespace("store", {
  unknownStore: [2, "no such store"],
  versionPruned: [3, "version does not exist"],
  versionInFuture: [4, "version is in the future"],
  notProvable: [5, "cannot be proven"],
  snapshotRefused: [6, "the snapshot is refused"],
});
