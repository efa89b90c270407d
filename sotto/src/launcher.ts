// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from "node:url";

const [first, ...rest] = process.argv.slice(2);
/** A file of the program, which `tools/bundle.mjs` puts together. */
const beside = (name: string): URL => new URL(`./${name}.js`, import.meta.url);

// The only file that names both sides: the host gets the enclave's entries as URLs. A command loads
// its own package only.
if (first === "network") {
  const { runNetworkCommand } = await import("@sotto/network");
  await runNetworkCommand(rest, { launcher: fileURLToPath(beside("main")) });
} else {
  const { runCommand } = await import("@sotto/node/command");
  await runCommand(process.argv.slice(2), {
    inline: beside("enclaveInline").href,
    worker: beside("enclaveWorker").href,
  });
}
