// SPDX-License-Identifier: Apache-2.0
import { codespace } from "@sotto/errors";

/** Refusals of the node itself: they are not part of the chain, and another node may answer. */
export const NodeError = codespace("node", {
  busy: [2, "the node is busy"],
  tooMuch: [3, "the node does not read that much for one request"],
  noKeys: [4, "the node has no keys of the network yet, so it answers no private queries"],
});
