import { createApplication, Extra, STORES } from "@sotto/app";
import { consensusAddress, createValidatorSet, encodeValidatorSet } from "@sotto/comet";
import { Ed25519Key, parkBeforeAddons } from "@sotto/crypto";
import type { AppGenesis } from "@sotto/kernel";
import { createSequencer, openBlockLog, type Phase } from "@sotto/sequencer";
import { openStore } from "@sotto/store";
import type { VerifiedSignatures } from "@sotto/x-auth";
import { loadFirstSeal, saveFirstSeal } from "./firstSeal.ts";
import { type Packed, unpack } from "./packed.ts";
import { serveThread, threadData } from "./port.ts";
import { chainOptions, type NodeData, openEnclave } from "./shared.ts";

export interface ExecData extends NodeData {
  readonly genesis: AppGenesis;
  /** Ed25519 seed of the validator's key, 32 bytes. */
  readonly validatorSeed: Uint8Array;
  /** Makes the enclave's seeds reproducible; only for test chains. */
  readonly enclaveSeed: Uint8Array | undefined;
  /** File for what the enclave seals before the first commit; undefined in memory. */
  readonly sealedPath: string | undefined;
}

/** Most verdicts of the check thread that are kept; over it they are forgotten and signatures are verified again. */
const MAX_VERDICTS = 200_000;

/** Verdicts that the check thread sent; each is used once. */
class SentVerdicts implements VerifiedSignatures {
  readonly #keys = new Set<string>();

  has(key: string): boolean {
    return this.#keys.delete(key);
  }

  add(): void {}

  receive(keys: readonly string[]): void {
    if (this.#keys.size > MAX_VERDICTS) this.#keys.clear();
    for (const key of keys) this.#keys.add(key);
  }
}

const data = threadData<ExecData>();
parkBeforeAddons(data.cutOff);
const store = openStore({
  path: data.statePath,
  stores: STORES,
  pruning: { keepVersions: undefined },
  noSync: data.noSync,
  initialVersion: data.genesis.initialHeight,
});
const log = openBlockLog({ path: data.logPath, noSync: data.noSync });
const enclave = await openEnclave(data);
const set = createValidatorSet(
  data.genesis.validators.map(({ pubKey, power }) => {
    const publicKey = { type: "ed25519", bytes: pubKey } as const;
    return { address: consensusAddress(publicKey), publicKey, votingPower: power };
  }),
);
const kept = store.extra(Extra.sealed) ?? loadFirstSeal(data.sealedPath);
const keys = enclave.start({
  chainId: data.chainId,
  sealed: kept,
  seed: data.enclaveSeed,
  validators: encodeValidatorSet(set),
  initialHeight: data.genesis.initialHeight,
});
if (kept === undefined) saveFirstSeal(data.sealedPath, keys.sealed);
const verified = new SentVerdicts();
const app = createApplication(chainOptions(data, { store, enclave, keys, verified }));
const key = new Ed25519Key(data.validatorSeed);

/** Milliseconds of each part of the last block. */
const spent = new Map<Phase, number>();
let mark = 0;
const sequencer = createSequencer({
  app,
  log,
  key: { publicKey: key.publicKey, sign: (message) => key.sign(message) },
  genesis: data.genesis,
  onPhase(phase) {
    const now = performance.now();
    spent.set(phase, now - mark);
    mark = now;
  },
});

/** The only writer of the chain's state. */
export const execHandlers = {
  status: () => ({
    height: sequencer.height,
    maxDataBytes: sequencer.maxDataBytes,
    maxGas: sequencer.maxGas,
    nextTime: sequencer.nextTime,
    ioPublicKey: keys.ioPublicKey,
  }),
  produce(now: bigint, txs: Packed, verdicts: readonly string[]) {
    verified.receive(verdicts);
    mark = performance.now();
    const { block, blockId, result } = sequencer.produce(now, unpack(txs));
    return {
      height: block.header.height,
      hash: blockId.hash,
      codes: result.txResults.map(({ code }) => code),
      gas: Number(result.txResults.reduce((sum, { gasUsed }) => sum + gasUsed, 0n)),
      nextTime: sequencer.nextTime,
      phases: Object.fromEntries(spent),
    };
  },
  close() {
    log.close();
    store.close();
  },
} as const;

export type ExecHandlers = typeof execHandlers;

serveThread(execHandlers);
