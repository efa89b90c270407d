// SPDX-License-Identifier: Apache-2.0
// A process that takes the folder of a message at the moment that the message names, and keeps it.
// Answers whether it won.
import { takeHome } from "../../dist/lock.js";

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
