// SPDX-License-Identifier: Apache-2.0
/**
 * Notifications that only their receiver can find and read (SNIP-52, sections "Notification ID
 * Algorithm" and "Notification Data Algorithms").
 */
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";
import { UnexpectedAnswer } from "./errors.ts";

/** A channel of one receiver. */
export interface Channel {
  readonly id: string;
  /** 32 bytes, shared with the contract. */
  readonly seed: Uint8Array;
  /** The number of the next notification in counter mode; absent in TxHash mode. */
  readonly counter?: bigint;
}

/** A transaction in a block. */
export interface TxPlace {
  /** Upper-case hex, 64 digits. */
  readonly hash: string;
  readonly height: number;
}

const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

const saltText = ({ counter }: Channel, { hash }: TxPlace): string => (counter === undefined ? hash : String(counter));

function saltBytes({ counter }: Channel, { hash }: TxPlace): Uint8Array {
  if (counter === undefined) return hexToBytes(hash).subarray(0, NONCE_LENGTH);
  const bytes = new Uint8Array(NONCE_LENGTH);
  new DataView(bytes.buffer).setBigUint64(4, counter);
  return bytes;
}

/** The key of the attribute that notifies the receiver, as base64. */
export const notificationId = (channel: Channel, place: TxPlace): string =>
  base64.encode(hmac(sha256, channel.seed, utf8ToBytes(`${channel.id}:${saltText(channel, place)}`)));

/**
 * Opens the data of a notification: CBOR as the channel's CDDL says, padded with zeros. Undefined
 * for bytes that were not made for this channel and transaction: decoys look alike.
 */
export function openNotification(channel: Channel, place: TxPlace, payload: Uint8Array): Uint8Array | undefined {
  if (payload.length < TAG_LENGTH) return undefined;
  const salt = saltBytes(channel, place);
  const nonce = sha256(utf8ToBytes(channel.id))
    .subarray(0, NONCE_LENGTH)
    .map((byte, i) => byte ^ (salt[i] ?? 0));
  const context = utf8ToBytes(`${place.height}:${place.hash}`);
  try {
    return chacha20poly1305(channel.seed, nonce, context).decrypt(payload);
  } catch {
    return undefined;
  }
}

/**
 * The attribute keys in use: the standard's examples have the id alone, secret-toolkit a prefix.
 */
const PREFIXES = ["wasm.", "wasm.snip52:"];

/** A notification for the receiver of a channel. */
export interface Notification extends TxPlace {
  readonly channel: string;
  /** CBOR as the channel's CDDL says, padded with zeros. */
  readonly data: Uint8Array;
}

/** Reads the events of a contract's transactions as the receiver of one channel, in order. */
export class Receiver {
  #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** The notifications in one transaction; in counter mode each moves the counter. */
  read(tx: TxPlace & { readonly events: Readonly<Record<string, readonly string[]>> }): Notification[] {
    const { hash, height, events } = tx;
    const found: Notification[] = [];
    for (;;) {
      const id = notificationId(this.#channel, tx);
      const opened = PREFIXES.flatMap((prefix) => events[prefix + id] ?? []).flatMap((text) => {
        const data = openNotification(this.#channel, tx, fromBase64(text));
        return data === undefined ? [] : [{ channel: this.#channel.id, hash, height, data }];
      });
      found.push(...opened);
      const { counter } = this.#channel;
      if (counter === undefined || opened.length === 0) return found;
      this.#channel = { ...this.#channel, counter: counter + 1n };
    }
  }
}

function fromBase64(text: string): Uint8Array {
  try {
    return base64.decode(text);
  } catch {
    return new Uint8Array(0);
  }
}

interface ChannelAnswer {
  readonly channel?: string;
  readonly seed?: string;
  readonly mode?: string;
  readonly counter?: string;
  readonly next_id?: string;
}

/** The answer of `channel_info` for one channel. Throws UnexpectedAnswer for another form. */
export function channelOf(id: string, answer: unknown): Channel {
  const { channel_info: info } = answer as { readonly channel_info?: { readonly channels?: readonly ChannelAnswer[] } };
  const found = info?.channels?.find(({ channel }) => channel === id);
  const { seed, mode, counter, next_id } = found ?? {};
  if (seed === undefined) throw new UnexpectedAnswer(`the contract has no channel "${id}"`);
  const bytes = fromBase64(seed);
  if (mode === "txhash") return { id, seed: bytes };
  if (mode !== "counter" || counter === undefined || next_id === undefined)
    throw new UnexpectedAnswer(`the channel "${id}" has the mode ${mode}, which this client does not know`);
  // The standard leaves open whether the counter is of the last or of the next notification.
  const next = [BigInt(counter), BigInt(counter) + 1n]
    .map((value): Channel => ({ id, seed: bytes, counter: value }))
    .find((channel) => notificationId(channel, { hash: "", height: 0 }) === next_id);
  if (next === undefined) throw new UnexpectedAnswer(`the channel "${id}" counts in another way`);
  return next;
}
