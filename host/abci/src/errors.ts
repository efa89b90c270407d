// SPDX-License-Identifier: Apache-2.0
import { codespace } from "@sotto/errors";

/**
 * Reasons for which the server closes a connection. They are no consensus: only a log shows them.
 */
export const AbciError = codespace("abci", {
  malformed: [2, "malformed ABCI frame"],
  tooLarge: [3, "ABCI request over a limit"],
  unknownRequest: [4, "unknown ABCI request"],
  wrongConnection: [5, "ABCI request on the wrong connection"],
});
