import type { ChainEvent, WriteCtx } from "@sotto/kernel";
import type { SubMessage } from "@sotto/protocol";
import { ComputeError } from "./errors.ts";

// What contracts give the chain to do and to keep, and the protocol has no price for: events leave
// the enclave, are kept with the block's results and are indexed; a message is recorded, encrypted,
// branched for and dispatched, even one that does nothing. An ordinary transaction never uses its
// allowances up, so its gas is the reference's (spec/gas.md 9; ADR 43, ADR 52).

/** Bytes of contracts' events that a transaction has for nothing. */
export const FREE_EVENT_BYTES = 65_536;

/** SDK gas of a byte beyond: as much as a byte of a row costs (gasKv.ts). */
export const GAS_PER_EVENT_BYTE = 5;

/**
 * Most bytes of contracts' events in one transaction: clients of gRPC take no longer answer unless
 * they are told to.
 */
export const MAX_EVENT_BYTES = 4 * 1024 * 1024;

/**
 * What an event and each of its attributes count beside their texts: the objects that they are in
 * memory.
 */
const OBJECT_BYTES = 96;

/** Messages of contracts that a transaction has for nothing: as many as one response may hold. */
export const FREE_MESSAGES = 1_024;

/** SDK gas of a message beyond: 5 us. */
export const GAS_PER_MESSAGE = 40;

/** Bytes of such a message that another SDK gas pays: they are encrypted, copied and opened. */
export const MESSAGE_BYTES_PER_GAS = 128;

const USED = "compute/event-bytes";
const SENT = "compute/messages";

/**
 * How much a list of events counts: UTF-16 units of its texts, which nearly all are ASCII, and
 * OBJECT_BYTES for each object.
 */
export function eventBytes(events: readonly ChainEvent[]): number {
  let bytes = 0;
  for (const { type, attributes } of events) {
    bytes += type.length + OBJECT_BYTES;
    for (const [key, value] of attributes) bytes += key.length + value.length + OBJECT_BYTES;
  }
  return bytes;
}

/**
 * Emits a contract's events and charges what the transaction's allowance does not hold. Throws
 * ComputeError.limit and OutOfGas. Events of a sub-message that is undone count as well: they were
 * made.
 */
export function emitPaid(ctx: WriteCtx, events: readonly ChainEvent[]): void {
  const used = ctx.tx?.used;
  if (used !== undefined) {
    const before = used.get(USED) ?? 0;
    const after = before + eventBytes(events);
    used.set(USED, after);
    if (after > MAX_EVENT_BYTES) throw ComputeError.limit(`contracts emit over ${MAX_EVENT_BYTES} bytes of events`);
    const paid = after - Math.max(before, FREE_EVENT_BYTES);
    if (paid > 0) ctx.gas.consume(paid * GAS_PER_EVENT_BYTE, "events");
  }
  for (const event of events) ctx.emit(event);
}

/**
 * Charges the messages of a response beyond the transaction's allowance, before the first is run.
 * Throws OutOfGas.
 */
export function paySent(ctx: WriteCtx, messages: readonly SubMessage[]): void {
  const used = ctx.tx?.used;
  if (used === undefined || messages.length === 0) return;
  const before = used.get(SENT) ?? 0;
  used.set(SENT, before + messages.length);
  let gas = 0;
  for (const { wasm, json } of messages.slice(Math.max(0, FREE_MESSAGES - before))) {
    gas += GAS_PER_MESSAGE + Math.floor(((wasm?.msg.length ?? 0) + json.length) / MESSAGE_BYTES_PER_GAS);
  }
  if (gas > 0) ctx.gas.consume(gas, "messages");
}
