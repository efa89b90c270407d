// SPDX-License-Identifier: Apache-2.0
import { beU64, readBeU64 } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { assert, ChainError, EnvironmentFault } from "@sotto/errors";
import {
  type AppGenesis,
  type BlockInfo,
  BlockMemory,
  Branch,
  type ChainEvent,
  type CtxParts,
  createCtx,
  type Frozen,
  GasMeter,
  type NetworkApplication,
  NO_LIMIT,
  type OwnTxs,
  runTx,
  withMode,
} from "@sotto/kernel";
import { type ConsensusParams, ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import type { Snapshot } from "@sotto/store";
import { lastCallFailed } from "@sotto/x-compute";
import { type ChainDefinition, type ChainOptions, createChain, maxGasOf } from "./chain.ts";
import { committedRows, timeKey } from "./committedState.ts";
import { fillProposal, hasHead } from "./proposal.ts";
import { secretChain } from "./secretChain.ts";
import { Staging } from "./staging.ts";

/**
 * Keys of rows beside the commitment. `sealedBefore`: the enclave's state of the height before,
 * with which one block can be rolled back (ADR 123).
 */
export const Extra = { sealed: "enclave/sealed", sealedBefore: "enclave/sealedBefore" } as const;

/**
 * Modules whose InitGenesis makes or checks what their invariants state. Cost: the others have no
 * row for each account.
 */
const MADE_CONSISTENT = ["auth", "bank", "compute"];

interface FinalizedBlock {
  readonly height: number;
  readonly time: bigint;
  /** Of the state before it. */
  readonly appHash: Uint8Array;
  /** Whether its last transaction with a call of a contract has failed. */
  readonly lastFailed: boolean;
}

/** No schedule of the genesis can be due in the first block: nothing chose it. */
const NONE: OwnTxs = { txs: [], gas: 0n };

/** Encoding does not change the message. */
const encodeParams = (params: Frozen<ConsensusParams>): Uint8Array =>
  encode(ConsensusParamsSchema, params as ConsensusParams);

const begin = <B extends BlockInfo>(parts: Omit<CtxParts<B>, "gas">, events: ChainEvent[] = []) =>
  createCtx<B>({ ...parts, gas: new GasMeter(NO_LIMIT) }, events);

/** The state machine of the exec thread. No other code writes its store. */
export function createApplication(
  options: ChainOptions,
  definition: ChainDefinition = secretChain,
): NetworkApplication {
  const { store, enclave, chainId } = options;
  const chain = createChain(options, definition);
  let snapshot: Snapshot = store.snapshot();
  /** Writes of the genesis file wait here for the first block, with which they become durable. */
  let genesis: Staging | undefined;
  let finalized: FinalizedBlock | undefined;
  let ownTxs: OwnTxs | undefined;
  let initialHeight = 1;

  /** The head of the next block, from the committed state alone. */
  function head(): OwnTxs {
    ownTxs ??= genesis === undefined ? chain.ownTxs(committed()) : NONE;
    return ownTxs;
  }

  const committed = () => {
    const block = { chainId, height: store.version, time: 0n };
    return begin({ mode: "query", block, branch: new Branch(genesis?.branch ?? snapshot) });
  };
  const nextHeight = (): number => (store.version === 0 ? initialHeight : store.version + 1);
  const nextMaxGas = (): bigint => maxGasOf(chain.consensus.params(committed())) ?? -1n;
  const gasOf = (tx: Uint8Array): bigint | undefined => {
    try {
      return chain.runner.decode(tx, nextHeight()).gasWanted;
    } catch (thrown) {
      if (thrown instanceof ChainError) return undefined;
      throw thrown;
    }
  };

  function initChain(file: AppGenesis) {
    assert(store.version === 0, "the chain is initialized already");
    // Hazard: the database does not reuse freed pages while an older snapshot is open.
    snapshot.close();
    initialHeight = file.initialHeight;
    const staging = new Staging(store);
    const { branch } = staging;
    // Source: SDK baseapp InitChain. The first height 1 is the exception, its genesis is at 0.
    const height = file.initialHeight > 1 ? file.initialHeight : 0;
    const block: BlockInfo = { chainId, height, time: file.time };
    const ctx = begin({ mode: "deliver", block, branch });
    chain.consensus.initParams(ctx, decode(ConsensusParamsSchema, file.consensusParams));
    const given = chain.initGenesis(ctx, (name) => file.appState.get(name), {
      initialHeight: file.initialHeight,
      onElement: () => staging.relieve(),
    });
    if (options.checksGenesis === true) {
      if (given.length === 0) throw new EnvironmentFault("genesis of staking: no validator is bonded");
      const [broken] = chain.brokenInvariants(ctx, MADE_CONSISTENT);
      if (broken !== undefined) throw new EnvironmentFault(`the genesis file contradicts itself: ${broken}`);
    }
    genesis = staging;
    return { validators: given.length > 0 ? given : file.validators, appHash: store.appHash };
  }

  return {
    get height() {
      return store.version;
    },
    get appHash() {
      return store.appHash;
    },
    initChain,
    ownTxs: head,
    acceptsProposal: (txs) => hasHead(txs, head().txs, nextHeight()),
    prepareProposal: (txs, maxBytes) =>
      fillProposal(head(), txs, { height: nextHeight(), maxBytes, maxGas: nextMaxGas(), gasOf }),

    finalizeBlock(decided) {
      const { height, time, proof, hash, proposer, nextValidatorsHash, lastCommit, misbehavior } = decided;
      store.dropPrepared();
      const own = head().txs;
      const isWhole = hasHead(proof.txs, own, height);
      assert(isWhole, `block ${height} does not begin with the ${own.length} calls that the chain scheduled`);
      const memory = new BlockMemory();
      const branch = new Branch(genesis?.branch ?? snapshot, memory);
      const comet = { hash, proposer, nextValidatorsHash, lastCommit, misbehavior };
      const block = { chainId, height, time, comet } satisfies BlockInfo;
      const before: ChainEvent[] = [];
      const began: ChainEvent[] = [];
      const ended: ChainEvent[] = [];
      const hook = (events: ChainEvent[]) => begin({ mode: "deliver", block, branch, proof }, events);
      memory.runHooks(() => {
        chain.upgrade(hook(before));
        chain.preBlock(hook(before));
      });
      const plain = () => begin({ mode: "deliver", block, branch });
      // Changes of parameters by later hooks and messages take effect in the next block (SDK
      // baseapp preBlock).
      const maxGas = maxGasOf(chain.consensus.params(plain()));
      memory.runHooks(() => chain.beginBlock(hook(began)));
      const blockMeter = GasMeter.upTo(maxGas);
      const txResults = proof.txs.map((bytes, index) => {
        options.onTransaction?.(index);
        const runner = index < own.length ? chain.scheduledRunner : chain.runner;
        return runTx(runner, { mode: "deliver", block, branch, index, blockMeter, memory }, bytes);
      });
      const validatorUpdates = memory.runHooks(() => chain.endBlock(hook(ended)));
      if (genesis !== undefined) branch.write();
      const appHashBefore = store.appHash;
      const { appHash } = store.prepare((genesis?.branch ?? branch).changes());
      finalized = { height, time, appHash: appHashBefore, lastFailed: lastCallFailed(memory.earlier) };
      const events = [...before, ...withMode(began, "BeginBlock"), ...withMode(ended, "EndBlock")];
      // All parameters, changed or not (SDK baseapp internalFinalizeBlock).
      const consensusParamUpdates = encodeParams(chain.consensus.params(plain()));
      return { txResults, events, validatorUpdates, consensusParamUpdates, appHash };
    },

    commit(extra = new Map()) {
      assert(finalized !== undefined, "no block is finalized");
      const rows = new Map<string, Uint8Array | undefined>(extra);
      const { height, time, appHash: before, lastFailed } = finalized;
      const committed = enclave.commitBlock({ lastFailed });
      // An enclave without keys has nothing to seal, and the block had no work for it.
      if (committed.sealed.length > 0) {
        rows.set(Extra.sealedBefore, store.extra(Extra.sealed));
        rows.set(Extra.sealed, committed.sealed);
        for (const [key, row] of committedRows(height, before, committed)) rows.set(key, row);
      }
      rows.set(timeKey(height), beU64(time));
      const { appHash } = store.commitPrepared(rows);
      snapshot.close();
      genesis?.close();
      snapshot = store.snapshot();
      genesis = undefined;
      finalized = undefined;
      ownTxs = undefined;
      return appHash;
    },

    extra: (key) => store.extra(key),

    reload() {
      assert(finalized === undefined && genesis === undefined, "a block is open");
      snapshot.close();
      snapshot = store.snapshot();
      ownTxs = undefined;
    },
  };
}

/**
 * Time of a committed block, in nanoseconds; 0 before the first. Throws EnvironmentFault when it
 * was not recorded.
 */
export function timeOf(store: ChainOptions["store"], height: number): bigint {
  if (height === 0) return 0n;
  const raw = store.extra(timeKey(height));
  if (raw === undefined) throw new EnvironmentFault(`the time of block ${height} is not in the store`);
  return readBeU64(raw);
}
