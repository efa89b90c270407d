import { codespace } from "@sotto/errors";

/** Questions that cannot be answered as they are put. The detail is for who asked; of a page it is CometBFT's text. */
export const IndexError = codespace("index", {
  pageOutOfRange: [2, "no such page"],
  tooMuch: [3, "the search reads too much"],
  busy: [4, "too many searches"],
});
