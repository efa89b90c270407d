import { codespace } from "@sotto/errors";

/** Questions that cannot be answered as they are put. The detail is CometBFT's text. */
export const IndexError = codespace("index", {
  pageOutOfRange: [2, "no such page"],
});
