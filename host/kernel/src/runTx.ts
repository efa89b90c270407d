// SPDX-License-Identifier: Apache-2.0
import { create, type Message, type MessageInitShape } from "@bufbuild/protobuf";
import type { AnySchema } from "@bufbuild/protobuf/wkt";
import { encode } from "@sotto/codec";
import { ChainError, OutOfGas, recoveredPanic, SdkError } from "@sotto/errors";
import { NumberFault } from "@sotto/math";
import { TxMsgDataSchema } from "@sotto/proto/cosmos.base.abci.v1beta1";
import type { TxResult } from "./application.ts";
import type { BlockMemory } from "./blockMemory.ts";
import type { BlockInfo, BlockProof, ChainAttribute, ChainEvent, ExecMode, ReadCtx, TxInfo, WriteCtx } from "./ctx.ts";
import { GasMeter, NO_LIMIT } from "./gas.ts";
import type { MsgRoute } from "./handlers.ts";
import { isPanic } from "./queryError.ts";
import type { Router } from "./router.ts";
import { createCtx } from "./runtimeCtx.ts";
import type { Branch } from "./stores.ts";

/** A message of a transaction, decoded, with the route that handles it. */
export interface TxMessage {
  readonly route: MsgRoute;
  readonly message: Message;
}

/** The data of a transaction that the kernel reads; the ante steps read more (their own T). */
export interface RunnableTx {
  readonly bytes: Uint8Array;
  readonly messages: readonly TxMessage[];
  /** The fee's gas limit. */
  readonly gasWanted: bigint;
}

/**
 * One step of the ante pipeline. Throws to refuse; may return the context that the following steps
 * and the messages run with (the step that sets the gas meter does).
 */
export type AnteStep<T> = (ctx: WriteCtx, tx: T) => WriteCtx | undefined;

/** The functions with which a chain runs transactions. */
export interface TxRunner<T extends RunnableTx> {
  /**
   * Throws ChainError (sdk/2) for bytes that are not a transaction, or for a message that blocks of
   * that height do not know.
   */
  readonly decode: (bytes: Uint8Array, height: number) => T;
  /**
   * Makes the reads of the chain before the ante steps. Their gas is not on the transaction's
   * meter, but a transaction that fails before the ante steps has used it (SDK baseapp
   * getContextForTx).
   */
  readonly begin: (ctx: ReadCtx) => void;
  readonly ante: readonly AnteStep<T>[];
  readonly router: Router;
  /** Bech32 of the first signer of a message, by its position. */
  readonly sender: (tx: T, index: number) => string;
  /** The signers, which only the decoder knows. */
  readonly signers: (ctx: WriteCtx, tx: T) => TxInfo["signers"];
}

export interface RunBase {
  readonly mode: ExecMode;
  readonly block: BlockInfo;
  readonly branch: Branch;
  readonly proof?: BlockProof | undefined;
  /** Position in the block, -1 outside of a block. */
  readonly index: number;
  /**
   * Gas of earlier transactions of the block, against its limit. Counts only in deliver mode.
   */
  readonly blockMeter: GasMeter;
  /** The free memory of the block, which `branch` uses. Only in deliver mode. */
  readonly memory?: BlockMemory | undefined;
  /** Gas limit of a simulation; absent: no limit. */
  readonly gasLimit?: number;
}

/**
 * A mark of the transaction: no message runs after the one that set it (spec/transactions.md 4.4).
 */
export const LAST_MESSAGE = "last-message";

const EMPTY = new Uint8Array(0);
/** A meter without a limit reports this limit (SDK infiniteGasMeter). */
const MAX_U64 = (1n << 64n) - 1n;

/**
 * The gas of a transaction at one point of its execution: the wanted gas, and the current meter.
 */
interface GasUse {
  readonly wanted: bigint;
  readonly meter: GasMeter;
}

const noGas: GasUse = { wanted: 0n, meter: new GasMeter(0) };

const gasOf = ({ wanted, meter }: GasUse) => ({
  // Compat: ABCI's field is signed, and a limit above it wraps (SDK baseapp,
  // int64(gInfo.GasWanted)).
  gasWanted: BigInt.asIntN(64, wanted),
  gasUsed: BigInt(meter.consumed),
});

/**
 * A failure as the transaction's result. Other thrown values are rethrown: they must stop the node.
 */
function failed(thrown: unknown, spent: GasUse, events: readonly ChainEvent[]): TxResult {
  const gas = gasOf(spent);
  const error = failureOf(thrown, spent.wanted, gas.gasUsed);
  if (error === undefined) throw thrown;
  const { code, codespace, message: log } = error;
  return { code, codespace, data: EMPTY, log, ...gas, events };
}

/**
 * The failure of the transaction that a thrown value means; undefined for values that stop the
 * node.
 */
function failureOf(thrown: unknown, wanted: bigint, used: bigint): ChainError | undefined {
  if (thrown instanceof ChainError) {
    return isPanic(thrown) ? recoveredPanic(`recovered: ${thrown.detail}`, thrown) : thrown;
  }
  if (thrown instanceof OutOfGas) {
    return SdkError.outOfGas(`${thrown.message}; gasWanted: ${wanted}, gasUsed: ${used}`);
  }
  // The SDK's math panics, and a panic inside a transaction is recovered (SDK baseapp/recovery.go).
  return thrown instanceof NumberFault ? recoveredPanic(`recovered: ${thrown.message}`, thrown) : undefined;
}

/**
 * Adds the events of one message: the SDK's own first, `module` only if the handler set no module
 * (spec/transactions.md 4.2); each has the message's position.
 */
function addMessageEvents(
  to: ChainEvent[],
  typeUrl: string,
  sender: string,
  own: readonly ChainEvent[],
  index: string,
): void {
  const attributes: ChainAttribute[] = [
    ["action", typeUrl],
    ["sender", sender],
  ];
  if (!namesModule(own)) attributes.push(["module", moduleOf(typeUrl)]);
  attributes.push(["msg_index", index]);
  to.push({ type: "message", attributes });
  for (const { type, attributes } of own) to.push({ type, attributes: [...attributes, ["msg_index", index]] });
}

const namesModule = (events: readonly ChainEvent[]): boolean =>
  events.some(({ attributes }) => attributes.some(([key]) => key === "module"));

/**
 * `/cosmos.bank.v1beta1.MsgSend` belongs to module `bank` (SDK baseapp createEvents: the second
 * word of the type).
 */
const moduleOf = (typeUrl: string): string => typeUrl.split(".")[1] ?? "";

/** A transaction that has passed the ante steps. */
interface PassedTx<T> {
  readonly tx: T;
  readonly spent: GasUse;
  readonly anteEvents: readonly ChainEvent[];
  readonly info: Omit<TxInfo, "messageIndex">;
}

/** Runs all messages on a branch. Returns the events of the transaction and its data. */
function runMessages<T extends RunnableTx>(runner: TxRunner<T>, base: RunBase, passed: PassedTx<T>, branch: Branch) {
  const { mode, block, proof } = base;
  const { tx, info } = passed;
  const gas = passed.spent.meter;
  const msgResponses: MessageInitShape<typeof AnySchema>[] = [];
  const events = [...passed.anteEvents];
  for (const [messageIndex, { route, message }] of tx.messages.entries()) {
    if (info.marks.has(LAST_MESSAGE)) {
      throw SdkError.lastMessageMarker(
        `message was attempted but last message was marked by a contract; message index: ${messageIndex}`,
      );
    }
    const own: ChainEvent[] = [];
    const ctx = createCtx({ mode, block, gas, branch, tx: { ...info, messageIndex }, proof }, own);
    try {
      const value = encode(route.output, create(route.output, route.handle(ctx, message)));
      msgResponses.push({ typeUrl: `/${route.output.typeName}`, value });
    } catch (thrown) {
      if (!(thrown instanceof ChainError) || isPanic(thrown)) throw thrown;
      throw thrown.wrap(`failed to execute message; message index: ${messageIndex}`);
    }
    addMessageEvents(events, route.typeUrl, runner.sender(tx, messageIndex), own, String(messageIndex));
  }
  return { events, data: encode(TxMsgDataSchema, create(TxMsgDataSchema, { msgResponses })) };
}

function decodeAndCheck<T extends RunnableTx>(runner: TxRunner<T>, bytes: Uint8Array, height: number): T {
  const tx = runner.decode(bytes, height);
  if (tx.messages.length === 0) throw SdkError.invalidRequest("must contain at least one message");
  for (const { route, message } of tx.messages) route.check?.(message);
  return tx;
}

/** The progress of a transaction before the block's gas is charged. */
interface Attempt {
  readonly result: TxResult;
  readonly spent: GasUse;
  readonly anteEvents: readonly ChainEvent[];
  /** The writes of all messages, if they passed. */
  readonly writes?: Branch;
}

/**
 * Runs one transaction (SDK baseapp runTx): stateless checks; the ante pipeline on a branch, which
 * is merged when it passes; all messages on a branch, which is merged when all of them pass and the
 * block has the gas that they used and the memory for their rows (`BlockMemory`). In check modes
 * messages do not run.
 */
export function runTx<T extends RunnableTx>(runner: TxRunner<T>, base: RunBase, bytes: Uint8Array): TxResult {
  const { mode, blockMeter, memory, branch } = base;
  if (mode === "deliver" && blockMeter.isExhausted) {
    return failed(SdkError.outOfGas("no block gas left to run tx"), noGas, []);
  }
  const result = runOnce(runner, base, bytes);
  memory?.settle(branch.held);
  if (result.code !== 0) memory?.noteFailure(base.index);
  return result;
}

function runOnce<T extends RunnableTx>(runner: TxRunner<T>, base: RunBase, bytes: Uint8Array): TxResult {
  const { mode, blockMeter, memory } = base;
  const { result, spent, anteEvents, writes } = attempt(runner, base, bytes);
  try {
    if (mode === "deliver") blockMeter.consume(spent.meter.consumedToLimit, "block gas meter");
    memory?.takeResult(result);
  } catch (thrown) {
    return failed(thrown, spent, anteEvents);
  }
  writes?.write();
  return result;
}

function attempt<T extends RunnableTx>(runner: TxRunner<T>, base: RunBase, bytes: Uint8Array): Attempt {
  const { mode, block, proof } = base;
  const branch = base.branch.branch();
  const anteEvents: ChainEvent[] = [];
  const outside = new GasMeter(base.gasLimit ?? NO_LIMIT);
  let ctx: WriteCtx = createCtx({ mode, block, gas: outside, branch, tx: undefined, proof }, anteEvents);
  let spent: GasUse = { wanted: 0n, meter: outside };
  let tx: T;
  try {
    runner.begin(ctx);
    tx = decodeAndCheck(runner, bytes, base.block.height);
  } catch (thrown) {
    // In a block, bytes that are not a transaction use no gas.
    if (mode === "deliver" && ChainError.is(thrown, SdkError.txDecode)) spent = noGas;
    return { result: failed(thrown, spent, []), spent, anteEvents: [] };
  }
  // Compat: until a step makes the transaction's meter, gas has no limit, and ABCI's field reports
  // that (SDK baseapp runTx).
  spent = { wanted: MAX_U64, meter: outside };
  try {
    for (const step of runner.ante) {
      const next = step(ctx, tx);
      if (next === undefined) continue;
      ctx = next;
      spent = { wanted: mode === "simulate" ? MAX_U64 : tx.gasWanted, meter: next.gas };
    }
  } catch (thrown) {
    return { result: failed(thrown, spent, []), spent, anteEvents: [] };
  }
  const signers = runner.signers(ctx.withGas(new GasMeter(NO_LIMIT)), tx);
  branch.write();
  if (mode === "check" || mode === "recheck") {
    const result = { code: 0, codespace: "", data: EMPTY, log: "", ...gasOf(spent), events: anteEvents };
    return { result, spent, anteEvents };
  }
  const info = {
    bytes,
    index: base.index,
    blockGas: BigInt(base.blockMeter.consumed),
    earlier: base.memory?.earlier ?? { failed: new Set<number>(), notes: new Map<string, number>() },
    marks: new Set<string>(),
    used: new Map<string, number>(),
    signers,
  };
  return deliver(runner, base, { tx, spent, anteEvents, info });
}

function deliver<T extends RunnableTx>(runner: TxRunner<T>, base: RunBase, passed: PassedTx<T>): Attempt {
  const { spent, anteEvents } = passed;
  const writes = base.branch.branch();
  try {
    const { events, data } = runMessages(runner, base, passed, writes);
    const result = { code: 0, codespace: "", data, log: "", ...gasOf(spent), events };
    return { result, spent, anteEvents, writes };
  } catch (thrown) {
    return { result: failed(thrown, spent, anteEvents), spent, anteEvents };
  }
}
