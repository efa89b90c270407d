// SPDX-License-Identifier: Apache-2.0
import type { ChainEvent, WriteCtx } from "@sotto/kernel";
import type { SubMessage } from "@sotto/protocol";
import { ComputeError } from "./errors.ts";

// Prices for work and storage of contracts that the protocol does not price. Events leave the
// enclave, are stored with the block's results and indexed. A message is recorded, encrypted,
// dispatched and gets a branch, even if it does nothing. An ordinary transaction stays within its
// allowances, so its gas equals the reference's (spec/gas.md 9; ADR 43, ADR 52).

/** Bytes of contracts' events in a transaction that cost no gas. */
export const FREE_EVENT_BYTES = 65_536;

/** SDK gas of each further byte: the price of a byte of a row (gasKv.ts). */
export const GAS_PER_EVENT_BYTE = 5;

/**
 * Maximum bytes of contracts' events in one transaction: the default size limit of an answer in
 * gRPC clients.
 */
export const MAX_EVENT_BYTES = 4 * 1024 * 1024;

/**
 * Bytes that an event and each of its attributes count besides their texts: the size of their
 * objects in memory.
 */
const OBJECT_BYTES = 96;

/** Messages of contracts in a transaction that cost no gas: the maximum of one response. */
export const FREE_MESSAGES = 1_024;

/** SDK gas of each further message, for 5 us of work. */
export const GAS_PER_MESSAGE = 40;

/** Bytes of such a message for one SDK gas: they are encrypted, copied and opened. */
export const MESSAGE_BYTES_PER_GAS = 128;

const USED = "compute/event-bytes";
const SENT = "compute/messages";

/**
 * The size of a list of events: UTF-16 units of its texts, which are nearly all ASCII, and
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
 * Emits a contract's events and charges those beyond the transaction's allowance. Throws
 * ComputeError.limit and OutOfGas. Events of an undone sub-message count as well.
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
 * Charges the messages of a response beyond the transaction's allowance, before the first one runs.
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
