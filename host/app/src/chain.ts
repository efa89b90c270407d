import { toLatin1 } from "@sotto/bytes";
import { assert } from "@sotto/errors";
import {
  type AnteStep,
  createRouter,
  GasMeter,
  NO_LIMIT,
  type ReadCtx,
  type Router,
  serve,
  type TxRunner,
  type WriteCtx,
} from "@sotto/kernel";
import { GenesisStateSchema as CircuitGenesisSchema } from "@sotto/proto/cosmos.circuit.v1";
import { Query as ParamsQuery } from "@sotto/proto/cosmos.params.v1beta1";
import type { ConsensusParams } from "@sotto/proto/tendermint.types";
import { type EnclaveClient, HintLimit, type StartAnswer } from "@sotto/protocol";
import type { StateStore } from "@sotto/store";
import { chainTypes } from "@sotto/tx";
import { type AuthTx, anteSteps, auth, type VerifiedSignatures } from "@sotto/x-auth";
import { bank, show } from "@sotto/x-bank";
import { circuitGenesis, circuitKeeper as createCircuitKeeper } from "@sotto/x-circuit";
import { assertPassed, compute, countTx, messageClaims } from "@sotto/x-compute";
import { consensus } from "@sotto/x-consensus";
import { paramsKeeper, paramsQueries } from "@sotto/x-params";
import { registration } from "@sotto/x-registration";
import { blockedAddresses, moduleAccounts } from "./accounts.ts";
import { dispatch } from "./dispatch.ts";
import { genesisOf } from "./genesis.ts";
import { createRunner } from "./runner.ts";

/** What an instance of the chain is made over. Each thread makes its own. */
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
  /** The node's own gas price for its mempool: amount of `denom` per 10^6 gas; undefined takes free transactions. */
  readonly minimumGasPrice: { readonly denom: string; readonly perMillion: bigint } | undefined;
  /** Told before each transaction of a block. */
  readonly onTransaction?: (index: number) => void;
}

/** Gas of a block, when it is limited (CometBFT: -1 is no limit). */
export const maxGasOf = ({ block }: ConsensusParams): bigint | undefined =>
  block === undefined || block.maxGas < 1n ? undefined : block.maxGas;

const MILLION = 1_000_000n;

/** The least fee of a gas limit at the node's price, rounded up. */
function minimumFee(price: ChainOptions["minimumGasPrice"], gasLimit: bigint) {
  if (price === undefined || price.perMillion === 0n) return undefined;
  return { denom: price.denom, amount: String((price.perMillion * gasLimit + MILLION - 1n) / MILLION) };
}

/** Keepers, top to bottom. The one cycle, contracts that send messages to any module, is cut by `router`. */
function createKeepers(options: ChainOptions, router: () => Router) {
  const authKeeper = auth.keeper({ moduleAccounts });
  const bankKeeper = bank.keeper({
    isBlocked: (address) => blockedAddresses.has(toLatin1(address)),
    lockedCoins: authKeeper.lockedCoins,
    hasAccount: authKeeper.hasAccount,
    createAccount: authKeeper.createAccount,
  });
  const consensusKeeper = consensus.keeper({});
  const circuitKeeper = createCircuitKeeper({});
  const registrationKeeper = registration.keeper(options.keys);
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
    blob: (hash) => options.store.blob(hash),
    putBlob: (bytes) => options.store.putBlob(bytes),
    dispatch: (ctx, message, signer) => dispatch(router(), ctx, message, signer),
    query: (ctx, path, request) => router().queries.get(path)?.call(ctx, request),
  });
  return { authKeeper, bankKeeper, consensusKeeper, circuitKeeper, registrationKeeper, computeKeeper };
}

type Keepers = ReturnType<typeof createKeepers>;

/** Every message and every query that the chain serves. */
function createRoutes(keepers: Keepers): Router {
  const { authKeeper, bankKeeper, consensusKeeper, circuitKeeper, registrationKeeper, computeKeeper } = keepers;
  return createRouter(
    circuitKeeper.assertExecutable,
    [
      serve(auth.proto.msg, auth.msg(authKeeper)),
      serve(bank.proto.msg, bank.msg(bankKeeper)),
      serve(consensus.proto.msg, consensus.msg(consensusKeeper)),
      serve(compute.proto.msg, compute.msg(computeKeeper), compute.checks),
      serve(registration.proto.msg, registration.msg(registrationKeeper), registration.checks),
    ],
    [
      serve(auth.proto.query, auth.query(authKeeper)),
      serve(bank.proto.query, bank.query(bankKeeper)),
      serve(consensus.proto.query, consensus.query(consensusKeeper)),
      serve(ParamsQuery, paramsQueries(paramsKeeper({}))),
      serve(compute.proto.query, compute.query(computeKeeper)),
      serve(registration.proto.query, registration.query(registrationKeeper)),
    ],
  );
}

/** The ante pipeline in the order of spec/transactions.md 3.2, with the claims of messages (ADR 58). Fee grants come with their module. */
function createAnte(
  options: ChainOptions,
  { authKeeper, bankKeeper, consensusKeeper, circuitKeeper }: Keepers,
): readonly AnteStep<AuthTx>[] {
  const steps = anteSteps(authKeeper, {
    chainId: options.chainId,
    registry: chainTypes,
    verified: options.verified,
    maxBlockGas: (ctx) => maxGasOf(consensusKeeper.params(ctx.withGas(new GasMeter(NO_LIMIT)))),
    minimumFee: (gasLimit) => minimumFee(options.minimumGasPrice, gasLimit),
    sendCoins: bankKeeper.send,
    showCoins: show,
    metadata: bankKeeper.metadata,
    hintLimits: HintLimit,
  });
  const countTxStep: AnteStep<AuthTx> = (ctx, { messages }) => {
    if (ctx.mode === "simulate") return undefined;
    countTx(ctx);
    for (const { message } of messages) assertPassed(ctx, message);
    return undefined;
  };
  const circuitBreaker: AnteStep<AuthTx> = (ctx, { messages }) => {
    for (const { route } of messages) circuitKeeper.assertAccepted(ctx, route.typeUrl);
    return undefined;
  };
  const claim = messageClaims(options.chainId);
  /** After the signatures, so that no client claims in another's name; before the messages, whose failure undoes no claim. */
  const claimMessages: AnteStep<AuthTx> = (ctx, { messages }) => {
    claim(ctx, messages);
    return undefined;
  };
  return [
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
}

/** The chain as one file of plain calls: keepers, routes, ante steps. */
export function createChain(options: ChainOptions) {
  const late: { router?: Router } = {};
  const keepers = createKeepers(options, () => {
    assert(late.router !== undefined, "a keeper asked for the router before the chain was made");
    return late.router;
  });
  const { authKeeper, bankKeeper, consensusKeeper, circuitKeeper, registrationKeeper, computeKeeper } = keepers;
  late.router = createRoutes(keepers);
  const runner: TxRunner<AuthTx> = createRunner(authKeeper, consensusKeeper, late.router, createAnte(options, keepers));

  return {
    router: late.router,
    runner,
    consensusParams: consensusKeeper.params,
    /** Modules in the order of InitGenesis (spec/modules.md 1.1), each reading its own part of the file. */
    genesis: [
      genesisOf(auth.name, auth.proto.genesis, (ctx, state) => auth.genesis.init(authKeeper, ctx, state)),
      genesisOf(bank.name, bank.proto.genesis, (ctx, state) => bank.genesis.init(bankKeeper, ctx, state)),
      genesisOf(compute.name, compute.proto.genesis, (ctx, state) => compute.genesis.init(computeKeeper, ctx, state)),
      genesisOf(registration.name, registration.proto.genesis, (ctx, state) =>
        registration.genesis.init(registrationKeeper, ctx, state),
      ),
      genesisOf("circuit", CircuitGenesisSchema, (ctx, state) => circuitGenesis.init(circuitKeeper, ctx, state)),
    ],
    setConsensusParams: (ctx: WriteCtx, params: ConsensusParams) => {
      consensus.genesis.init(consensusKeeper, ctx, params);
    },
    beginBlock: (ctx: WriteCtx) => compute.beginBlock?.(computeKeeper, ctx),
    invariants: (ctx: ReadCtx) =>
      Object.values(bank.invariants ?? {}).flatMap((invariant) => invariant(bankKeeper, ctx) ?? []),
  };
}

export type Chain = ReturnType<typeof createChain>;
