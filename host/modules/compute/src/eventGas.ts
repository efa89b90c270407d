import type { ChainEvent, WriteCtx } from "@sotto/kernel";
import { ComputeError } from "./errors.ts";

// The protocol has no price for events, but they leave the enclave, are kept with the block's results and are indexed. An
// ordinary transaction never uses its allowance up, so its gas is the reference's (ADR 43).

/** Bytes of contracts' events that a transaction has for nothing. */
export const FREE_EVENT_BYTES = 65_536;

/** SDK gas of a byte beyond: as much as a byte of a row costs (gasKv.ts). */
export const GAS_PER_EVENT_BYTE = 5;

/** Most bytes of contracts' events in one transaction: clients of gRPC take no longer answer unless they are told to. */
export const MAX_EVENT_BYTES = 4 * 1024 * 1024;

/** What an attribute counts beside its texts. */
const ATTRIBUTE_BYTES = 8;

const USED = "compute/event-bytes";

/** How much a list of events counts: UTF-16 units of its texts, which nearly all are ASCII, and a little for each attribute. */
export function eventBytes(events: readonly ChainEvent[]): number {
  let bytes = 0;
  for (const { type, attributes } of events) {
    bytes += type.length;
    for (const [key, value] of attributes) bytes += key.length + value.length + ATTRIBUTE_BYTES;
  }
  return bytes;
}

/**
 * Emits a contract's events and charges what the transaction's allowance does not hold. Throws ComputeError.limit and
 * OutOfGas. Events of a sub-message that is undone count as well: they were made.
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
