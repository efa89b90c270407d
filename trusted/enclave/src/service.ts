import { type CallHost, Calls, EMPTY_ANSWER } from "@sotto/call";
import { createContracts } from "@sotto/cosmwasm";
import { assertNativeStack, createEngine } from "@sotto/engine";
import { ChainError, EnvironmentFault } from "@sotto/errors";
import { ConsensusKeys, createKeychain, type Keychain } from "@sotto/keys";
import type { Platform } from "@sotto/platform";
import {
  BoundaryError,
  type CallAnswer,
  type CallRequest,
  type EnclaveService,
  Outcome,
  type StartRequest,
  type Untrusted,
  type UntrustedHost,
} from "@sotto/protocol";
import {
  advance,
  BlockTransactions,
  type Checkpoint,
  open,
  type SignedMessage,
  type SignerClaim,
  trustGenesis,
  type VerifiedBlock,
  verifyBlock,
} from "@sotto/verify";
import { SealedState, unsealState } from "./sealedState.ts";

/** How a platform is opened for a chain; the driver is the entry module's choice. */
export type OpenPlatform = (chainId: string, seed: Uint8Array | undefined) => Platform;

interface Running {
  readonly chainId: string;
  readonly sealed: SealedState;
  readonly keys: ConsensusKeys;
  readonly calls: Calls;
  /** After the last committed block. */
  checkpoint: Checkpoint;
}

interface OpenBlock {
  readonly block: VerifiedBlock;
  readonly transactions: BlockTransactions;
}

/** What the host says inside a call is opened by its AEAD tag or its hash, in `call` (see CallHost). */
const openHost = (host: UntrustedHost): CallHost => ({
  readState: (key) => open(host.readState(key)),
  queryChain: (ask) => open(host.queryChain(ask)),
  readCode: (hash) => open(host.readCode(hash)),
});

function restore(platform: Platform, request: StartRequest): { keychain: Keychain; checkpoint: Checkpoint } {
  if (request.sealed === undefined) {
    const checkpoint = trustGenesis(request.chainId, request.validators, request.initialHeight);
    return { keychain: createKeychain(platform), checkpoint };
  }
  const state = unsealState(platform, request.sealed);
  if (state.checkpoint.chainId !== request.chainId) throw BoundaryError.wrongChain();
  return state;
}

/** A platform or sealed bytes that do not open leave as a code; the driver's own text could name what it should not. */
function openState(openPlatform: OpenPlatform, request: StartRequest) {
  let platform: Platform;
  try {
    platform = openPlatform(request.chainId, request.seed);
  } catch (thrown) {
    throw thrown instanceof EnvironmentFault ? BoundaryError.productionChain() : thrown;
  }
  try {
    return { platform, ...restore(platform, request) };
  } catch (thrown) {
    throw thrown instanceof EnvironmentFault ? BoundaryError.sealedState() : thrown;
  }
}

/** The enclave: one chain, one block at a time, queries at any time after the start. Refuses a thread that no contract may run on. */
export function createEnclave(openPlatform: OpenPlatform): EnclaveService {
  assertNativeStack();
  const contracts = createContracts(createEngine());
  let running: Running | undefined;
  let current: OpenBlock | undefined;

  const mustRun = (): Running => {
    if (running === undefined) throw BoundaryError.notStarted();
    return running;
  };

  /** While a call waits for its host, all that it may do is let it query: nothing else moves under an open call. */
  const mustBeIdle = (): void => {
    if (running !== undefined && !running.calls.isIdle) throw BoundaryError.callOpen();
  };

  const start: EnclaveService["start"] = (untrusted) => {
    mustBeIdle();
    // The chain id decides which keys open and which blocks verify; a wrong one opens nothing.
    const request = open(untrusted);
    const { platform, keychain, checkpoint } = openState(openPlatform, request);
    const keys = new ConsensusKeys(keychain);
    const sealed = new SealedState(platform, keychain);
    const { chainId } = request;
    running = { chainId, sealed, keys, checkpoint, calls: new Calls({ keys, contracts, chainId }) };
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
    const { checkpoint, chainId, keys, calls } = mustRun();
    const block = verifyBlock(checkpoint, request);
    const random = keys.blockRandom(chainId, block.height, block.lastBlockHash);
    calls.beginBlock({ height: block.height, timeNs: block.timeNs, random });
    current = { block, transactions: new BlockTransactions(chainId, block) };
  };

  /** The transaction's own message, or undefined for a sub-message, which the call tree knows. */
  function authenticate(
    request: CallRequest,
    claim: Untrusted<SignerClaim>,
    { transactions }: OpenBlock,
  ): SignedMessage | CallAnswer | undefined {
    if (request.callId !== 0) return undefined;
    mustRun().calls.beginMessage();
    try {
      return transactions.take(request, claim);
    } catch (thrown) {
      if (!(thrown instanceof ChainError) || thrown.codespace !== "enclave") throw thrown;
      return { ...EMPTY_ANSWER, outcome: Outcome.fault, fault: thrown.code };
    }
  }

  const call: EnclaveService["call"] = (untrusted, host) => {
    mustBeIdle();
    const { calls } = mustRun();
    if (current === undefined) throw BoundaryError.notInBlock();
    // Opened field by field below: position and sender by the verified block, contract by its key, gas by its cap.
    const request = open(untrusted);
    const signed = authenticate(request, untrusted, current);
    if (signed !== undefined && "outcome" in signed) return signed;
    return calls.call(request, signed, openHost(host));
  };

  return {
    start,
    submitBlock,
    call,
    reply(untrusted, host) {
      mustBeIdle();
      const { calls } = mustRun();
      if (current === undefined) throw BoundaryError.notInBlock();
      return calls.reply(open(untrusted), openHost(host));
    },
    query: (untrusted, host) => mustRun().calls.query(open(untrusted), openHost(host)),
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
