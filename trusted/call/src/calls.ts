// SPDX-License-Identifier: Apache-2.0
import { contractAddress, formatAddress, getAddress } from "@sotto/address";
import { equals } from "@sotto/bytes";
import { Abort, type Contracts } from "@sotto/cosmwasm";
import { assert, ChainError } from "@sotto/errors";
import type { ConsensusKeys } from "@sotto/keys";
import { type Binding, isBoundText, openBound, type Plaintext, parsePlaintext } from "@sotto/message";
import {
  BoundaryError,
  type CallAnswer,
  CallKind,
  type CallRequest,
  EnclaveError,
  Outcome,
  type QueryRequest,
  type ReplyRequest,
  type Untrusted,
  type UntrustedHost,
} from "@sotto/protocol";
import {
  BlockRows,
  believed,
  type CallMessage,
  type ContractClaim,
  type ExecuteMessage,
  fieldsOf,
  type InstantiateMessage,
  isAdmin,
  isSame,
  isSameBytes,
  type MigrateMessage,
  names,
  namesCode,
  openQuery,
  type ShownState,
  type SignedMessage,
  type UntrustedFields,
  type UpdateAdminMessage,
} from "@sotto/verify";
import { EMPTY_ANSWER, faultAnswer } from "./answer.ts";
import { bindingOf } from "./binding.ts";
import { type KnownContract, KnownContracts } from "./contracts.ts";
import { type IoSession, IoSessions, type OpenedMessage } from "./io.ts";
import { MAX_ID, MAX_QUERY_DEPTH } from "./limits.ts";
import { PendingCalls } from "./pendingCalls.ts";
import { replyText } from "./replyText.ts";
import { type CallBlock, type Moment, type Run, Runner } from "./runner.ts";
import { type CallNode, CallTree, type NodeInput } from "./tree.ts";

const EMPTY = new Uint8Array(0);

/** The host's request for a call. */
type CallFields = UntrustedFields<CallRequest>;

/** The decrypted part of a call. */
interface DecryptedText {
  readonly session: IoSession;
  readonly plaintext: Plaintext;
}

/** A call, its place in the tree, and its decrypted text; admin messages have no text. */
interface Task<M extends CallMessage> {
  readonly message: M;
  readonly node: CallNode;
  readonly opened: DecryptedText | undefined;
}

const KIND_OF: Readonly<Record<CallMessage["kind"], number>> = {
  instantiate: CallKind.instantiate,
  execute: CallKind.execute,
  migrate: CallKind.migrate,
  updateAdmin: CallKind.updateAdmin,
};

/** Who wants to change which contract, with the host's record of it. */
interface AdminCheck {
  readonly sender: Uint8Array;
  readonly claim: ContractClaim;
  readonly address: Uint8Array;
  readonly ogKey: Uint8Array;
}

export interface CallsInput {
  readonly keys: ConsensusKeys;
  readonly contracts: Contracts;
  readonly chainId: string;
  /** Rows come without proofs, and queries need no state that the enclave was shown. */
  readonly believesRows: boolean;
}

/**
 * The calls of a chain, one block after the other. Every method returns an answer: an error of the
 * host, a user or a contract is its outcome. A thrown error is a fault of the node, or an error of
 * the host while it served a request.
 */
export class Calls {
  readonly #keys: ConsensusKeys;
  readonly #chainId: string;
  readonly #io: IoSessions;
  readonly #known: KnownContracts;
  readonly #tree = new CallTree();
  readonly #pendingCalls = new PendingCalls();
  readonly #rows = new BlockRows();
  /** Of the state that queries of clients read. */
  readonly #shownRows = new BlockRows();
  #shown: ShownState | undefined;
  readonly #believesRows: boolean;
  readonly #runner: Runner;
  /** Of the pending call or query from outside: queries of contracts run in the same. */
  #moment: Moment | undefined;

  constructor({ keys, contracts, chainId, believesRows }: CallsInput) {
    this.#keys = keys;
    this.#chainId = chainId;
    this.#believesRows = believesRows;
    this.#io = new IoSessions((publicKey) => keys.agreeIo(publicKey));
    this.#known = new KnownContracts(keys);
    const [tree, pendingCalls] = [this.#tree, this.#pendingCalls];
    this.#runner = new Runner({ contracts, chainId, tree, pendingCalls, rows: this.#rows });
  }

  /** Whether no call is pending. While one is, the host may only query. */
  get isIdle(): boolean {
    return this.#pendingCalls.isIdle;
  }

  /** Starts a verified block, or restarts the same one: counters and records are reset. */
  beginBlock(block: CallBlock): void {
    this.#tree.reset();
    this.#rows.begin(block.appHash);
    this.#runner.beginBlock(block);
  }

  /**
   * The calls of the last message are over. Returns whether it has run, with all sub-messages and
   * replies that it needs.
   */
  endMessage(): boolean {
    const isComplete = this.#tree.isRootComplete;
    this.#tree.drop();
    return isComplete;
  }

  /**
   * The next message is of this transaction. `isWhole`: whether the transaction of the last one can
   * have succeeded.
   */
  leave(txIndex: number, isWhole: boolean): void {
    this.#rows.leave(txIndex, isWhole);
  }

  /** A message with calls begins, after `leave`, even if it is refused. */
  beginMessage(txIndex: number, lastFailed: Untrusted<boolean>): void {
    this.#rows.beginMessage(txIndex, lastFailed);
  }

  /** The block ends: names and stamps of what it wrote (`BlockRows.end`). */
  endBlock(lastFailed: Untrusted<boolean>): ReadonlyMap<string, string> {
    return this.#rows.end(lastFailed);
  }

  /** The state that queries of clients read; undefined before the first. */
  get shown(): ShownState | undefined {
    return this.#shown;
  }

  show(state: ShownState): void {
    this.#shown = state;
    this.#shownRows.show(state.appHash, state.written);
  }

  /**
   * Runs the transaction's own message (`signed`, and callId 0) or a recorded sub-message. The host
   * chooses only the message and its gas; caller, content and funds are authentic.
   */
  call(request: Untrusted<CallRequest>, signed: SignedMessage | undefined, host: UntrustedHost): CallAnswer {
    return this.#pendingCalls.run(() =>
      this.#during(this.#runner.moment, () => this.#call(fieldsOf(request), signed, host)),
    );
  }

  #call(request: CallFields, signed: SignedMessage | undefined, host: UntrustedHost): CallAnswer {
    let node: CallNode | undefined;
    try {
      const { message, place, opened } = isSame(request.callId, 0)
        ? this.#openSigned(signed)
        : this.#openSent(request.callId);
      if (!isSame(request.kind, KIND_OF[message.kind])) throw EnclaveError.failedValidation();
      node = place(this.#target(message, request));
      return this.#run({ message, node, opened: opened() }, request, host);
    } catch (thrown) {
      return refused(node, thrown);
    }
  }

  /** Delivers the outcome of a sub-message to the contract that sent it. */
  reply(request: Untrusted<ReplyRequest>, host: UntrustedHost): CallAnswer {
    return this.#pendingCalls.run(() => this.#during(this.#runner.moment, () => this.#reply(fieldsOf(request), host)));
  }

  #reply(request: UntrustedFields<ReplyRequest>, host: UntrustedHost): CallAnswer {
    let node: CallNode | undefined;
    try {
      const { sent, content } = this.#tree.mustReply(request.parentId, request.childId, request);
      // The host undoes a failed message before the reply to it.
      if (!content.ok && sent.mark !== undefined) this.#rows.revert(sent.mark);
      const { contract: address, session, headers, txHash, depth, nesting } = sent.parent;
      assert(session !== undefined, "a contract that sent a message was called with a session");
      const place = { contract: address, session, headers, txHash, depth, nesting: nesting + 1 };
      node = this.#tree.enterReply(sent, place);
      const contract = this.#current(request.contract, address, host);
      if (!this.#tree.mayReply(sent.parent, contract.codeHashText)) throw EnclaveError.failedValidation();
      return this.#runner.run(
        {
          node,
          session,
          contract,
          entry: "reply",
          msg: replyText(sent.replyId, content, believed(request.events, "replyEvents")),
          sender: "",
          funds: [],
          gasLimit: believed(request.gasLimit, "gasLimit"),
          txCounter: believed(request.txCounter, "transactionIndex"),
        },
        host,
      );
    } catch (thrown) {
      return refused(node, thrown);
    }
  }

  /**
   * Answers a query of any client over the state that was shown, or of a pending contract call, at
   * its height and time (spec/calls.md 8.1). Throws BoundaryError.stateNotShown when the host reads
   * another state.
   */
  query(request: Untrusted<QueryRequest>, host: UntrustedHost): CallAnswer {
    const fields = fieldsOf(request);
    const moment = this.#moment ?? this.#outside(fields);
    return this.#pendingCalls.query(fields, (depth) =>
      this.#during(moment, () => this.#query(fields, { depth, height: moment.height, time: moment.time }, host)),
    );
  }

  #outside({ height, time }: UntrustedFields<QueryRequest>): Moment {
    if (this.#believesRows) return { height: believed(height, "queryBlock"), time: believed(time, "queryBlock") };
    if (this.#shown === undefined || !isSame(height, this.#shown.height)) throw BoundaryError.stateNotShown();
    return this.#shown;
  }

  #during<T>(moment: Moment | undefined, act: () => T): T {
    const outer = this.#moment;
    this.#moment = moment;
    try {
      return act();
    } finally {
      this.#moment = outer;
    }
  }

  #query(
    request: UntrustedFields<QueryRequest>,
    { depth, height, time }: Moment & { readonly depth: number },
    host: UntrustedHost,
  ): CallAnswer {
    try {
      if (depth > MAX_QUERY_DEPTH) throw EnclaveError.exceededRecursion();
      const contract = this.#known.mustAny(request.contract);
      // A contract of the block gets answers over the state of the block.
      const rows = this.#pendingCalls.isInCall ? this.#rows : this.#shownRows;
      rows.assertKeys(host, contract.address, contract.keyRow);
      const binding = () => ({ kind: "query", chainId: this.#chainId, contract: contract.address }) as const;
      const { session, plaintext } = mustBinding(openQuery(this.#io, request.query), binding);
      assertCode(plaintext, contract.codeHash);
      const gasLimit = believed(request.gasLimit, "gasLimit");
      return this.#runner.query(
        { session, contract, rows, msg: plaintext.message, depth, height, time, gasLimit },
        host,
      );
    } catch (thrown) {
      return refused(undefined, thrown);
    }
  }

  #openSigned(signed: SignedMessage | undefined) {
    if (signed === undefined) throw EnclaveError.failedValidation();
    this.#tree.drop();
    const { message, txHash, callbackSig } = signed;
    // The reference accepts a valid one as complete authorisation; here only the enclave's own
    // record authorises.
    if (callbackSig.length > 0) throw EnclaveError.failedValidation();
    const opened =
      "msg" in message
        ? mustBinding(this.#io.openMessage(message.msg), () => bindingOf(message, this.#chainId))
        : undefined;
    // Only contracts wait for replies, and the record has all that wait.
    if (opened !== undefined && opened.plaintext.headers.length > 0) throw EnclaveError.failedValidation();
    const place = (contract: Uint8Array): CallNode =>
      this.#tree.enterRoot({ contract, session: opened?.session, headers: [], txHash, depth: 1, nesting: 1 });
    return { message, place, opened: () => opened };
  }

  #openSent(callId: Untrusted<number>) {
    const sent = this.#tree.mustRunnable(callId);
    const { parent, wasm } = sent;
    const { session } = parent;
    assert(session !== undefined, "a contract that sent a message was called with a session");
    sent.mark = this.#rows.mark;
    const place = (contract: Uint8Array): CallNode => {
      const node: NodeInput = {
        contract,
        session,
        headers: wasm.headers,
        txHash: parent.txHash,
        depth: parent.depth + 1,
        nesting: parent.nesting + 1,
      };
      sent.child = this.#tree.enter(node);
      return sent.child;
    };
    const opened = () => ("msg" in wasm.message ? { session, plaintext: mustPlaintext(wasm.plaintext) } : undefined);
    return { message: wasm.message, place, opened };
  }

  /** The address of the contract that is called. */
  #target(message: CallMessage, request: CallFields): Uint8Array {
    if (message.kind !== "instantiate") {
      if (!names(request.contract, message.contract)) throw EnclaveError.failedValidation();
      return message.contract;
    }
    const { codeId, sender } = message;
    const instanceId = believed(request.instanceId, "instanceId");
    // Both are halves of one number in the address: larger ids would overlap
    // (spec/contract-state.md 1.2).
    if (!isSame(request.codeId, codeId) || codeId > MAX_ID || instanceId > MAX_ID)
      throw EnclaveError.failedValidation();
    return contractAddress(BigInt(codeId), BigInt(instanceId), sender);
  }

  #run({ message, node, opened }: Task<CallMessage>, request: CallFields, host: UntrustedHost): CallAnswer {
    switch (message.kind) {
      case "instantiate":
        return this.#instantiate({ message, node, opened }, request, host);
      case "execute":
        return this.#execute({ message, node, opened }, request, host);
      case "migrate":
        return this.#migrate({ message, node, opened }, request, host);
      case "updateAdmin":
        return this.#updateAdmin({ message, node, opened }, request, host);
    }
  }

  #instantiate(
    { message, node, opened }: Task<InstantiateMessage>,
    request: CallFields,
    host: UntrustedHost,
  ): CallAnswer {
    const { codeHash } = mustOpened(opened).plaintext;
    if (!namesCode(request.contract, codeHash)) throw EnclaveError.failedValidation();
    const { sender, admin } = message;
    const address = node.contract;
    // The host chooses the instance id: not the one of a contract that exists.
    this.#rows.assertKeys(host, address, undefined);
    const ogKey = this.#keys.createContractKey({ sender, height: this.#runner.height, codeHash, address });
    const adminProof = this.#keys.createAdminProof(adminOf(admin), ogKey);
    const contract = this.#known.make(address, codeHash, { ogKey, currentKey: EMPTY, currentKeyProof: EMPTY });
    const answer = this.#runner.run(runOf({ message, node, opened }, request, contract), host);
    if (answer.outcome !== Outcome.ok) return answer;
    this.#rows.writeKeys(address, contract.keyRow);
    this.#rows.writeAdmin(address, adminProof);
    return { ...answer, contractKey: ogKey, adminProof };
  }

  /** The contract at this address, with the keys and the code that it has now. */
  #current(claim: ContractClaim, address: Uint8Array, host: UntrustedHost): KnownContract {
    const contract = this.#known.must(claim, address);
    this.#rows.assertKeys(host, address, contract.keyRow);
    return contract;
  }

  #execute({ message, node, opened }: Task<ExecuteMessage>, request: CallFields, host: UntrustedHost): CallAnswer {
    const contract = this.#current(request.contract, message.contract, host);
    assertCode(mustOpened(opened).plaintext, contract.codeHash);
    return this.#runner.run(runOf({ message, node, opened }, request, contract), host);
  }

  #migrate({ message, node, opened }: Task<MigrateMessage>, request: CallFields, host: UntrustedHost): CallAnswer {
    const { address, ogKey } = this.#current(request.contract, message.contract, host);
    this.#assertAdmin({ sender: message.sender, claim: request.contract, address, ogKey }, host);
    if (!isSame(request.codeId, message.codeId)) throw EnclaveError.failedValidation();
    const { codeHash } = mustOpened(opened).plaintext;
    if (!isSameBytes(request.newCodeHash, codeHash)) throw EnclaveError.failedValidation();
    const newKey = this.#keys.createContractKey({
      sender: message.sender,
      height: this.#runner.height,
      codeHash,
      address,
      ogKey,
    });
    const contractKeyProof = this.#keys.createKeyProof({ address, codeHash, ogKey, newKey });
    const contract = this.#known.make(address, codeHash, {
      ogKey,
      currentKey: newKey,
      currentKeyProof: contractKeyProof,
    });
    const answer = this.#runner.run(runOf({ message, node, opened }, request, contract), host);
    if (answer.outcome !== Outcome.ok) return answer;
    this.#tree.recordMigration(address, contract.codeHashText);
    this.#rows.writeKeys(address, contract.keyRow);
    return { ...answer, contractKey: newKey, contractKeyProof };
  }

  #updateAdmin({ message, node }: Task<UpdateAdminMessage>, request: CallFields, host: UntrustedHost): CallAnswer {
    const { address, ogKey } = this.#current(request.contract, message.contract, host);
    this.#assertAdmin({ sender: message.sender, claim: request.contract, address, ogKey }, host);
    const adminProof = this.#keys.createAdminProof(adminOf(message.newAdmin), ogKey);
    node.ending = "ok";
    this.#rows.writeAdmin(address, adminProof);
    return { ...EMPTY_ANSWER, callId: node.id, adminProof };
  }

  /** The sender is the admin, by the proof that the contract has now. */
  #assertAdmin({ sender, claim, address, ogKey }: AdminCheck, host: UntrustedHost): void {
    if (!isAdmin(this.#keys, claim, sender, ogKey)) throw EnclaveError.failedValidation();
    this.#rows.assertAdmin(host, address, claim);
  }
}

const NO_FUNDS: Run["funds"] = [];

/** The run of a message, from its request and the contract. */
function runOf(
  { message, node, opened }: Task<InstantiateMessage | ExecuteMessage | MigrateMessage>,
  request: CallFields,
  contract: KnownContract,
): Run {
  const { session, plaintext } = mustOpened(opened);
  return {
    node,
    session,
    contract,
    entry: message.kind,
    msg: plaintext.message,
    sender: formatAddress(message.sender),
    funds: message.kind === "migrate" ? NO_FUNDS : message.funds,
    gasLimit: believed(request.gasLimit, "gasLimit"),
    txCounter: believed(request.txCounter, "transactionIndex"),
  };
}

/** A decrypted message without its binding, which must match its transaction. */
function mustBinding(opened: OpenedMessage | undefined, binding: () => Binding): DecryptedText {
  if (opened === undefined) throw EnclaveError.decryption();
  const plaintext = mustPlaintext(opened.plaintext);
  const { session } = opened;
  if (!session.isBound && !isBoundText(plaintext.message)) return { session, plaintext };
  const message = openBound(plaintext.message, binding());
  if (message === undefined) throw EnclaveError.boundElsewhere();
  return { session, plaintext: { ...plaintext, message } };
}

function mustOpened(opened: DecryptedText | undefined): DecryptedText {
  assert(opened !== undefined, "every call but an admin's carries a text");
  return opened;
}

function mustPlaintext(bytes: Uint8Array): Plaintext {
  const plaintext = parsePlaintext(bytes);
  if (plaintext === undefined) throw EnclaveError.failedValidation();
  return plaintext;
}

/** The caller must name the code that it means to run (spec/calls.md 4.2). */
function assertCode(plaintext: Plaintext, codeHash: Uint8Array): void {
  if (!equals(plaintext.codeHash, codeHash)) throw EnclaveError.failedValidation();
}

function adminOf(text: string): Uint8Array {
  if (text === "") return EMPTY;
  const admin = getAddress(text);
  if (admin === undefined) throw EnclaveError.failedValidation();
  return admin;
}

/** Whether a thrown ChainError is of the enclave's codespace, so that its code is the answer. */
const isRefusal = (thrown: unknown): thrown is ChainError =>
  thrown instanceof ChainError && thrown.codespace === "enclave";

const CODE_NAMES = new Map(Object.entries(EnclaveError).map(([name, { code }]) => [code, name]));

/** The answer for a call that failed before its run. */
function refused(node: CallNode | undefined, thrown: unknown): CallAnswer {
  if (node !== undefined) node.ending = "fault";
  if (thrown instanceof Abort) return faultAnswer(node?.id ?? 0, 0, thrown.code);
  if (!isRefusal(thrown)) throw thrown;
  return faultAnswer(node?.id ?? 0, 0, CODE_NAMES.get(thrown.code) as keyof typeof EnclaveError); // Every code of EnclaveError has its name.
}
