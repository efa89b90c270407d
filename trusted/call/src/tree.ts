// SPDX-License-Identifier: Apache-2.0
import { toBase64, toLatin1 } from "@sotto/bytes";
import type { ReplyOn, SubMessage } from "@sotto/cosmwasm";
import type { ReplyHeader } from "@sotto/message";
import { EnclaveError, type ReplyRequest, type Untrusted } from "@sotto/protocol";
import { believed, type CallMessage, chosen, isSame, type UntrustedFields } from "@sotto/verify";
import type { IoSession } from "./io.ts";
import { HELD_BY_MESSAGE, MAX_CALL_DEPTH, MAX_HELD_BYTES, MAX_NESTING } from "./limits.ts";

// The calls of one transaction message, as the enclave saw them. The host sends only the id of a
// sub-message: sender, receiver, content and outcome are read here. This replaces the
// reference's callback and reply signatures (spec/calls.md 6.1). Settled calls are dropped at once,
// so that memory depends on the unfinished calls, not on all calls of a transaction.

/** How a call ended. */
export type Ending = "running" | "ok" | "contractError" | "fault";

/** The place of a run when it begins. */
export interface NodeInput {
  readonly contract: Uint8Array;
  readonly session: IoSession | undefined;
  /** The calls that wait for the result, innermost first (spec/cryptography.md 6.3). */
  readonly headers: readonly ReplyHeader[];
  readonly txHash: string;
  /** Depth of nested sub-messages, which the chain's limit counts. */
  readonly depth: number;
  /** Depth of nested runs, replies included, which bounds recursion here. */
  readonly nesting: number;
}

/** One run of a contract: a call or a reply. */
export interface CallNode extends NodeInput {
  readonly id: number;
  /** Hex of the code that runs; empty before it does. */
  codeHash: string;
  ending: Ending;
  /** Base64 text: its own, or the data of the last settled reply with data. */
  data: string | undefined;
  /** The contract's error text. */
  error: string;
  /** Undefined: settled, and dropped. */
  readonly messages: (SentMessage | undefined)[];
  /** The number of settled messages. Settled messages stay settled, so each is visited once. */
  settled: number;
  /** Its share of MAX_HELD_BYTES. */
  held: number;
}

/** A sub-message of a contract. */
export interface SentMessage {
  readonly id: number;
  readonly parent: CallNode;
  readonly index: number;
  readonly replyOn: ReplyOn;
  /** The contract's own id for it. */
  readonly replyId: bigint;
  /** Absent for messages that are not to contracts: the host runs those. */
  readonly wasm: SentToContract | undefined;
  /** Ends the list: later messages do not run (spec/calls.md 6.3). */
  readonly isLast: boolean;
  /** Where its writes of rows begin, once it runs. */
  mark: number | undefined;
  child: CallNode | undefined;
  reply: CallNode | undefined;
}

export interface SentToContract {
  readonly message: CallMessage;
  /** The encrypted text: code hash, headers, message. Empty for admin messages. */
  readonly plaintext: Uint8Array;
  /** The headers in it. */
  readonly headers: readonly ReplyHeader[];
}

const wants = (replyOn: ReplyOn, ok: boolean): boolean =>
  replyOn === "always" || replyOn === (ok ? "success" : "error");

/**
 * The host's report of a sub-message's outcome: each part is believed only where the record lacks
 * it.
 */
export type HostReport = Pick<UntrustedFields<ReplyRequest>, "ok" | "data" | "error">;

export type ReplyContent =
  | { readonly ok: true; readonly data: string | undefined }
  | { readonly ok: false; readonly error: string };

/** The calls of the current transaction message. */
export class CallTree {
  #nextId = 1;
  /** The run of the message itself, once it has begun. */
  #root: CallNode | undefined;
  readonly #sent = new Map<number, SentMessage>();
  /** Over all runs that have not ended or wait for a reply. */
  #held = 0;
  /** Successful migrations: address and hex of the new code. */
  readonly #migrations = new Set<string>();

  /** Drops all records: a new block has begun, so ids start at the beginning. */
  reset(): void {
    this.drop();
    this.#nextId = 1;
  }

  /** Drops the calls of the previous message. */
  drop(): void {
    this.#root = undefined;
    // Cost: clearing a map makes a new one, even if it is empty, and most messages have no
    // sub-messages.
    if (this.#sent.size > 0) this.#sent.clear();
    this.#held = 0;
    if (this.#migrations.size > 0) this.#migrations.clear();
  }

  /** The run of the message itself. */
  enterRoot(input: NodeInput): CallNode {
    this.#root = this.enter(input);
    return this.#root;
  }

  /**
   * Whether the message and all that it sent succeeded, as far as contracts ran. False for a
   * message that was refused, or whose sub-messages or replies the host has not run to the end: the
   * chain then undoes the transaction.
   */
  get isRootComplete(): boolean {
    return this.#root !== undefined && this.#isComplete(this.#root);
  }

  enter({ contract, session, headers, txHash, depth, nesting }: NodeInput): CallNode {
    if (depth > MAX_CALL_DEPTH || nesting > MAX_NESTING) throw EnclaveError.failedValidation();
    // Cost: field by field, because a spread takes 3 us here.
    return {
      contract,
      session,
      headers,
      txHash,
      depth,
      nesting,
      id: this.#nextId++,
      codeHash: "",
      ending: "running",
      data: undefined,
      error: "",
      messages: [],
      settled: 0,
      held: 0,
    };
  }

  recordMigration(contract: Uint8Array, codeHash: string): void {
    this.#migrations.add(toLatin1(contract) + codeHash);
  }

  /**
   * Whether a reply to `parent` may run this code: the code that sent the message, or one to which
   * the contract was migrated since. Otherwise a host with an older code and its proof could run
   * that code on the answer.
   */
  mayReply({ contract, codeHash: asked }: CallNode, codeHash: string): boolean {
    return codeHash === asked || this.#migrations.has(toLatin1(contract) + codeHash);
  }

  /**
   * Records the messages of a run; only ids leave. `size` is the length of the result that contains
   * the messages. Undefined, without a record, when the unfinished runs of the transaction hold too
   * much.
   */
  send(
    parent: CallNode,
    messages: readonly { readonly message: SubMessage; readonly wasm: SentToContract | undefined }[],
    size: number,
  ): readonly number[] | undefined {
    let held = size;
    for (const { wasm } of messages) held += HELD_BY_MESSAGE + (wasm?.plaintext.length ?? 0);
    if (this.#held + held > MAX_HELD_BYTES) return undefined;
    this.#held += held;
    parent.held = held;
    return messages.map(({ message, wasm }, index) => {
      const sent: SentMessage = {
        id: this.#nextId++,
        parent,
        index,
        replyOn: message.replyOn,
        replyId: message.id,
        wasm,
        isLast: message.json.startsWith('{"finalize_tx"'),
        mark: undefined,
        child: undefined,
        reply: undefined,
      };
      parent.messages.push(sent);
      this.#sent.set(sent.id, sent);
      return sent.id;
    });
  }

  /** A sub-message that may run now: recorded, not run yet, and all earlier ones are settled. */
  mustRunnable(id: Untrusted<number>): SentMessage & { readonly wasm: SentToContract } {
    const sent = chosen(this.#sent, id);
    if (sent?.wasm === undefined || sent.child !== undefined || sent.reply !== undefined)
      throw EnclaveError.failedValidation();
    this.#assertTurn(sent);
    // The check above has seen that `wasm` is there.
    return sent as SentMessage & { readonly wasm: SentToContract };
  }

  /**
   * A sub-message whose reply may run now, and the content of the reply. `enterReply` must follow.
   */
  mustReply(
    parentId: Untrusted<number>,
    childId: Untrusted<number>,
    report: HostReport,
  ): { readonly sent: SentMessage; readonly content: ReplyContent } {
    const sent = chosen(this.#sent, childId);
    if (sent === undefined || !isSame(parentId, sent.parent.id) || sent.reply !== undefined)
      throw EnclaveError.failedValidation();
    // Of a contract that ran, the record below must say the same.
    const ok = believed(report.ok, "chainReply");
    if (!wants(sent.replyOn, ok)) throw EnclaveError.failedValidation();
    this.#assertTurn(sent);
    return { sent, content: this.#contentOf(sent, ok, report) };
  }

  /**
   * Begins the run of a sub-message's reply. The outcome of the sub-message is in the reply's text,
   * and dropped here.
   */
  enterReply(sent: SentMessage, input: NodeInput): CallNode {
    const node = this.enter(input);
    if (sent.child !== undefined) this.#forget(sent.child);
    sent.child = undefined;
    sent.reply = node;
    return node;
  }

  /** The parent is done and all sub-messages before this one are settled. */
  #assertTurn({ parent, index }: SentMessage): void {
    if (parent.ending !== "ok" || !this.#settle(parent, index)) throw EnclaveError.failedValidation();
  }

  #contentOf({ wasm, child }: SentMessage, ok: boolean, { data, error }: HostReport): ReplyContent {
    if (ok && wasm === undefined) {
      const bytes = believed(data, "chainReply");
      return { ok, data: bytes === undefined ? undefined : toBase64(bytes) };
    }
    if (ok) {
      if (child === undefined || !this.#isComplete(child)) throw EnclaveError.failedValidation();
      return { ok: true, data: child.data };
    }
    // It was for the chain, or the chain refused it before the contract ran.
    if (child === undefined) return { ok, error: believed(error, "failureText") };
    if (this.#isComplete(child)) throw EnclaveError.failedValidation();
    const failed = this.#failedRun(child);
    return { ok, error: failed.ending === "contractError" ? failed.error : believed(error, "failureText") };
  }

  /**
   * Moves past settled messages, up to `until`, and drops them. Returns whether it reached `until`.
   */
  #settle(node: CallNode, until: number): boolean {
    while (node.settled < until) {
      const sent = node.messages[node.settled];
      if (sent === undefined || sent.isLast || !this.#isSettled(sent)) return false;
      // Replies with data override it, later ones earlier ones.
      node.data = sent.reply?.data ?? node.data;
      this.#forgetSent(sent);
      node.messages[node.settled++] = undefined;
    }
    return true;
  }

  /** Whether a run and all its messages succeeded. Recursion is bounded by MAX_NESTING. */
  #isComplete(node: CallNode): boolean {
    if (node.ending !== "ok") return false;
    return this.#settle(node, node.messages.length) || node.messages[node.settled]?.isLast === true;
  }

  /** Whether a sub-message and its required reply have run. */
  #isSettled(sent: SentMessage): boolean {
    if (sent.reply !== undefined) return this.#isComplete(sent.reply);
    if (sent.wasm === undefined) return sent.replyOn === "never" || sent.replyOn === "error";
    return sent.child !== undefined && this.#isComplete(sent.child) && !wants(sent.replyOn, true);
  }

  /**
   * The run that caused a failed run's failure: itself, or the last one among its messages. Settled
   * messages did not fail.
   */
  #failedRun(node: CallNode): CallNode {
    let at = node;
    while (at.ending === "ok") {
      const last = lastRun(at);
      if (last === undefined || this.#isComplete(last)) return at;
      at = last;
    }
    return at;
  }

  #forgetSent({ id, child, reply }: SentMessage): void {
    this.#sent.delete(id);
    if (child !== undefined) this.#forget(child);
    if (reply !== undefined) this.#forget(reply);
  }

  /** Drops a run and its messages. Cost: each message once. Recursion is bounded by MAX_NESTING. */
  #forget(node: CallNode): void {
    this.#held -= node.held;
    node.held = 0;
    for (let i = node.settled; i < node.messages.length; i++) {
      const sent = node.messages[i];
      if (sent !== undefined) this.#forgetSent(sent);
    }
    node.messages.length = node.settled;
  }
}

/** The last run among the unsettled messages. */
function lastRun({ messages, settled }: CallNode): CallNode | undefined {
  for (let i = messages.length - 1; i >= settled; i--) {
    const run = messages[i]?.reply ?? messages[i]?.child;
    if (run !== undefined) return run;
  }
  return undefined;
}
