// SPDX-License-Identifier: Apache-2.0
// A process that takes node 1 of a network at the moment that the message names, and keeps it.
// Answers whether it won.
import { takeClaim } from "../../dist/claim.js";

const keeper = { pid: 0, began: "" };

process.on("message", async ({ home, at }) => {
  while (Date.now() < at);
  try {
    await takeClaim(home, 1, keeper);
    process.send({ won: true });
  } catch (thrown) {
    process.send({ won: false, text: thrown.message });
  }
});
process.send("ready");
