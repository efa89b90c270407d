import { create, type Message } from "@bufbuild/protobuf";
import { encode } from "@sotto/codec";
import { ChainError, OutOfGas, SdkError } from "@sotto/errors";
import { TxMsgDataSchema } from "@sotto/proto/cosmos.base.abci.v1beta1";
import type { TxResult } from "./application.ts";
import type { BlockEvidence, BlockInfo, ChainEvent, ExecMode, TxInfo, WriteCtx } from "./ctx.ts";
import { GasMeter, NO_LIMIT } from "./gas.ts";
import type { MsgRoute, Router } from "./router.ts";
import { createCtx } from "./runtimeCtx.ts";
import type { Branch } from "./stores.ts";

/** A message of a transaction, decoded, with the route that handles it. */
export interface TxMessage {
  readonly route: MsgRoute;
  readonly message: Message;
}

/** What the kernel needs to know of a transaction; the ante steps know more (their own T). */
export interface RunnableTx {
  readonly bytes: Uint8Array;
  readonly messages: readonly TxMessage[];
  /** The fee's gas limit. */
  readonly gasWanted: bigint;
}

/**
 * One step of the ante pipeline. Throws to refuse; may return the context that the following steps and the messages
 * run with (the step that sets the gas meter does).
 */
export type AnteStep<T> = (ctx: WriteCtx, tx: T) => WriteCtx | undefined;

/** How a chain runs transactions. */
export interface TxRunner<T extends RunnableTx> {
  /** Throws ChainError (sdk/2) for bytes that are not a transaction. */
  readonly decode: (bytes: Uint8Array) => T;
  /** Runs without a meter, before the fee and signatures are looked at. Throws. */
  readonly validateBasic: (tx: T) => void;
  readonly ante: readonly AnteStep<T>[];
  readonly router: Router;
  /** Bech32 of the first signer of a message, by its position. */
  readonly sender: (tx: T, index: number) => string;
  /** Who signed: known only to who decoded. */
  readonly signers: (ctx: WriteCtx, tx: T) => TxInfo["signers"];
}

export interface RunBase {
  readonly mode: ExecMode;
  readonly block: BlockInfo;
  readonly branch: Branch;
  readonly evidence?: BlockEvidence | undefined;
  /** Position in the block, -1 outside one. */
  readonly index: number;
  /** Gas that earlier transactions of the block used. */
  readonly blockGas: bigint;
}

const EMPTY = new Uint8Array(0);

/** A failure as the transaction's result. What is not a failure of the transaction is rethrown: it must stop the node. */
function failed(thrown: unknown, wanted: bigint, meter: GasMeter, events: readonly ChainEvent[]): TxResult {
  const gasUsed = BigInt(meter.consumed);
  let error: ChainError;
  if (thrown instanceof ChainError) error = thrown;
  else if (thrown instanceof OutOfGas) {
    error = SdkError.outOfGas(`${thrown.message}; gasWanted: ${wanted}, gasUsed: ${gasUsed}`);
  } else throw thrown;
  return {
    code: error.code,
    codespace: error.codespace,
    data: EMPTY,
    log: error.message,
    gasWanted: wanted,
    gasUsed,
    events,
  };
}

const indexed = (event: ChainEvent, index: number): ChainEvent => ({
  type: event.type,
  attributes: [...event.attributes, ["msg_index", String(index)]],
});

/** The events of one message: the SDK's own first, `module` only if the handler named none (chain-surface 1.6). */
function messageEvents(typeUrl: string, sender: string, own: readonly ChainEvent[], index: number): ChainEvent[] {
  const namesModule = own.some((event) => event.attributes.some(([key]) => key === "module"));
  const attributes: (readonly [string, string])[] = [
    ["action", typeUrl],
    ["sender", sender],
  ];
  if (!namesModule) attributes.push(["module", moduleOf(typeUrl)]);
  return [{ type: "message", attributes }, ...own].map((event) => indexed(event, index));
}

/** `/cosmos.bank.v1beta1.MsgSend` is of module `bank` (SDK baseapp createEvents: the second word of the type). */
const moduleOf = (typeUrl: string): string => typeUrl.split(".")[1] ?? "";

function runMessages<T extends RunnableTx>(runner: TxRunner<T>, ctx: WriteCtx, tx: T, info: Omit<TxInfo, "messageIndex">, within: RunBase) {
  const responses: { typeUrl: string; value: Uint8Array }[] = [];
  const events: ChainEvent[] = [];
  tx.messages.forEach((each, messageIndex) => {
    const own: ChainEvent[] = [];
    const messageCtx = createCtx({ ...within, gas: ctx.gas, tx: { ...info, messageIndex } }, own);
    try {
      const output = each.route.handle(messageCtx, each.message);
      responses.push({
        typeUrl: `/${each.route.output.typeName}`,
        value: encode(each.route.output, create(each.route.output, output)),
      });
    } catch (thrown) {
      if (thrown instanceof ChainError) throw thrown.wrap(`failed to execute message; message index: ${messageIndex}`);
      throw thrown;
    }
    events.push(...messageEvents(each.route.typeUrl, runner.sender(tx, messageIndex), own, messageIndex));
  });
  return { events, data: encode(TxMsgDataSchema, create(TxMsgDataSchema, { msgResponses: responses })) };
}

/**
 * Runs one transaction: ante pipeline on a branch that is kept when it passes, then all messages on a branch that is
 * kept when all of them pass. In check modes only the ante pipeline runs.
 */
export function runTx<T extends RunnableTx>(runner: TxRunner<T>, base: RunBase, bytes: Uint8Array): TxResult {
  const free = new GasMeter(NO_LIMIT);
  let tx: T;
  try {
    tx = runner.decode(bytes);
    runner.validateBasic(tx);
  } catch (thrown) {
    return failed(thrown, 0n, free, []);
  }

  const anteBranch = base.branch.branch();
  const anteEvents: ChainEvent[] = [];
  let ctx: WriteCtx = createCtx({ ...base, gas: free, branch: anteBranch }, anteEvents);
  let wanted = 0n;
  try {
    for (const step of runner.ante) {
      const next = step(ctx, tx);
      if (next !== undefined) {
        ctx = next;
        wanted = tx.gasWanted;
      }
    }
  } catch (thrown) {
    return failed(thrown, wanted, ctx.gas === free ? new GasMeter(0) : ctx.gas, []);
  }
  const info = { bytes, index: base.index, blockGas: base.blockGas, marks: new Set<string>(), signers: runner.signers(ctx.withGas(new GasMeter(NO_LIMIT)), tx) };
  anteBranch.write();

  if (base.mode === "check" || base.mode === "recheck") {
    return { code: 0, codespace: "", data: EMPTY, log: "", gasWanted: wanted, gasUsed: BigInt(ctx.gas.consumed), events: anteEvents };
  }

  const messageBranch = base.branch.branch();
  try {
    const { events, data } = runMessages(runner, ctx, tx, info, { ...base, branch: messageBranch });
    messageBranch.write();
    return {
      code: 0,
      codespace: "",
      data,
      log: "",
      gasWanted: wanted,
      gasUsed: BigInt(ctx.gas.consumed),
      events: [...anteEvents, ...events],
    };
  } catch (thrown) {
    return failed(thrown, wanted, ctx.gas, anteEvents);
  }
}
