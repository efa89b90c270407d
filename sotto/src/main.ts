import { runCommand } from "@sotto/node/command";

// The one place that knows both sides: the host is handed the enclave's entries as URLs.
await runCommand(process.argv.slice(2), {
  inline: import.meta.resolve("@sotto/enclave"),
  worker: import.meta.resolve("@sotto/enclave/worker"),
});
