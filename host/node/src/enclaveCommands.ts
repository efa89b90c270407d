// SPDX-License-Identifier: Apache-2.0
import { toBase64, toHex } from "@sotto/bytes";
import { enclaveClient } from "@sotto/protocol";
import { workerChannel } from "@sotto/transport";
import { EXEC_MEMORY_MB, paths } from "./config.ts";
import {
  askKeys,
  createNodeKeys,
  foundNetwork,
  isWithoutKeys,
  type NodeKeys,
  nodeIdOf,
  receiveNodeKeys,
} from "./enclaveKeys.ts";
import { driverOf } from "./identity.ts";
import { takeHome } from "./lock.ts";
import type { EnclaveEntries } from "./startThreads.ts";

interface KeyFlags {
  readonly home: string;
  readonly genesis?: string;
  readonly driver: string;
  readonly driverOptions?: string;
  readonly seed?: string;
}

/**
 * Runs with the folder taken, so that no node of it runs; one without keys may run meanwhile, and
 * is told by `mayRun`. Prints the result as JSON.
 */
async function withKeys(
  entries: EnclaveEntries,
  flags: KeyFlags,
  mayRun: boolean,
  work: (keys: NodeKeys) => unknown,
): Promise<void> {
  const { home, genesis, driver, driverOptions, seed } = flags;
  const release = await takeHome(mayRun && isWithoutKeys(home) ? paths(home).keyWork : home);
  try {
    // An enclave refuses the first thread, on which no contract may run.
    const cutOff = new Int32Array(new SharedArrayBuffer(4));
    const enclave = enclaveClient(workerChannel(new URL(entries.worker), { oldMb: EXEC_MEMORY_MB }, cutOff));
    const choice = driverOf({ driver, driverOptions, seed });
    const shown = await work({ home, genesisFile: genesis, driver: choice, enclave });
    process.stdout.write(`${JSON.stringify(shown)}\n`);
  } finally {
    release();
  }
}

const publicKeys = (answer: { readonly ioPublicKey: Uint8Array; readonly seedExchangePublicKey: Uint8Array }) => ({
  ioPublicKey: toHex(answer.ioPublicKey),
  seedExchangePublicKey: toHex(answer.seedExchangePublicKey),
});

/** Part `app_state.register` of a genesis that names the keys, for nodes without keys. */
const genesisPart = (answer: { readonly ioPublicKey: Uint8Array; readonly seedExchangePublicKey: Uint8Array }) => ({
  node_exch_master_key: { bytes: toBase64(answer.seedExchangePublicKey) },
  io_master_key: { bytes: toBase64(answer.ioPublicKey) },
});

export const found = (entries: EnclaveEntries, flags: KeyFlags): Promise<void> =>
  withKeys(entries, flags, false, (keys) => {
    const made = foundNetwork(keys);
    return { ...publicKeys(made), register: genesisPart(made) };
  });

export const create = (
  entries: EnclaveEntries,
  flags: KeyFlags & { readonly validatorKey?: Uint8Array },
): Promise<void> =>
  withKeys(entries, flags, true, (keys) => createNodeKeys(keys, flags.validatorKey ?? new Uint8Array(0)));

export const receive = (entries: EnclaveEntries, flags: KeyFlags & { readonly from?: string }): Promise<void> =>
  withKeys(entries, flags, true, async (keys) =>
    publicKeys(receiveNodeKeys(keys, await askKeys(flags.from ?? "", nodeIdOf(keys.home)))),
  );
