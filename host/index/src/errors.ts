// SPDX-License-Identifier: Apache-2.0
import { codespace } from "@sotto/errors";

/**
 * Searches that cannot be answered. The client sees the detail; for a page it is CometBFT's text.
 */
export const IndexError = codespace("index", {
  pageOutOfRange: [2, "no such page"],
  tooMuch: [3, "the search reads too much"],
  busy: [4, "too many searches"],
});
