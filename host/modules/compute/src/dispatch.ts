import type { DescMessage } from "@bufbuild/protobuf";
import { formatAddress, mustAddress } from "@sotto/address";
import { toUtf8 } from "@sotto/bytes";
import { compareText } from "@sotto/codec";
import { ChainError, OutOfGas, plainError, SdkError } from "@sotto/errors";
import { type ChainEvent, GasMeter, LAST_MESSAGE, type WriteCtx } from "@sotto/kernel";
import {
  MsgClearAdminSchema,
  MsgExecuteContractSchema,
  MsgInstantiateContractSchema,
  MsgMigrateContractSchema,
  MsgUpdateAdminSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { type CallAnswer, ReplyOn, type SubMessage, WasmKind, type WasmMessage } from "@sotto/protocol";
import { bech32, checkLabel, checkNewAdmin, checkPlain, failedBasicValidation, fundsOf } from "./checks.ts";
import { isAddress, readCosmosMsg } from "./cosmosMsg.ts";
import { ComputeError } from "./errors.ts";
import { eventBytes } from "./eventGas.ts";
import type { AdminInput, ExecuteInput, InstantiateInput, MigrateInput, Origin, ReplyInput } from "./inputs.ts";
import type { ComputeNeeds } from "./needs.ts";
import { runRouted } from "./routed.ts";

/** The keeper's entry points that sub-messages reach. */
export interface Entries {
  execute(ctx: WriteCtx, input: ExecuteInput, origin: Origin): Uint8Array | undefined;
  instantiate(ctx: WriteCtx, input: InstantiateInput, origin: Origin): { readonly data: Uint8Array | undefined };
  migrate(ctx: WriteCtx, input: MigrateInput, origin: Origin): Uint8Array | undefined;
  updateAdmin(ctx: WriteCtx, input: AdminInput, origin: Origin): void;
  reply(ctx: WriteCtx, input: ReplyInput): Uint8Array | undefined;
}

/** Runs the sub-messages of an answer in order; the last reply that returns data overrides the response data. */
export type Dispatcher = (
  ctx: WriteCtx,
  contract: Uint8Array,
  answer: CallAnswer,
  depth: number,
) => Uint8Array | undefined;

/** Deepest run of a contract that keeps what it did, replies counted as the calls that they answer are (spec/modules.md 8.9). */
export const MAX_CALL_DEPTH = 100;
/**
 * Most bytes of events that a reply shows: no gas pays for them, a deep tree of calls collects many, and they cross to
 * the enclave in one frame.
 */
const MAX_REPLY_EVENTS = 4 * 1024 * 1024;

function assertShowable(events: readonly ChainEvent[]): void {
  if (eventBytes(events) > MAX_REPLY_EVENTS) {
    throw ComputeError.limit("the events of a sub-message are too many for a reply");
  }
}

interface Ran {
  readonly ok: boolean;
  readonly data?: Uint8Array | undefined;
  readonly error?: ChainError;
  readonly events: readonly ChainEvent[];
}

/** Events of a sub-message as its parent passes them on: no `message` events; wasm ones sorted by key, stably. */
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
 * Compat: whether a call failed in the contract that it called, is told by the text (msg_dispatcher.go redactError): not so when the
 * enclave stopped the contract, nor when something failed that the contract sent.
 */
const isContractError = ({ message }: ChainError): boolean => message.startsWith("encrypted:");

/** A contract's call of another contract, in the form of a message. */
const SENT_AS = new Map<number, DescMessage>([
  [WasmKind.execute, MsgExecuteContractSchema],
  [WasmKind.instantiate, MsgInstantiateContractSchema],
  [WasmKind.migrate, MsgMigrateContractSchema],
  [WasmKind.updateAdmin, MsgUpdateAdminSchema],
  [WasmKind.clearAdmin, MsgClearAdminSchema],
]);

/** The message that a call of a contract is: what encoding it finds (handler_plugin.go EncodeWasmMsg), then its own checks. */
function checkWasm(wasm: WasmMessage, sender: Uint8Array, { name }: DescMessage): void {
  const { kind, contract, funds } = wasm;
  if (kind === WasmKind.execute && !isAddress(contract)) throw SdkError.invalidAddress(contract.slice(0, 128));
  checkPlain(funds);
  try {
    checkMessage(wasm, sender);
  } catch (thrown) {
    throw thrown instanceof ChainError ? thrown.wrap(failedBasicValidation(name)) : thrown;
  }
}

function checkMessage({ kind, contract, codeId, funds, label, admin }: WasmMessage, sender: Uint8Array): void {
  switch (kind) {
    case WasmKind.execute:
      fundsOf(funds, "sentFunds");
      return;
    case WasmKind.instantiate:
      if (codeId === 0) throw SdkError.invalidRequest("code_id is required");
      checkLabel(label);
      fundsOf(funds);
      return;
    case WasmKind.migrate:
      if (codeId === 0) throw SdkError.invalidRequest("code id is required");
      bech32(contract, "contract");
      return;
    case WasmKind.updateAdmin:
      checkNewAdmin(formatAddress(sender), contract, admin);
      return;
    default:
      bech32(contract, "contract");
  }
}

export function createDispatcher(needs: ComputeNeeds, entries: Entries): Dispatcher {
  function runWasm(ctx: WriteCtx, contract: Uint8Array, wasm: WasmMessage, origin: Origin): Uint8Array | undefined {
    const sender = contract;
    const sentAs = SENT_AS.get(wasm.kind);
    if (sentAs === undefined) throw ComputeError.invalidMsg("Unknown variant of Wasm");
    checkWasm(wasm, sender, sentAs);
    needs.assertExecutable(ctx, `/${sentAs.typeName}`);
    switch (wasm.kind) {
      case WasmKind.execute:
        return entries.execute(
          ctx,
          { sender, contract: mustAddress(wasm.contract), msg: wasm.msg, funds: fundsOf(wasm.funds) },
          origin,
        );
      case WasmKind.instantiate:
        return entries.instantiate(
          ctx,
          {
            sender,
            codeId: BigInt(wasm.codeId),
            label: wasm.label,
            msg: wasm.msg,
            funds: fundsOf(wasm.funds),
            admin: wasm.admin,
          },
          origin,
        ).data;
      case WasmKind.migrate:
        return entries.migrate(
          ctx,
          { sender, contract: mustAddress(wasm.contract), codeId: BigInt(wasm.codeId), msg: wasm.msg },
          origin,
        );
      case WasmKind.updateAdmin:
      case WasmKind.clearAdmin:
        entries.updateAdmin(ctx, { sender, contract: mustAddress(wasm.contract), newAdmin: wasm.admin }, origin);
        return undefined;
      default:
        throw ComputeError.invalidMsg("Unknown variant of Wasm");
    }
  }

  function runOne(ctx: WriteCtx, contract: Uint8Array, message: SubMessage, depth: number): Uint8Array | undefined {
    if (message.wasm !== undefined) {
      return runWasm(ctx, contract, message.wasm, { callId: message.id, depth: depth + 1 });
    }
    const request = readCosmosMsg(message.json, contract);
    if (request.kind === "message") return runRouted(needs.router(), ctx, request.message, contract);
    return undefined;
  }

  /** Runs in a branch, under the sub-message's own gas limit when that is the lower one. */
  function attempt(ctx: WriteCtx, contract: Uint8Array, message: SubMessage, depth: number): Ran {
    const limit = message.gasLimit;
    const limited = limit !== undefined && limit < ctx.gas.remaining;
    const meter = limited ? new GasMeter(limit) : ctx.gas;
    const branch = ctx.branch(meter);
    try {
      const data = runOne(branch.ctx, contract, message, depth);
      branch.write();
      return { ok: true, data, events: passedOn(branch.events, message.wasm !== undefined) };
    } catch (thrown) {
      if (thrown instanceof OutOfGas && limited) {
        return { ok: false, error: SdkError.outOfGas("SubMsg hit gas limit"), events: [] };
      }
      if (!(thrown instanceof ChainError)) throw thrown;
      return { ok: false, error: thrown, events: [] };
    } finally {
      if (limited) ctx.gas.consume(meter.consumedToLimit, "From limited Sub-Message");
    }
  }

  /** What a parent may see of a failure that is not the contract's own. */
  const shown = (error: ChainError): string =>
    needs.revealErrors
      ? error.message
      : `the error was redacted (codespace: ${error.codespace}, code: ${error.code}). For more info use latest localsecret and reproduce the issue`;

  /** The parent's response data after the reply; undefined leaves it as it was. */
  function deliver(
    ctx: WriteCtx,
    contract: Uint8Array,
    parentId: number,
    message: SubMessage,
    ran: Ran,
    depth: number,
  ) {
    const { error } = ran;
    if (error !== undefined && message.wasm !== undefined && !isContractError(error)) {
      // Compat: an encrypted call that failed outside of the contract fails its parent too, without a code (msg_dispatcher.go).
      throw plainError(`an sdk error occurred while sending a sub-message: ${shown(error)}`, error);
    }
    assertShowable(ran.events);
    return entries.reply(ctx, {
      contract,
      parentId,
      childId: message.id,
      ok: ran.ok,
      data: ran.data,
      error: error === undefined ? "" : shown(error),
      events:
        message.wasm === undefined
          ? []
          : ran.events.map(({ type, attributes }) => ({
              type,
              attributes: attributes.map(([key, value, encrypted = false]) => ({ key, value, encrypted })),
            })),
      depth: depth + 1,
    });
  }

  function dispatchAll(ctx: WriteCtx, contract: Uint8Array, answer: CallAnswer, depth: number): Uint8Array | undefined {
    let { data } = answer;
    for (const message of answer.messages) {
      if (ctx.tx?.marks.has(LAST_MESSAGE)) {
        throw SdkError.lastMessageMarker("Cannot send messages or submessages after last tx marker was set");
      }
      if (message.wasm === undefined && toUtf8(message.json)?.startsWith('{"finalize_tx"')) {
        ctx.tx?.marks.add(LAST_MESSAGE);
        break;
      }
      const ran = attempt(ctx, contract, message, depth);
      for (const event of ran.events) ctx.emit(event);
      if (wants(message.replyOn, ran.ok)) {
        data = deliver(ctx, contract, answer.callId, message, ran, depth) ?? data;
      } else if (ran.error !== undefined) {
        throw ran.error;
      }
    }
    return data;
  }

  return (ctx, contract, answer, depth) => {
    try {
      return dispatchAll(ctx, contract, answer, depth);
    } catch (thrown) {
      throw thrown instanceof ChainError ? thrown.wrap("submessages") : thrown;
    }
  };
}
