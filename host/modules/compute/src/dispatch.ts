// SPDX-License-Identifier: Apache-2.0
import { toUtf8 } from "@sotto/bytes";
import { compareText } from "@sotto/codec";
import { ChainError, OutOfGas, plainError, SdkError } from "@sotto/errors";
import { type ChainEvent, GasMeter, isPanic, LAST_MESSAGE, type WriteCtx } from "@sotto/kernel";
import { type CallAnswer, ReplyOn, type SubMessage } from "@sotto/protocol";
import { readCosmosMsg } from "./cosmosMsg.ts";
import { ComputeError } from "./errors.ts";
import { eventBytes } from "./eventGas.ts";
import type { Entries } from "./inputs.ts";
import type { ComputeNeeds } from "./needs.ts";
import { runRouted } from "./routed.ts";
import { runWasm } from "./wasmMessage.ts";

/**
 * Runs the sub-messages of an answer in order; the last reply that returns data overrides the
 * response data.
 */
export type Dispatcher = (
  ctx: WriteCtx,
  contract: Uint8Array,
  answer: CallAnswer,
  depth: number,
) => Uint8Array | undefined;

/**
 * Greatest depth at which a contract's run is kept; a reply has the depth of the call that it
 * answers (spec/modules.md 8.9).
 */
export const MAX_CALL_DEPTH = 100;
/**
 * Maximum bytes of events in a reply. They cost no gas, a deep tree of calls collects many, and
 * they go to the enclave in one frame.
 */
const MAX_REPLY_EVENTS = 4 * 1024 * 1024;

function assertShowable(events: readonly ChainEvent[]): void {
  if (eventBytes(events) > MAX_REPLY_EVENTS) {
    throw ComputeError.limit("the events of a sub-message are too many for a reply");
  }
}

interface SubMessageResult {
  readonly ok: boolean;
  readonly data?: Uint8Array | undefined;
  readonly error?: ChainError;
  readonly events: readonly ChainEvent[];
}

/**
 * Events of a sub-message that its parent passes on, without `message` events. `isWasm`: the
 * attributes of each event are sorted by key, in a stable order.
 */
function passedOn(events: readonly ChainEvent[], isWasm: boolean): ChainEvent[] {
  return events
    .filter(({ type }) => type !== "message")
    .map((event) =>
      isWasm ? { ...event, attributes: [...event.attributes].sort(([a], [b]) => compareText(a, b)) } : event,
    );
}

const wants = (replyOn: number, ok: boolean): boolean =>
  replyOn === ReplyOn.always || replyOn === (ok ? ReplyOn.success : ReplyOn.error);

/**
 * Whether the called contract itself returned the error. Compat: only the text shows it
 * (msg_dispatcher.go redactError). False when the enclave stopped the contract, and when a message
 * of the contract failed.
 */
const isContractError = ({ message }: ChainError): boolean => message.startsWith("encrypted:");

/** The targets of sub-messages. */
interface Targets {
  readonly needs: ComputeNeeds;
  readonly entries: Entries;
}

/** The sending contract: its run by the enclave's id, and the depth of the run. */
interface Parent {
  readonly contract: Uint8Array;
  readonly callId: number;
  readonly depth: number;
}

function runOne({ needs, entries }: Targets, ctx: WriteCtx, { contract, depth }: Parent, message: SubMessage) {
  if (message.wasm !== undefined) {
    const { assertExecutable } = needs;
    return runWasm({ entries, assertExecutable }, ctx, contract, message.wasm, {
      callId: message.id,
      depth: depth + 1,
    });
  }
  const request = readCosmosMsg(message.json, contract);
  if (request.kind === "finalize") return undefined;
  const answers = request.messages.map((packed) => runRouted(needs.router(), ctx, packed, contract));
  // Compat: a reply shows the first message's response (x/compute keeper/msg_dispatcher.go).
  return answers[0];
}

/** Runs in a branch, with the sub-message's gas limit when it is lower than the remaining gas. */
function attempt(to: Targets, ctx: WriteCtx, parent: Parent, message: SubMessage): SubMessageResult {
  const limit = message.gasLimit;
  const limited = limit !== undefined && limit < ctx.gas.remaining;
  const meter = limited ? new GasMeter(limit) : ctx.gas;
  const branch = ctx.branch(meter);
  try {
    const data = runOne(to, branch.ctx, parent, message);
    branch.write();
    return { ok: true, data, events: passedOn(branch.events, message.wasm !== undefined) };
  } catch (thrown) {
    if (thrown instanceof OutOfGas && limited) {
      return { ok: false, error: SdkError.outOfGas("SubMsg hit gas limit"), events: [] };
    }
    // A panic ends the transaction (x/compute msg_dispatcher.go): no contract handles it.
    if (!(thrown instanceof ChainError) || isPanic(thrown)) throw thrown;
    return { ok: false, error: thrown, events: [] };
  } finally {
    if (limited) ctx.gas.consume(meter.consumedToLimit, "From limited Sub-Message");
  }
}

/** The text that a parent may see of a failure that is not the called contract's own. */
const shown = ({ message, codespace, code }: ChainError, revealErrors: boolean): string =>
  revealErrors
    ? message
    : `the error was redacted (codespace: ${codespace}, code: ${code}). For more info use latest localsecret and reproduce the issue`;

/**
 * Events of a contract call in the form for the enclave; a reply to other messages has no events.
 */
const replyEvents = (message: SubMessage, events: readonly ChainEvent[]) =>
  message.wasm === undefined
    ? []
    : events.map(({ type, attributes }) => ({
        type,
        attributes: attributes.map(([key, value, encrypted = false]) => ({ key, value, encrypted })),
      }));

/** Delivers the reply. Returns the parent's new response data; undefined leaves it unchanged. */
function deliver(
  { needs, entries }: Targets,
  ctx: WriteCtx,
  parent: Parent,
  message: SubMessage,
  ran: SubMessageResult,
) {
  const { error } = ran;
  const text = error === undefined ? "" : shown(error, needs.revealErrors);
  if (error !== undefined && message.wasm !== undefined && !isContractError(error)) {
    // Compat: an encrypted call that failed outside of the contract fails its parent too, without a
    // code (msg_dispatcher.go).
    throw plainError(`an sdk error occurred while sending a sub-message: ${text}`, error);
  }
  assertShowable(ran.events);
  return entries.reply(ctx, {
    contract: parent.contract,
    parentId: parent.callId,
    childId: message.id,
    ok: ran.ok,
    data: ran.data,
    error: text,
    events: replyEvents(message, ran.events),
    depth: parent.depth + 1,
  });
}

const isFinalize = ({ wasm, json }: SubMessage): boolean =>
  wasm === undefined && toUtf8(json)?.startsWith('{"finalize_tx"') === true;

function dispatchAll(to: Targets, ctx: WriteCtx, parent: Parent, answer: CallAnswer): Uint8Array | undefined {
  let { data } = answer;
  for (const message of answer.messages) {
    if (ctx.tx?.marks.has(LAST_MESSAGE)) {
      throw SdkError.lastMessageMarker("Cannot send messages or submessages after last tx marker was set");
    }
    if (isFinalize(message)) {
      ctx.tx?.marks.add(LAST_MESSAGE);
      break;
    }
    const ran = attempt(to, ctx, parent, message);
    for (const event of ran.events) ctx.emit(event);
    if (wants(message.replyOn, ran.ok)) data = deliver(to, ctx, parent, message, ran) ?? data;
    else if (ran.error !== undefined) throw ran.error;
  }
  return data;
}

export const createDispatcher =
  (needs: ComputeNeeds, entries: Entries): Dispatcher =>
  (ctx, contract, answer, depth) => {
    try {
      return dispatchAll({ needs, entries }, ctx, { contract, callId: answer.callId, depth }, answer);
    } catch (thrown) {
      throw thrown instanceof ChainError && !isPanic(thrown) ? thrown.wrap("submessages") : thrown;
    }
  };
