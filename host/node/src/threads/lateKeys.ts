// SPDX-License-Identifier: Apache-2.0
/** The enclave of a node that may start before it has the network's keys (ADR 121). */
import { networkKey } from "@sotto/app";
import { genesisSet } from "@sotto/blocks";
import { equals, fromBase64 } from "@sotto/bytes";
import { parseJson } from "@sotto/codec";
import { type ValidatorSet, validatorSetHash } from "@sotto/comet";
import type { TrustStep } from "@sotto/cometbft";
import { EnvironmentFault } from "@sotto/errors";
import { readGenesisDocument } from "@sotto/local";
import type { CommitBlockAnswer, EnclaveClient, StartAnswer } from "@sotto/protocol";
import type { StateStore } from "@sotto/store";
import { type GenesisPlace, openGenesis } from "../genesisFile.ts";
import { assertNamed, type EnclaveStart, type StartedEnclave, startExecEnclave } from "./enclaveStart.ts";
import { loadFirstSeal } from "./firstSeal.ts";
import { trust } from "./trusting.ts";

/** A block needs the enclave, which has no keys. Never a result of a transaction. */
export class KeysNeeded extends Error {
  constructor() {
    super("the block needs the enclave's keys");
  }
}

/** Runs a block; undefined when it needs the keys that the enclave lacks. */
export function unlessKeysNeeded<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof KeysNeeded) return undefined;
    throw thrown;
  }
}

type PublicKeys = Pick<StartAnswer, "ioPublicKey" | "seedExchangePublicKey">;

const NOTHING = new Uint8Array(0);
const NOTHING_DONE: CommitBlockAnswer = { sealed: NOTHING, writes: undefined, headerProof: NOTHING };
const NO_KEYS: PublicKeys = { ioPublicKey: NOTHING, seedExchangePublicKey: NOTHING };

/** Most bytes of the module's part that are searched for its two keys. */
const MOST_TEXT = 64 * 1024 * 1024;

/** The keys that a genesis file names; empty ones when it names none. */
function namedKeys(document: GenesisPlace): PublicKeys {
  const source = openGenesis(document);
  try {
    const part = readGenesisDocument(source).appState.get("register");
    if (part === undefined || part.end - part.start > MOST_TEXT) return NO_KEYS;
    const members = parseJson(part.read(part.start, part.end), { maxValues: Number.MAX_SAFE_INTEGER });
    const keyAt = (...names: readonly string[]): Uint8Array => {
      for (const name of names) {
        const key = members instanceof Map ? members.get(name) : undefined;
        const bytes = key instanceof Map ? key.get("bytes") : undefined;
        if (typeof bytes === "string") return fromBase64(bytes) ?? NOTHING;
      }
      return NOTHING;
    };
    return {
      ioPublicKey: keyAt("io_master_key", "ioMasterKey"),
      seedExchangePublicKey: keyAt("node_exch_master_key", "nodeExchMasterKey"),
    };
  } finally {
    source.close();
  }
}

/** The keys of a state. No block needs that for seeds. */
function keysOf(store: StateStore): PublicKeys {
  const snapshot = store.snapshot();
  const ioPublicKey = networkKey(snapshot) ?? NOTHING;
  snapshot.close();
  return { ...NO_KEYS, ioPublicKey };
}

const OTHER_KEYS =
  "the keys in enclave.sealed are of another network than the node's state: take the file away, and run sotto enclave receive again";

export interface LateKeysData extends EnclaveStart {
  /** The document with the initial state of the modules. */
  readonly document: GenesisPlace;
}

/**
 * The enclave of the thread that writes. Without keys it stops at the first block that needs it.
 */
export interface LateKeys {
  readonly has: boolean;
  /** Those of the enclave; before it has any, those that state or genesis name, or empty ones. */
  readonly keys: PublicKeys;
  readonly enclave: EnclaveClient;
  onGenesis(validators: ValidatorSet): void;
  /** Whether there are keys that `load` can start the enclave with. */
  readonly canLoad: boolean;
  /**
   * Starts the enclave with the keys in the folder, or those of a seed, between two blocks.
   * `steps`: from the genesis to the state, empty for an empty state. Throws ChainError or
   * EnvironmentFault, and stays without keys.
   */
  load(steps: readonly TrustStep[]): void;
}

/**
 * `sealed`: the row of the last commit. A state without it is of a network's node that waits for
 * keys.
 */
export function lateKeys(
  data: LateKeysData,
  inner: EnclaveClient,
  store: StateStore,
  sealed: Uint8Array | undefined,
): LateKeys {
  let started: StartedEnclave | undefined;
  const { sealedPath, driver, genesis } = data;
  const given = (): boolean => loadFirstSeal(sealedPath) !== undefined || driver.driverOptions.length > 0;
  const isOwn = data.validatorSeeds.length > 0;
  const start = (): StartedEnclave => startExecEnclave(data, inner, sealed);
  if (isOwn || sealed !== undefined || (store.version === 0 && given())) started = start();
  let stated: PublicKeys | undefined;
  const statedKeys = (): PublicKeys => {
    if (stated !== undefined) return stated;
    const found = store.version > 0 ? keysOf(store) : namedKeys(data.document);
    // A state may be restored later.
    if (found.ioPublicKey.length > 0) stated = found;
    return found;
  };
  const needing =
    <A extends readonly unknown[], R>(run: (...args: A) => R) =>
    (...args: A): R => {
      if (started === undefined) throw new KeysNeeded();
      return run(...args);
    };
  return {
    get has() {
      return started !== undefined;
    },
    get keys() {
      return started?.keys ?? statedKeys();
    },
    enclave: {
      ...inner,
      // The host has verified the block; an enclave that gets its keys later steps over it.
      submitBlock: (request) => {
        if (started !== undefined) inner.submitBlock(request);
      },
      commitBlock: (request) => (started === undefined ? NOTHING_DONE : inner.commitBlock(request)),
      call: needing(inner.call),
      reply: needing(inner.reply),
      query: needing(inner.query),
      admit: needing(inner.admit),
      trust: needing(inner.trust),
      showState: needing(inner.showState),
    },
    onGenesis(validators) {
      if (started !== undefined) started.onGenesis(validators);
      else assertNamed(validatorSetHash(genesisSet(genesis.validators)), validators);
    },
    get canLoad() {
      return given();
    },
    load(steps) {
      const candidate = start();
      const expected = statedKeys().ioPublicKey;
      if (expected.length > 0 && !equals(expected, candidate.keys.ioPublicKey)) throw new EnvironmentFault(OTHER_KEYS);
      if (store.version > 0) trust(inner, steps, store.version);
      started = candidate;
    },
  };
}
