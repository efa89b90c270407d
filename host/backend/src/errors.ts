import { codespace } from "@sotto/errors";

/** What the node refuses for itself: the chain knows nothing of it, and another node may answer. */
export const NodeError = codespace("node", {
  busy: [2, "the node is busy"],
  tooMuch: [3, "the node does not read that much for one request"],
});
