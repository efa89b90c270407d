// SPDX-License-Identifier: Apache-2.0
import { ProtoWriter } from "@sotto/codec";
import { ChainError } from "@sotto/errors";
import type { Lane, Outcome } from "./calls.ts";
import { AbciError } from "./errors.ts";
import { FrameReader } from "./frames.ts";
import type { AbciLimits } from "./limits.ts";
import type { Method } from "./methods.ts";
import { openRequest } from "./requests.ts";
import { writeException, writeResponse } from "./responses.ts";

/** A socket as a session uses it. */
export interface Wire {
  /** Sends bytes; false when the peer does not take them, until the session's `drained`. */
  write(bytes: Uint8Array): boolean;
  /** Stops and continues the calls of `take`. */
  pause(): void;
  resume(): void;
  /** Runs a function after the work of this turn. */
  soon(run: () => void): void;
  /** Runs a function after `ms`; the result cancels it. */
  after(ms: number, run: () => void): () => void;
  /** Sends what was written, and closes. The text is for the log. */
  end(text: string): void;
}

/** A request without a written answer. */
interface Entry {
  readonly method: Method;
  readonly bytes: number;
  outcome: Outcome | undefined;
}

const NOTHING = new Uint8Array(0);
/** Bytes of answers that are written at once. */
const BATCH = 64 * 1024;

/** Bytes of a request that its connection may send. */
export const mostBytes = ({ kind }: Method, limits: AbciLimits): number =>
  kind === "consensus" ? limits.consensusBytes : limits.requestBytes;

/** Throws ChainError of AbciError for a request over its limit. */
export function assertSize(method: Method, length: number, limits: AbciLimits): void {
  const most = mostBytes(method, limits);
  if (length > most) throw AbciError.tooLarge(`${method.goName} of ${length} bytes, over ${most}`);
}

/**
 * One connection of the socket form: bytes in, frames of answers out, in the order of the requests.
 * Without sockets or clock. Memory: `pending` and `pendingBytes` of requests and one frame; answers
 * that the peer does not take hold back further calls.
 */
export class Session {
  readonly #lane: Lane;
  readonly #wire: Wire;
  readonly #limits: AbciLimits;
  readonly #reader: FrameReader;
  #entries: Entry[] = [];
  #bytes = 0;
  #out = new ProtoWriter(1024);
  #isWriteSoon = false;
  #isTaken = true;
  #isPaused = false;
  #isReading = false;
  #isOver = false;
  #cancelTimer: (() => void) | undefined;

  constructor(lane: Lane, wire: Wire, limits: AbciLimits) {
    this.#lane = lane;
    this.#wire = wire;
    this.#limits = limits;
    this.#reader = new FrameReader((method, length) => {
      assertSize(method, length, limits);
      lane.admit(method);
    });
  }

  /** Takes bytes of the peer. */
  take(chunk: Uint8Array): void {
    if (this.#isOver) return;
    this.#reader.push(chunk);
    this.#read();
  }

  /** The peer has taken all bytes. */
  drained(): void {
    if (this.#isOver) return;
    this.#isTaken = true;
    this.#lane.resume();
    this.#answer();
    this.#read();
  }

  /** The connection is closed. Returns what was cut off, for the log. */
  closed(): string | undefined {
    const isCut = !this.#isOver && this.#reader.isInside;
    const left = this.#entries.length;
    this.#stop();
    if (isCut) return "in the middle of a request";
    return left > 0 ? `before ${left} answers` : undefined;
  }

  get #isFull(): boolean {
    const { pending, pendingBytes } = this.#limits;
    return this.#entries.length >= pending || this.#bytes >= pendingBytes;
  }

  #read(): void {
    this.#isReading = true;
    try {
      while (!this.#isOver && !this.#isFull) {
        const frame = this.#reader.next();
        if (frame === undefined) break;
        this.#accept(frame.method, frame.bytes);
      }
    } catch (thrown) {
      if (!(thrown instanceof ChainError)) throw thrown;
      this.#end(thrown.message);
    } finally {
      this.#isReading = false;
    }
    if (!this.#isOver) this.#pace();
  }

  /** Reads on or not, and bounds the time of a frame that has begun. */
  #pace(): void {
    const isFull = this.#isFull;
    if (isFull !== this.#isPaused) {
      this.#isPaused = isFull;
      if (isFull) this.#wire.pause();
      else this.#wire.resume();
    }
    if (!this.#reader.isInside || isFull) {
      this.#cancelTimer?.();
      this.#cancelTimer = undefined;
    } else {
      const { frameMs } = this.#limits;
      this.#cancelTimer ??= this.#wire.after(frameMs, () => {
        this.#end(`a request was not whole after ${frameMs} ms`);
      });
    }
  }

  #accept(method: Method, bytes: Uint8Array): void {
    const entry: Entry = { method, bytes: bytes.length, outcome: undefined };
    const body = openRequest(method, bytes);
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
    if (method.name === "flush") {
      entry.outcome = { encoded: NOTHING };
      this.#answer();
      return;
    }
    this.#lane.add(method, body, (outcome) => {
      entry.outcome = outcome;
      if (entry !== this.#entries[0]) return;
      this.#answer();
      if (!this.#isReading) this.#read();
    });
  }

  /** Writes the answers that are due. */
  #answer(): void {
    let count = 0;
    let isFlush = false;
    for (const { method, bytes, outcome } of this.#entries) {
      if (outcome === undefined || !this.#isTaken || this.#isOver) break;
      count++;
      this.#bytes -= bytes;
      isFlush = method.name === "flush";
      if ("exception" in outcome) {
        writeException(this.#out, outcome.exception);
        this.#end(outcome.exception);
      } else this.#put(method, outcome.encoded);
    }
    if (count === 0) return;
    this.#entries.splice(0, count);
    if (this.#isOver) return;
    if (isFlush) this.#write();
    else if (!this.#isWriteSoon) {
      this.#isWriteSoon = true;
      this.#wire.soon(() => {
        this.#isWriteSoon = false;
        if (this.#isOver) return;
        this.#write();
      });
    }
  }

  #put(method: Method, encoded: Uint8Array): void {
    const long = writeResponse(this.#out, method, encoded);
    if (long !== undefined || this.#out.length >= BATCH) this.#write();
    if (long !== undefined) this.#send(long);
  }

  #write(): void {
    if (this.#out.length === 0) return;
    const isLarge = this.#out.length > BATCH;
    const bytes = isLarge ? this.#out.view() : this.#out.finish();
    if (isLarge) this.#out = new ProtoWriter(1024);
    else this.#out.reset();
    this.#send(bytes);
  }

  #send(bytes: Uint8Array): void {
    if (this.#wire.write(bytes)) return;
    this.#isTaken = false;
    this.#lane.pause();
  }

  #end(text: string): void {
    if (this.#isOver) return;
    this.#write();
    this.#stop();
    this.#wire.end(text);
  }

  #stop(): void {
    this.#isOver = true;
    this.#entries = [];
    this.#bytes = 0;
    this.#lane.close();
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
