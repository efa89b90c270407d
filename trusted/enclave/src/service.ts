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
  type StartRequest,
  type Untrusted,
} from "@sotto/protocol";
import {
  advance,
  BlockTransactions,
  believed,
  type Checkpoint,
  encodeCheckpoint,
  fieldsOf,
  given,
  isSame,
  type SignedMessage,
  trustGenesis,
  type UntrustedFields,
  type VerifiedBlock,
  verifyBlock,
} from "@sotto/verify";
import { SealedState, type StartState, unsealState } from "./sealedState.ts";

interface RunningEnclave {
  readonly chainId: string;
  readonly sealed: SealedState;
  readonly keys: ConsensusKeys;
  readonly calls: Calls;
  readonly believesRows: boolean;
  /** After the last committed block. */
  checkpoint: Checkpoint;
}

interface SubmittedBlock {
  readonly block: VerifiedBlock;
  readonly transactions: BlockTransactions;
}

/**
 * Keys and checkpoint: the sealed ones, or new ones over the genesis of the host, or sealed keys
 * over that genesis (ADR 101).
 */
function startState(platform: Platform, request: UntrustedFields<StartRequest>): StartState {
  const sealed = given(request.sealed, "firstStart");
  if (sealed !== undefined) {
    const state = unsealState(platform, sealed);
    if (!isSame(request.chainId, state.checkpoint.chainId)) throw BoundaryError.wrongChain();
    if (!believed(request.newGenesis, "newGenesis")) return state;
    const checkpoint = genesisOf(request);
    const isOther = !equals(encodeCheckpoint(checkpoint), encodeCheckpoint(state.checkpoint));
    if (isOther && !platform.keysMayBeginAgain) throw BoundaryError.genesisRefused();
    return { ...state, checkpoint };
  }
  return { keychain: createKeychain(platform), checkpoint: genesisOf(request) };
}

const genesisOf = (request: UntrustedFields<StartRequest>): Checkpoint =>
  trustGenesis(
    believed(request.chainId, "genesis"),
    believed(request.validators, "genesis"),
    believed(request.initialHeight, "genesis"),
  );

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

  const mustRun = (): RunningEnclave => {
    if (running === undefined) throw BoundaryError.notStarted();
    return running;
  };

  /**
   * While a call is pending, only queries are allowed: other requests would change state under the
   * call.
   */
  const mustBeIdle = (): void => {
    if (running !== undefined && !running.calls.isIdle) throw BoundaryError.callPending();
  };

  const start: EnclaveService["start"] = (untrusted) => {
    mustBeIdle();
    const request = fieldsOf(untrusted);
    const platform = openPlatform(
      believed(request.driver, "platform"),
      believed(request.chainId, "platform"),
      believed(request.driverOptions, "platform"),
    );
    const { keychain, checkpoint } = startState(platform, request);
    const keys = new ConsensusKeys(keychain);
    const sealed = new SealedState(platform, keychain);
    const { chainId } = checkpoint;
    const believesRows = believed(request.believesRows, "rowMode");
    if (believesRows && !platform.mayBelieveRows) throw BoundaryError.rowsNotProven();
    running = { chainId, sealed, keys, checkpoint, believesRows, calls: new Calls({ keys, contracts, chainId }) };
    current = undefined;
    return {
      ioPublicKey: keys.ioPublicKey,
      seedExchangePublicKey: keys.seedExchangePublicKey,
      sealed: sealed.seal(checkpoint),
      height: checkpoint.height,
    };
  };

  const submitBlock: EnclaveService["submitBlock"] = (request) => {
    mustBeIdle();
    const { checkpoint, chainId, keys, calls, believesRows } = mustRun();
    const block = verifyBlock(checkpoint, request);
    const random = keys.blockRandom(chainId, block.height, block.lastBlockHash);
    // No header has the hash of the genesis state: the first one has that of empty stores.
    const appHash = believesRows || checkpoint.height === 0 ? undefined : block.appHash;
    calls.beginBlock({ height: block.height, timeNs: block.timeNs, random, appHash });
    current = { block, transactions: new BlockTransactions(chainId, block) };
  };

  /** The transaction's own message, or undefined for a sub-message, which the call tree knows. */
  function authenticate(
    request: Untrusted<CallRequest>,
    { transactions }: SubmittedBlock,
  ): SignedMessage | CallAnswer | undefined {
    const { callId, lastFailed } = fieldsOf(request);
    if (!isSame(callId, 0)) return undefined;
    try {
      return transactions.take(request, request);
    } catch (thrown) {
      if (!(thrown instanceof ChainError) || thrown.codespace !== "enclave") throw thrown;
      return { ...EMPTY_ANSWER, outcome: Outcome.fault, fault: thrown.code };
    } finally {
      mustRun().calls.beginMessage(transactions.txIndex, lastFailed);
    }
  }

  const call: EnclaveService["call"] = (request, host) => {
    mustBeIdle();
    const { calls } = mustRun();
    if (current === undefined) throw BoundaryError.notInBlock();
    const signed = authenticate(request, current);
    if (signed !== undefined && "outcome" in signed) return signed;
    return calls.call(request, signed, host);
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
    commitBlock() {
      mustBeIdle();
      const { sealed, checkpoint } = mustRun();
      if (current === undefined) throw BoundaryError.notInBlock();
      const next = advance(checkpoint, current.block);
      mustRun().checkpoint = next;
      current = undefined;
      return { sealed: sealed.seal(next) };
    },
  };
}
