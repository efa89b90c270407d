// SPDX-License-Identifier: Apache-2.0
// A process that takes folders when it is told to, at the moment it is told, and keeps them.
// Answers who has each.
import { takeHome } from "../dist/lock.js";

process.on("message", async ({ home, at }) => {
  while (Date.now() < at);
  try {
    await takeHome(home);
    process.send({ won: true });
  } catch (thrown) {
    process.send({ won: false, text: thrown.message });
  }
});
process.send("ready");
