// SPDX-License-Identifier: Apache-2.0
/** The application with sequencer and block log, as in a node; in a folder or in memory. */
import { type BlockLog, fromTime, genesisSet, openBlockLog } from "@sotto/blocks";
import type { Ed25519Key } from "@sotto/crypto";
import { type AppGenesis, Branch, createCtx, GasMeter, NO_LIMIT, type WriteCtx } from "@sotto/kernel";
import { createSequencer, type Sequencer } from "@sotto/sequencer";
import { type ApplicationParts, type OpenApplication, openApplication } from "./application.ts";

export interface SequencedParts extends Omit<ApplicationParts, "chainId" | "path" | "validators"> {
  readonly genesis: AppGenesis;
  /** The key of the only validator. */
  readonly key: Ed25519Key;
  /** Folder of state and block log. Default: `memory`, or temporary folders. */
  readonly folder?: string | undefined;
  readonly onPhase?: Parameters<typeof createSequencer>[0]["onPhase"];
}

export interface OpenSequenced extends OpenApplication {
  readonly log: BlockLog;
  readonly sequencer: Sequencer;
  close(): void;
}

export function openSequenced(parts: SequencedParts): OpenSequenced {
  const { genesis, key, folder, onPhase, ...rest } = parts;
  const inFolder = (name: string) => (folder === undefined ? undefined : `${folder}/${name}`);
  const { chainId } = genesis;
  const opened = openApplication({
    ...rest,
    chainId,
    path: inFolder("state"),
    validators: genesisSet(genesis.validators),
  });
  const log = openBlockLog({ path: inFolder("blocks"), memory: parts.memory, noSync: parts.durable !== true });
  const signing = { publicKey: key.publicKey, sign: (message: Uint8Array) => key.sign(message) };
  const sequencer = createSequencer({ app: opened.app, log, keys: [signing], genesis, ...(onPhase && { onPhase }) });
  return {
    ...opened,
    log,
    sequencer,
    close() {
      log.close();
      opened.store.close();
    },
  };
}

/**
 * The last committed state in the modules' view, over a branch that is dropped, for planted faults.
 */
export function withState<T>({ options, store, log }: OpenSequenced, read: (ctx: WriteCtx, branch: Branch) => T): T {
  const snapshot = store.snapshot();
  try {
    const height = snapshot.version;
    const time = log.meta(height)?.header.time;
    if (time === undefined) throw new Error("there is no block yet");
    const branch = new Branch(snapshot);
    const block = { chainId: options.chainId, height, time: fromTime(time) };
    return read(createCtx({ mode: "query", block, gas: new GasMeter(NO_LIMIT), branch }), branch);
  } finally {
    snapshot.close();
  }
}
