// SPDX-License-Identifier: Apache-2.0
import { runCommand } from "@sotto/node/command";

// The only file that imports both sides: the host gets the enclave's entries as URLs.
await runCommand(process.argv.slice(2), {
  inline: import.meta.resolve("@sotto/enclave"),
  worker: import.meta.resolve("@sotto/enclave/worker"),
});
