// SPDX-License-Identifier: Apache-2.0
import { equals } from "@sotto/bytes";
import { Calls, EMPTY_ANSWER } from "@sotto/call";
import { type Contracts, createContracts } from "@sotto/cosmwasm";
import { assertNativeStack, createEngine } from "@sotto/engine";
import { ChainError } from "@sotto/errors";
import { ConsensusKeys, createKeychain } from "@sotto/keys";
import type { Platform, PlatformFactory } from "@sotto/platform";
import {
  BoundaryError,
  type CallAnswer,
  type CallRequest,
  type EnclaveService,
  Outcome,
  type StartAnswer,
  type StartRequest,
  type Untrusted,
} from "@sotto/protocol";
import {
  BlockTransactions,
  believed,
  type Checkpoint,
  encodeCheckpoint,
  fieldsOf,
  genesisHash,
  given,
  isSame,
  type SignedMessage,
  seenAt,
  trustGenesis,
  type UntrustedFields,
  type VerifiedBlock,
  verifyBlock,
  verifyHandover,
} from "@sotto/verify";
import { createAdmission, createNode } from "./registration.ts";
import { commit, type RunningEnclave, see, show, trust } from "./running.ts";
import { SealedState, type StartState, unsealRegistration, unsealState } from "./sealedState.ts";

interface SubmittedBlock {
  readonly block: VerifiedBlock;
  readonly transactions: BlockTransactions;
}

/**
 * Keys and checkpoint: the sealed ones, or new ones over the genesis of the host, or sealed keys
 * over that genesis (ADR 101).
 */
function startState(platform: Platform, request: UntrustedFields<StartRequest>): StartState {
  const trustingPeriod = believed(request.trustingPeriod, "trustingPeriod");
  const sealed = given(request.sealed, "firstStart");
  if (sealed === undefined) return { keychain: createKeychain(platform), ...beginning(request, trustingPeriod) };
  const { keychain, checkpoint, genesis } = unsealState(platform, sealed);
  if (!isSame(request.chainId, checkpoint.chainId)) throw BoundaryError.wrongChain();
  if (believed(request.newGenesis, "newGenesis")) {
    // Compared without the period, which the next lines may lower.
    const asked = genesisOf(request, checkpoint.trustingPeriod);
    if (!equals(encodeCheckpoint(asked), encodeCheckpoint(checkpoint))) {
      if (!platform.keysMayBeginAgain) throw BoundaryError.genesisRefused();
      return { keychain, ...beginning(request, trustingPeriod) };
    }
  }
  return {
    keychain,
    checkpoint: withPeriod(checkpoint, trustingPeriod),
    genesis,
  };
}

/** The trust of a chain's first start. */
function beginning(request: UntrustedFields<StartRequest>, trustingPeriod: number): Omit<StartState, "keychain"> {
  const checkpoint = genesisOf(request, trustingPeriod);
  return { checkpoint, genesis: genesisHash(checkpoint) };
}

/** A host may lower the period: then the enclave trusts less. */
function withPeriod(checkpoint: Checkpoint, trustingPeriod: number): Checkpoint {
  if (trustingPeriod === 0) return checkpoint;
  if (trustingPeriod > checkpoint.trustingPeriod) throw BoundaryError.trustingPeriod();
  return { ...checkpoint, trustingPeriod };
}

/** The fields of a request that choose the platform. */
type PlatformChoice = UntrustedFields<Pick<StartRequest, "driver" | "chainId" | "driverOptions">>;

const platformOf = (open: PlatformFactory, { driver, chainId, driverOptions }: PlatformChoice): Platform =>
  open(believed(driver, "platform"), believed(chainId, "platform"), believed(driverOptions, "platform"));

/** Whether rows come without proofs. Throws BoundaryError.rowsNotProven. */
function rowMode(platform: Platform, request: UntrustedFields<StartRequest>): boolean {
  const believesRows = believed(request.believesRows, "rowMode");
  if (believesRows && !platform.mayBelieveRows) throw BoundaryError.rowsNotProven();
  return believesRows;
}

/** Whether queries may read older states. Throws BoundaryError.pastNotAllowed. */
function pastMode(platform: Platform, request: UntrustedFields<StartRequest>): boolean {
  const answersPast = believed(request.answersPast, "pastMode");
  if (answersPast && !platform.mayAnswerPast) throw BoundaryError.pastNotAllowed();
  return answersPast;
}

const NONE = new Uint8Array(0);
/** Of an enclave that has a registration key alone. */
const NO_KEYS: StartAnswer = { ioPublicKey: NONE, seedExchangePublicKey: NONE, sealed: NONE, height: 0 };

const genesisOf = (request: UntrustedFields<StartRequest>, trustingPeriod: number): Checkpoint =>
  trustGenesis(
    believed(request.chainId, "genesis"),
    believed(request.validators, "genesis"),
    believed(request.initialHeight, "genesis"),
    trustingPeriod,
  );

/** Ends the last message, and takes the next one. */
function takeNext<T>({ calls }: RunningEnclave, { transactions }: SubmittedBlock, take: () => T): T {
  if (calls.endMessage()) transactions.pass();
  const { isWhole } = transactions;
  try {
    return take();
  } finally {
    calls.leave(transactions.txIndex, isWhole);
  }
}

/** The block's last message is over. */
function endLast({ calls }: RunningEnclave, { transactions }: SubmittedBlock): void {
  if (calls.endMessage()) transactions.pass();
  calls.leave(-1, transactions.isWhole);
}

/** The transaction's own message, or undefined for a sub-message, which the call tree knows. */
function authenticate(
  running: RunningEnclave,
  block: SubmittedBlock,
  request: Untrusted<CallRequest>,
): SignedMessage | CallAnswer | undefined {
  const { callId, lastFailed } = fieldsOf(request);
  if (!isSame(callId, 0)) return undefined;
  const { transactions } = block;
  try {
    return takeNext(running, block, () => transactions.take(request, request));
  } catch (thrown) {
    if (!(thrown instanceof ChainError) || thrown.codespace !== "enclave") throw thrown;
    return { ...EMPTY_ANSWER, outcome: Outcome.fault, fault: thrown.code };
  } finally {
    running.calls.beginMessage(transactions.txIndex, lastFailed);
  }
}

type RunModes = Pick<RunningEnclave, "believesRows" | "answersPast">;

function runningFrom(
  platform: Platform,
  state: StartState,
  modes: RunModes,
  keys: ConsensusKeys,
  contracts: Contracts,
): RunningEnclave {
  const { keychain, checkpoint, genesis } = state;
  const { chainId } = checkpoint;
  const running: RunningEnclave = {
    ...{ platform, chainId, keys, checkpoint, ...modes },
    sealed: new SealedState(platform, state),
    calls: new Calls({ keys, contracts, chainId, believesRows: modes.believesRows }),
    admit: createAdmission({ platform, chainId, keychain, keys, genesis }),
    seen: new Map(),
    newest: checkpoint.height,
  };
  see(running, seenAt(checkpoint));
  return running;
}

/**
 * The enclave: one chain, one block at a time, queries at any time after the start. Refuses a
 * thread on which contracts may not run. `contracts`: the cache of compiled contracts; enclaves of
 * one thread may share it (ADR 82).
 */
export function createEnclave(
  openPlatform: PlatformFactory,
  contracts: Contracts = createContracts(createEngine()),
): EnclaveService {
  assertNativeStack();
  let running: RunningEnclave | undefined;
  let current: SubmittedBlock | undefined;
  /** Started with a registration key: it waits for the keys of the network. */
  let isWaiting = false;

  const mustRun = (): RunningEnclave => {
    if (running !== undefined) return running;
    throw isWaiting ? BoundaryError.noNetworkKeys() : BoundaryError.notStarted();
  };

  /**
   * While a call is pending, only queries are allowed: other requests would change state under the
   * call.
   */
  const mustBeIdle = (): void => {
    if (running !== undefined && !running.calls.isIdle) throw BoundaryError.callPending();
  };

  function run(
    platform: Platform,
    state: StartState,
    modes: RunModes = { believesRows: false, answersPast: false },
    keys = new ConsensusKeys(state.keychain),
  ): StartAnswer {
    running = runningFrom(platform, state, modes, keys, contracts);
    current = undefined;
    return {
      ioPublicKey: keys.ioPublicKey,
      seedExchangePublicKey: keys.seedExchangePublicKey,
      sealed: running.sealed.seal(running.checkpoint),
      height: running.checkpoint.height,
    };
  }

  const start: EnclaveService["start"] = (untrusted) => {
    mustBeIdle();
    const request = fieldsOf(untrusted);
    const platform = platformOf(openPlatform, request);
    const registration = given(request.registration, "registration");
    if (registration === undefined || given(request.sealed, "firstStart") !== undefined) {
      const state = startState(platform, request);
      const believesRows = rowMode(platform, request);
      return run(platform, state, { believesRows, answersPast: pastMode(platform, request) });
    }
    unsealRegistration(platform, registration);
    running = undefined;
    current = undefined;
    isWaiting = true;
    return NO_KEYS;
  };

  const receiveKeys: EnclaveService["receiveKeys"] = (untrusted) => {
    if (running !== undefined) throw BoundaryError.keysPresent();
    const request = fieldsOf(untrusted);
    const platform = platformOf(openPlatform, request);
    const handover = verifyHandover(unsealRegistration(platform, request.registration), untrusted);
    return run(platform, handover, undefined, handover.keys);
  };

  const submitBlock: EnclaveService["submitBlock"] = (request) => {
    mustBeIdle();
    const { checkpoint, chainId, keys, calls, believesRows } = mustRun();
    const block = verifyBlock(checkpoint, request);
    // The same block may come again, after a failure of the host.
    if (current !== undefined && !equals(current.block.hash, block.hash)) throw BoundaryError.otherBlock();
    const random = keys.blockRandom(chainId, block.height, block.lastBlockHash);
    // No header has the hash of the genesis state: the first one has that of empty stores.
    const appHash = believesRows || checkpoint.height === 0 ? undefined : block.appHash;
    calls.beginBlock({ height: block.height, timeNs: block.timeNs, random, appHash });
    current = { block, transactions: new BlockTransactions(chainId, block) };
  };

  const call: EnclaveService["call"] = (request, host) => {
    mustBeIdle();
    const state = mustRun();
    if (current === undefined) throw BoundaryError.notInBlock();
    const signed = authenticate(state, current, request);
    if (signed !== undefined && "outcome" in signed) return signed;
    return state.calls.call(request, signed, host);
  };

  return {
    start,
    submitBlock,
    call,
    reply(request, host) {
      mustBeIdle();
      const { calls } = mustRun();
      if (current === undefined) throw BoundaryError.notInBlock();
      return calls.reply(request, host);
    },
    query: (request, host) => mustRun().calls.query(request, host),
    commitBlock(request) {
      mustBeIdle();
      const state = mustRun();
      if (current === undefined) throw BoundaryError.notInBlock();
      const { block } = current;
      endLast(state, current);
      current = undefined;
      return commit(state, block, fieldsOf(request).lastFailed);
    },
    trust(request) {
      mustBeIdle();
      const state = mustRun();
      if (current !== undefined) throw BoundaryError.blockOpen();
      return trust(state, request);
    },
    showState(request) {
      mustBeIdle();
      return show(mustRun(), request);
    },
    createNode(untrusted) {
      mustBeIdle();
      const request = fieldsOf(untrusted);
      return createNode(platformOf(openPlatform, request), believed(request.validatorKey, "validatorKey"));
    },
    admit(request) {
      mustBeIdle();
      const state = mustRun();
      if (current === undefined) throw BoundaryError.notInBlock();
      const { transactions, block } = current;
      const certificate = takeNext(state, current, () => transactions.takeCertificate(request));
      const answer = state.admit(certificate, block.timeNs);
      if (answer.refusal === 0) transactions.pass();
      return answer;
    },
    receiveKeys,
  };
}
