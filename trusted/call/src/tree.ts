import { toBase64, toLatin1 } from "@sotto/bytes";
import type { ReplyOn, SubMessage } from "@sotto/cosmwasm";
import type { ReplyHeader } from "@sotto/message";
import { EnclaveError, type ReplyRequest, type Untrusted } from "@sotto/protocol";
import { believed, type CallMessage, chosen, isSame, type UntrustedFields } from "@sotto/verify";
import type { IoSession } from "./io.ts";
import { HELD_BY_MESSAGE, MAX_CALL_DEPTH, MAX_HELD_BYTES, MAX_NESTING } from "./limits.ts";

// The calls of one transaction message, as the enclave saw them. The host names a sub-message by its id and cannot say
// anything else about it: who sent it, to whom, with what, and how it ended is read here. This takes the place of the
// reference's callback and reply signatures (spec/calls.md 6.1). Settled calls are forgotten at once, so that memory
// depends on the open calls, not on all calls of a transaction.

/** How a call ended. */
export type Ending = "running" | "ok" | "contractError" | "fault";

/** Where a run stands when it begins. */
export interface NodeInput {
  readonly contract: Uint8Array;
  readonly session: IoSession | undefined;
  /** Who waits for the result, innermost first (spec/cryptography.md 6.3). */
  readonly headers: readonly ReplyHeader[];
  readonly txHash: string;
  /** Of sub-messages in each other: what the chain's limit counts. */
  readonly depth: number;
  /** Of runs in each other, replies included: what bounds recursion here. */
  readonly nesting: number;
}

/** One run of a contract: a call or a reply. */
export interface CallNode extends NodeInput {
  readonly id: number;
  /** Hex of the code that runs; empty before it does. */
  codeHash: string;
  ending: Ending;
  /** Base64 text: its own, or what the settled reply that gave data last ended with. */
  data: string | undefined;
  /** The contract's error text. */
  error: string;
  /** Undefined: settled, and forgotten. */
  readonly messages: (SentMessage | undefined)[];
  /** How many messages are settled. Once settled is settled for good, so none is looked at twice. */
  settled: number;
  /** Its share of MAX_HELD_BYTES. */
  held: number;
}

/** A sub-message that a contract asked for. */
export interface SentMessage {
  readonly id: number;
  readonly parent: CallNode;
  readonly index: number;
  readonly replyOn: ReplyOn;
  /** The contract's own id of it. */
  readonly replyId: bigint;
  /** Absent for messages that are not to contracts: the host runs those. */
  readonly wasm: SentToContract | undefined;
  /** Ends the list: what comes after it is not run (spec/calls.md 6.3). */
  readonly isLast: boolean;
  child: CallNode | undefined;
  reply: CallNode | undefined;
}

export interface SentToContract {
  readonly message: CallMessage;
  /** What was encrypted: code hash, headers, message. Empty for admin messages. */
  readonly plaintext: Uint8Array;
  /** Which headers are in it. */
  readonly headers: readonly ReplyHeader[];
}

const wants = (replyOn: ReplyOn, ok: boolean): boolean =>
  replyOn === "always" || replyOn === (ok ? "success" : "error");

/** What the host says about the end of a sub-message: each part is believed only where no record says it. */
export type HostReport = Pick<UntrustedFields<ReplyRequest>, "ok" | "data" | "error">;

export type ReplyContent =
  | { readonly ok: true; readonly data: string | undefined }
  | { readonly ok: false; readonly error: string };

/** The calls of the current transaction message. */
export class CallTree {
  #nextId = 1;
  readonly #sent = new Map<number, SentMessage>();
  /** Over all runs that are open or wait for a reply. */
  #held = 0;
  /** Migrations that went well: address and hex of the new code. */
  readonly #migrations = new Set<string>();

  /** Forgets all: a new block has begun, so ids begin anew. */
  reset(): void {
    this.drop();
    this.#nextId = 1;
  }

  /** Forgets the calls of the message before. */
  drop(): void {
    // Cost: to clear a map makes a new one, however empty it is, and most messages send nothing.
    if (this.#sent.size > 0) this.#sent.clear();
    this.#held = 0;
    if (this.#migrations.size > 0) this.#migrations.clear();
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
   * Whether a reply to `parent` may run this code: the one that asked, or one that the contract was migrated to since.
   * A host that keeps an older code with its proof could else have the answer read by that.
   */
  mayReply({ contract, codeHash: asked }: CallNode, codeHash: string): boolean {
    return codeHash === asked || this.#migrations.has(toLatin1(contract) + codeHash);
  }

  /**
   * Records what a run asks for; only ids leave. `size` is the length of the result that the messages are pieces of. Undefined,
   * and nothing is recorded, when the open runs of the transaction hold too much.
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
        child: undefined,
        reply: undefined,
      };
      parent.messages.push(sent);
      this.#sent.set(sent.id, sent);
      return sent.id;
    });
  }

  /** A sub-message that may run now: asked for, not run yet, and all before it are settled. */
  mustRunnable(id: Untrusted<number>): SentMessage & { readonly wasm: SentToContract } {
    const sent = chosen(this.#sent, id);
    if (sent?.wasm === undefined || sent.child !== undefined || sent.reply !== undefined)
      throw EnclaveError.failedValidation();
    this.#assertTurn(sent);
    // The check above has seen that `wasm` is there.
    return sent as SentMessage & { readonly wasm: SentToContract };
  }

  /** A sub-message whose reply may run now, and what the reply says. `enterReply` is to follow. */
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

  /** Opens the run of a sub-message's reply. How the sub-message went is in the reply's text, and forgotten here. */
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
    // It was for the chain, or the chain refused before the contract was reached.
    if (child === undefined) return { ok, error: believed(error, "failureText") };
    if (this.#isComplete(child)) throw EnclaveError.failedValidation();
    const failed = this.#failedRun(child);
    return { ok, error: failed.ending === "contractError" ? failed.error : believed(error, "failureText") };
  }

  /** Moves past settled messages, up to `until`, and forgets them. Says whether it came there. */
  #settle(node: CallNode, until: number): boolean {
    while (node.settled < until) {
      const sent = node.messages[node.settled];
      if (sent === undefined || sent.isLast || !this.#isSettled(sent)) return false;
      // Replies that give data override it, later ones earlier ones.
      node.data = sent.reply?.data ?? node.data;
      this.#forgetSent(sent);
      node.messages[node.settled++] = undefined;
    }
    return true;
  }

  /** Whether a run and all that it asked for ended well. Recursion is bounded by MAX_NESTING. */
  #isComplete(node: CallNode): boolean {
    if (node.ending !== "ok") return false;
    return this.#settle(node, node.messages.length) || node.messages[node.settled]?.isLast === true;
  }

  /** Whether a sub-message was run, and its reply, if it was to have one, too. */
  #isSettled(sent: SentMessage): boolean {
    if (sent.reply !== undefined) return this.#isComplete(sent.reply);
    if (sent.wasm === undefined) return sent.replyOn === "never" || sent.replyOn === "error";
    return sent.child !== undefined && this.#isComplete(sent.child) && !wants(sent.replyOn, true);
  }

  /** The run whose failure is a failed run's: its own, or that of the last one it asked for. What is settled did not fail. */
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

  /** Forgets a run and what it asked for. Cost: each message once. Recursion is bounded by MAX_NESTING. */
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

/** The run that came last among the messages that are not settled. */
function lastRun({ messages, settled }: CallNode): CallNode | undefined {
  for (let i = messages.length - 1; i >= settled; i--) {
    const run = messages[i]?.reply ?? messages[i]?.child;
    if (run !== undefined) return run;
  }
  return undefined;
}
