// SPDX-License-Identifier: Apache-2.0
import { toLatin1 } from "@sotto/bytes";
import type { TypeRegistry } from "@sotto/codec";
import { assert } from "@sotto/errors";
import {
  type AnteStep,
  type Assembly,
  accountsOf,
  assemble,
  branchOf,
  type Frozen,
  GasMeter,
  type KeepersOf,
  type Modules,
  type ModuleVersions,
  NO_LIMIT,
  type Orders,
  type OwnTxs,
  type ReadCtx,
  type Router,
  runTx,
  type TxResult,
  type TxRunner,
  type Upgrade,
  versionChanges,
  versionsOf,
  type WriteCtx,
} from "@sotto/kernel";
import { type Coins, mustCoins, noCoins } from "@sotto/math/coins";
import type { ConsensusParams } from "@sotto/proto/tendermint.types";
import { type EnclaveClient, HintLimit, type StartAnswer } from "@sotto/protocol";
import type { StateStore } from "@sotto/store";
import { type AuthTx, accountKind, anteSteps, auth, type VerifiedSignatures } from "@sotto/x-auth";
import { bank } from "@sotto/x-bank";
import { circuit } from "@sotto/x-circuit";
import { assertPassed, compute, countTx, type ModuleViews, messageClaims, type ProposalReads } from "@sotto/x-compute";
import { consensus } from "@sotto/x-consensus";
import { type CronKeeper, scheduledCall } from "@sotto/x-cron";
import type { FeegrantKeeper } from "@sotto/x-feegrant";
import { params } from "@sotto/x-params";
import { registration } from "@sotto/x-registration";
import type { UpgradeHandlers, UpgradePlan } from "@sotto/x-upgrade";
import { vestingKinds } from "@sotto/x-vesting";
import { blockedFrom } from "./accounts.ts";
import { CommittedState } from "./committedState.ts";
import type { baseModules } from "./modules.ts";
import { createRunner } from "./runner.ts";

/** The options of an instance of the chain. Each thread makes its own instance. */
export interface ChainOptions {
  readonly chainId: string;
  readonly store: StateStore;
  readonly enclave: EnclaveClient;
  readonly keys: Pick<StartAnswer, "ioPublicKey" | "seedExchangePublicKey">;
  readonly verified: VerifiedSignatures;
  /** Full SDK errors in replies to contracts: a developer's network. */
  readonly revealErrors: boolean;
  /** SDK gas of one smart query from outside. */
  readonly queryGasLimit: number;
  /**
   * The node's own gas price for its mempool: amount of `denom` per 10^6 gas; undefined:
   * transactions without a fee are accepted.
   */
  readonly minimumGasPrice: { readonly denom: string; readonly perMillion: bigint } | undefined;
  /**
   * Called when a plan of governance is due and this program has no handler for it, before the node
   * stops.
   */
  readonly onUpgradeNeeded?: (plan: UpgradePlan) => void;
  /** Whether InitChain refuses a state with broken invariants. Cost: they read all rows. */
  readonly checksGenesis?: boolean;
  /** Called before each transaction of a block. */
  readonly onTransaction?: (index: number) => void;
}

/** Gas of a block, when it is limited (CometBFT: -1 is no limit). */
export const maxGasOf = ({ block }: Frozen<ConsensusParams>): bigint | undefined =>
  block === undefined || block.maxGas < 1n ? undefined : block.maxGas;

/** Bytes of a block, when they are limited (CometBFT: -1 is the largest block of all). */
export const maxBytesOf = ({ block }: Frozen<ConsensusParams>): bigint | undefined =>
  block === undefined || block.maxBytes < 1n ? undefined : block.maxBytes;

const MILLION = 1_000_000n;

/** The least fee of a gas limit at the node's price, rounded up. */
function minimumFee(price: ChainOptions["minimumGasPrice"], gasLimit: bigint): Coins {
  if (price === undefined) return noCoins;
  return mustCoins([{ denom: price.denom, amount: (price.perMillion * gasLimit + MILLION - 1n) / MILLION }]);
}

/** A keeper for each of the network's modules. */
type OwnKeepers = KeepersOf<typeof baseModules>;

/** Keepers that the chain itself uses. */
type ChainKeepers = OwnKeepers & { readonly feegrant: FeegrantKeeper; readonly cron: CronKeeper };

/** The parts of a chain. */
export interface ChainDefinition {
  readonly modules: Modules;
  readonly orders: Orders;
  /** At most one for each height. */
  readonly upgrades?: readonly Upgrade[];
  /** What this program does for the plans of governance, by their names. */
  readonly upgradeHandlers?: UpgradeHandlers;
  /** Types that an Any may contain. */
  readonly types: TypeRegistry;
  readonly proposals: ProposalReads;
  /** `router` and the functions of `parts` may be called only after all keepers are made. */
  keepers(options: ChainOptions, modules: Modules, router: () => Router, parts: ApplicationParts): ChainKeepers;
}

/** The functions of the application that no module has. */
export interface ApplicationParts {
  /** Versions of the modules that the chain has at a height. */
  readonly versions: (height: number) => ModuleVersions;
  /** The versions that a block changes, by its height. */
  readonly versionChanges: ReadonlyMap<number, ModuleVersions>;
  readonly handlers: UpgradeHandlers;
  readonly migrate: (ctx: WriteCtx, from: ModuleVersions) => ModuleVersions;
  /** Runs a transaction of a genesis file over the state of its context. */
  readonly deliver: (ctx: WriteCtx, tx: Uint8Array) => TxResult;
}

/**
 * Keepers, top to bottom. The one cycle, contracts that send messages to any module, is cut by
 * `router`.
 */
export function createKeepers(
  options: ChainOptions,
  all: Modules,
  router: () => Router,
  views: () => ModuleViews | undefined = () => undefined,
): OwnKeepers {
  const moduleAccounts = accountsOf(all);
  const blocked = blockedFrom(all);
  const authKeeper = auth.keeper({ moduleAccounts, accountKinds: vestingKinds(accountKind) });
  const bankKeeper = bank.keeper({
    isBlocked: ({ block }, address) => (blocked.get(toLatin1(address)) ?? Number.POSITIVE_INFINITY) <= block.height,
    lockedCoins: authKeeper.lockedCoins,
    hasAccount: authKeeper.hasAccount,
    createAccount: authKeeper.createAccount,
    moduleAccounts,
    ensureModule: authKeeper.ensureModule,
    account: authKeeper.account,
    trackDelegation: authKeeper.trackDelegation,
    trackUndelegation: authKeeper.trackUndelegation,
  });
  const circuitKeeper = circuit.keeper({});
  const computeKeeper = compute.keeper({
    enclave: options.enclave,
    chainId: options.chainId,
    revealErrors: options.revealErrors,
    queryGasLimit: options.queryGasLimit,
    sendCoins: bankKeeper.send,
    isBlocked: bankKeeper.isBlocked,
    createAccount: authKeeper.createAccount,
    account: authKeeper.account,
    assertExecutable: circuitKeeper.assertExecutable,
    allBalances: bankKeeper.allBalances,
    proveRow: (key, known) => options.store.proveRow("compute", key, known),
    proveStore: () => options.store.proveStore("compute"),
    committed: new CommittedState(options),
    blob: (hash) => options.store.blob(hash),
    putBlob: (bytes) => options.store.putBlob(bytes),
    router,
    views,
  });
  return {
    auth: authKeeper,
    bank: bankKeeper,
    consensus: consensus.keeper({}),
    circuit: circuitKeeper,
    params: params.keeper({}),
    compute: computeKeeper,
    // Not copied: a node may get its keys while it runs.
    registration: registration.keeper({
      get ioPublicKey() {
        return options.keys.ioPublicKey;
      },
      get seedExchangePublicKey() {
        return options.keys.seedExchangePublicKey;
      },
      enclave: options.enclave,
    }),
  };
}

/**
 * The ante pipeline in the order of spec/transactions.md 3.2, with the claims of messages (ADR 58),
 * and the one of scheduled calls (ADR 96), which have no signer and no fee; their messages are
 * bound, so they need no claim.
 */
function createAnte(
  options: ChainOptions,
  { types, proposals }: ChainDefinition,
  { auth: authKeeper, bank: bankKeeper, consensus: consensusKeeper, circuit: circuitKeeper, feegrant }: ChainKeepers,
): { readonly ante: readonly AnteStep<AuthTx>[]; readonly scheduled: readonly AnteStep<AuthTx>[] } {
  const steps = anteSteps(authKeeper, {
    chainId: options.chainId,
    registry: types,
    verified: options.verified,
    maxBlockGas: (ctx) => maxGasOf(consensusKeeper.params(ctx.withGas(new GasMeter(NO_LIMIT)))),
    minimumFee: (gasLimit) => minimumFee(options.minimumGasPrice, gasLimit),
    collectFee: bankKeeper.moneyOf("fee_collector").collect,
    useGrantedFees: feegrant.useGrantedFees,
    metadata: bankKeeper.metadata,
    hintLimits: HintLimit,
  });
  const countTxStep: AnteStep<AuthTx> = (ctx, { messages }) => {
    if (ctx.mode === "simulate") return undefined;
    countTx(ctx);
    assertPassed(
      ctx,
      messages.map(({ message }) => message),
      proposals,
    );
    return undefined;
  };
  const circuitBreaker: AnteStep<AuthTx> = (ctx, { messages }) => {
    for (const { route } of messages) circuitKeeper.assertAccepted(ctx, route.typeUrl);
    return undefined;
  };
  const claim = messageClaims(options.chainId);
  /**
   * After the signatures, so that no client claims in the name of another; before the messages, so
   * that their failure does not undo a claim.
   */
  const claimMessages: AnteStep<AuthTx> = (ctx, { messages }) => {
    claim(ctx, messages);
    return undefined;
  };
  const markSchedule: AnteStep<AuthTx> = (ctx, { decoded }) => {
    ctx.emit(scheduledCall(decoded.body.memo));
    return undefined;
  };
  const scheduled = [countTxStep, markSchedule, steps.setUpContext, steps.limitToBlock, circuitBreaker];
  const ante = [
    countTxStep,
    steps.setUpContext,
    steps.limitToBlock,
    circuitBreaker,
    steps.extensionOptions,
    steps.validateBasic,
    steps.txTimeoutHeight,
    steps.validateMemo,
    steps.consumeTxSizeGas,
    steps.deductFee,
    steps.setPubKey,
    steps.validateSigCount,
    steps.sigGasConsume,
    steps.sigVerification,
    steps.incrementSequence,
    claimMessages,
  ];
  return { ante, scheduled };
}

/** The chain: modules with their keepers in their orders, and how it runs a transaction. */
export function createChain(options: ChainOptions, definition: ChainDefinition) {
  const { types, upgrades = [] } = definition;
  const late: { assembly?: Assembly; runner?: TxRunner<AuthTx> } = {};
  const mustAssembly = (): Assembly => {
    assert(late.assembly !== undefined, "a keeper used the router before the chain was made");
    return late.assembly;
  };
  const keepers = definition.keepers(options, definition.modules, () => mustAssembly().router, {
    versions: (height) => versionsOf(definition.modules, height, upgrades),
    versionChanges: versionChanges(definition.modules, upgrades),
    handlers: definition.upgradeHandlers ?? new Map(),
    migrate: (ctx, from) => mustAssembly().runMigrations(ctx, from),
    deliver(ctx, tx) {
      assert(late.runner !== undefined, "a keeper ran a transaction before the chain was made");
      const blockMeter = new GasMeter(NO_LIMIT);
      const base = { mode: "deliver", block: ctx.block, branch: branchOf(ctx), index: -1, blockMeter } as const;
      return runTx(late.runner, base, tx);
    },
  });
  const { assertExecutable } = keepers.circuit;
  const assembly = assemble<Modules>(definition.modules, keepers, definition.orders, {
    types,
    assertExecutable,
    upgrades,
  });
  late.assembly = assembly;
  const { ante, scheduled } = createAnte(options, definition, keepers);
  const runner: TxRunner<AuthTx> = createRunner(types, keepers.auth, keepers.consensus, assembly.router, ante);
  late.runner = runner;
  const isScheduling = Object.values(definition.modules).some(({ name }) => name === "cron");
  /** The transactions of the block after the context's, whose state must be committed. */
  function ownTxs(ctx: ReadCtx): OwnTxs {
    return isScheduling ? keepers.cron.transactions(ctx) : { txs: [], gas: 0n };
  }
  const scheduledRunner: TxRunner<AuthTx> = { ...runner, ante: scheduled };
  return { ...assembly, runner, scheduledRunner, ownTxs, types, consensus: keepers.consensus };
}

export type Chain = ReturnType<typeof createChain>;
