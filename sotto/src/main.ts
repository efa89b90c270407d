// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from "node:url";

const [first, ...rest] = process.argv.slice(2);

// The only file that imports both sides: the host gets the enclave's entries as URLs. A command
// loads its own package only.
if (first === "network") {
  const { runNetworkCommand } = await import("@sotto/network");
  await runNetworkCommand(rest, { launcher: fileURLToPath(import.meta.url) });
} else {
  const { runCommand } = await import("@sotto/node/command");
  await runCommand(process.argv.slice(2), {
    inline: import.meta.resolve("@sotto/enclave"),
    worker: import.meta.resolve("@sotto/enclave/worker"),
  });
}
