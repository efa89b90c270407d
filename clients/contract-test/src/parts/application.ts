// SPDX-License-Identifier: Apache-2.0
/** The application over a store and an enclave in this process, without a consensus driver. */
import { create, type DescMethod, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import {
  type ChainDefinition,
  type ChainOptions,
  type ChainQueries,
  createApplication,
  createCheckApplication,
  createQueryApplication,
  Extra,
  secretChain,
} from "@sotto/app";
import { fromUtf8 } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import type { ValidatorSet } from "@sotto/comet";
import { sha256 } from "@sotto/crypto";
import {
  type Assembly,
  assemble,
  type CheckApplication,
  type Modules,
  type NetworkApplication,
  type ReadCtx,
  storesOf,
  versionChanges,
  versionsOf,
} from "@sotto/kernel";
import type { Channel, EnclaveClient, StartAnswer } from "@sotto/protocol";
import { type MemoryDisk, openStore, type StateStore } from "@sotto/store";
import { startEnclave } from "./enclave.ts";

/** Parts of a chain. Each optional part has a default. */
export interface ApplicationParts {
  readonly chainId: string;
  /** Default: the network's definition. */
  readonly definition?: ChainDefinition | undefined;
  /** Folder of the database. Default: a temporary folder. */
  readonly path?: string | undefined;
  /** In place of a folder: the memory of this thread. */
  readonly memory?: MemoryDisk | undefined;
  /** Whether commits wait for the disk, as in a node. */
  readonly durable?: boolean | undefined;
  /** Wraps the store, e.g. to record commits. */
  readonly wrapStore?: ((store: StateStore) => StateStore) | undefined;
  /** Channel to an enclave that is not started. Default: inline. */
  readonly channel?: Channel | undefined;
  readonly seed?: Uint8Array | undefined;
  /** Sealed state of the enclave for the first start. Default: none, and the enclave makes keys. */
  readonly sealed?: Uint8Array | undefined;
  /** The sealed registration key of a node without network keys. Default: none. */
  readonly registration?: Uint8Array | undefined;
  /** Whether the enclave takes rows without proofs. Default: false. */
  readonly believesRows?: boolean | undefined;
  /** Whether the enclave answers queries over older states. Default: true. */
  readonly answersPast?: boolean | undefined;
  /** The validators that sign the first block. */
  readonly validators: ValidatorSet;
  /** Height of the first block. Default: 1. */
  readonly initialHeight?: number | undefined;
  readonly revealErrors?: boolean | undefined;
  /** SDK gas. */
  readonly queryGasLimit?: number | undefined;
  readonly minimumGasPrice?: ChainOptions["minimumGasPrice"];
  /** Called before the application stops for a plan that it cannot carry out. */
  readonly onUpgradeNeeded?: ChainOptions["onUpgradeNeeded"];
  /** Called before each transaction of a block. */
  readonly onTransaction?: ((index: number) => void) | undefined;
}

export interface OpenApplication {
  readonly definition: ChainDefinition;
  readonly options: ChainOptions;
  readonly store: StateStore;
  readonly enclave: EnclaveClient;
  /** The enclave's answer at its start. */
  readonly started: StartAnswer;
  readonly app: NetworkApplication;
  readonly queries: ChainQueries;
  /** Opens a check of transactions. `sharesVerdicts`: blocks use its verdicts of signatures. */
  openCheck(sharesVerdicts: boolean): CheckApplication;
}

export function openApplication(parts: ApplicationParts): OpenApplication {
  const { chainId, path, memory, definition = secretChain, wrapStore = (store) => store, initialHeight = 1 } = parts;
  const pruning = { keepVersions: undefined };
  const stores = storesOf(definition.modules);
  const store = wrapStore(
    openStore({ path, memory, stores, pruning, noSync: parts.durable !== true, initialVersion: initialHeight }),
  );
  const seed = parts.seed ?? sha256(fromUtf8("seed of a test chain"));
  const { enclave, started } = startEnclave({ ...parts, seed, sealed: store.extra(Extra.sealed) ?? parts.sealed });
  const options: ChainOptions = {
    chainId,
    store,
    enclave,
    keys: started,
    verified: new Set<string>(),
    revealErrors: parts.revealErrors ?? true,
    queryGasLimit: parts.queryGasLimit ?? 10_000_000,
    minimumGasPrice: parts.minimumGasPrice,
    ...(parts.onUpgradeNeeded && { onUpgradeNeeded: parts.onUpgradeNeeded }),
    ...(parts.onTransaction && { onTransaction: parts.onTransaction }),
  };
  return {
    definition,
    options,
    store,
    enclave,
    started,
    app: createApplication(options, definition),
    queries: createQueryApplication(options, definition),
    openCheck: (sharesVerdicts) =>
      createCheckApplication(sharesVerdicts ? options : { ...options, verified: new Set<string>() }, definition),
  };
}

/**
 * Runs a query by its route, with encoded bytes, as the APIs do. `height` 0: the latest. Throws
 * ChainError.
 */
export function ask<M extends DescMethod>(
  queries: ChainQueries,
  method: M,
  request: MessageInitShape<M["input"]>,
  height = 0,
): MessageShape<M["output"]> {
  const path = `/${method.parent.typeName}/${method.name}`;
  const route = queries.routes.get(path);
  if (route === undefined) throw new Error(`no route ${path}`);
  const { value } = queries.run(route, encode(method.input, create(method.input, request)), height);
  // The cast: the method's own schema decodes the value.
  return decode(method.output, value) as MessageShape<M["output"]>;
}

/** The broken invariants of all modules over a state, e.g. one with a planted fault. */
export function brokenInvariants(
  { definition, options }: Pick<OpenApplication, "definition" | "options">,
  ctx: ReadCtx,
): readonly string[] {
  const { modules, orders, types } = definition;
  const keepers = definition.keepers(options, modules, () => assembly.router, {
    versions: (height) => versionsOf(modules, height, definition.upgrades),
    versionChanges: versionChanges(modules, definition.upgrades),
    handlers: definition.upgradeHandlers ?? new Map(),
    migrate: (on, from) => assembly.runMigrations(on, from),
    deliver() {
      throw new Error("an invariant runs no transaction");
    },
  });
  const { assertExecutable } = keepers.circuit;
  const assembly: Assembly = assemble<Modules>(modules, keepers, orders, { types, assertExecutable });
  return assembly.brokenInvariants(ctx);
}
