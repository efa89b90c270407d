// SPDX-License-Identifier: Apache-2.0
import { type Command, InvalidArgumentError } from "commander";
import type * as Commands from "./enclaveCommands.ts";
import { path } from "./flags.ts";
import type { EnclaveEntries } from "./startThreads.ts";

interface EnclaveFlags {
  readonly home: string;
  readonly genesis?: string;
  readonly driver: string;
  readonly driverOptions?: string;
  readonly seed?: string;
  readonly validatorKey?: Uint8Array;
  readonly from?: string;
}

/** Base64 of an ed25519 public key. */
function publicKey(text: string): Uint8Array {
  const bytes = new Uint8Array(Buffer.from(text, "base64"));
  if (bytes.length === 32) return bytes;
  throw new InvalidArgumentError("base64 of the 32 bytes of an ed25519 public key is needed");
}

/**
 * Adds `enclave` to the program: the keys of a network's node. `onFault` reports a failure and ends
 * the process.
 */
export function addEnclave(program: Command, entries: EnclaveEntries, onFault: (thrown: unknown) => void): void {
  const enclave = program.command("enclave").description("keys of the enclave of a network's node");
  const add = (name: string, description: string): Command =>
    enclave
      .command(name)
      .description(description)
      .requiredOption("--home <dir>", "folder of the node, which is stopped", path)
      .option("--genesis <file>", "genesis file of the network (default: the one in the folder)", path)
      .option("--driver <name>", "the hardware under the enclave; sim is none", "sim")
      .option("--driver-options <hex>", "what the driver reads")
      .option("--seed <hex>", "32 bytes in hex: the same keys again, for tests");
  const run =
    (work: (commands: typeof Commands, flags: EnclaveFlags) => Promise<void>) =>
    async (flags: EnclaveFlags): Promise<void> => {
      try {
        // Loads the enclave, which no other command needs on this thread.
        await work(await import("./enclaveCommands.ts"), flags);
      } catch (thrown) {
        onFault(thrown);
      }
    };
  add("found", "make the keys of a new network").action(run((commands, flags) => commands.found(entries, flags)));
  add("create", "make a registration key, and print the certificate for the chain")
    .option("--validator-key <base64>", "consensus key of the node's validator", publicKey)
    .action(run((commands, flags) => commands.create(entries, flags)));
  add("receive", "take the network's keys from the chain, after the registration")
    .requiredOption("--from <url>", "REST of a node of the network")
    .action(run((commands, flags) => commands.receive(entries, flags)));
}
