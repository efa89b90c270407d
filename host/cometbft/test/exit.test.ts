// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { exitReason } from "../src/process/exit.ts";

// Texts of CometBFT v0.38.19 that a live test does not get cheaply: consensus/replay.go,
// state/errors.go, consensus/state.go, proxy/multi_app_conn.go.
it.each([
  [
    "panic: state.AppHash does not match AppHash after replay. Got\nAB, expected CD.",
    /^CometBFT ended: the node has another state/,
  ],
  ["panic: block.AppHash does not match AppHash after replay. Got AB", /^CometBFT ended: the node has another state/],
  [
    "ERROR: failed to create node: error during handshake: app block height (3) is too far below block store base (9)",
    /^CometBFT ended: the node is at block 3, and CometBFT has no block below 9/,
  ],
  [
    "panic: state (570) and store (0) height mismatch, stores were left in an inconsistent state",
    /^CometBFT ended: it was ended after a state sync to height 570 .* Run: \/bin\/cometbft reset-state --home \/net\/comet \(/,
  ],
  [
    "ERROR: failed to start node: found signature from the same key",
    /^CometBFT ended: another node signs with the same validator key/,
  ],
  [
    'E[1] consensus connection terminated. Did the application crash? Please restart CometBFT module=proxy err="EOF"',
    /^CometBFT ended: the node closed its connection/,
  ],
  ["ERROR: failed to create node: write /a: no space left on device", /^CometBFT ended: the disk is full/],
  ["I[1] a\nERROR: unknown thing\nI[1] closing", /^CometBFT ended with code 1; its last words: ERROR: unknown thing$/],
  ["", /^CometBFT ended with code 1; it wrote nothing$/],
])("%.40s is explained", (log, reason) => {
  const exit = exitReason(log, 1, null, { binary: "/bin/cometbft", home: "/net/comet" });
  expect(exit.reason).toMatch(reason);
  expect(exit.isFinal).toBe(log.includes("store (0)"));
});
