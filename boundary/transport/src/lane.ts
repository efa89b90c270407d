// SPDX-License-Identifier: Apache-2.0
import { fromUtf8, toUtf8 } from "@sotto/bytes";
import { EnvironmentFault } from "@sotto/errors";
import { type FrameHandler, MAX_FRAME, type Peer } from "@sotto/protocol";

/**
 * One lane of shared memory between two threads that take turns. Word layout (Int32):
 * 0 the side that has the turn, 1 kind of the frame, 2 its total length, 3 length of the chunk in
 * the data area, 4 whether the other side has ended, 5 length of its reason behind the data area.
 * Frames longer than the data area travel in chunks, one turn each.
 */
const TURN = 0;
const KIND = 1;
const TOTAL = 2;
const CHUNK = 3;
const GONE = 4;
const REASON = 5;
const HEADER_BYTES = 64;

/** Turns. */
const HOST = 1;
const ENCLAVE = 2;

/** Kinds of frame. `more` requests the next chunk. */
const Kind = { request: 1, ask: 2, answer: 3, result: 4, more: 5 } as const;

/** Bytes of the data area: one chunk. Calls are 1-10 KiB; only blocks and code are larger. */
const AREA = 1 << 20;

/** Bytes of the text that says why a side has ended. */
const REASON_AREA = 1024;

/** Loads before a side goes to sleep (spec/boundary.md 6.2): about 50 us on the bench machine. */
const SPIN = 20_000;
/**
 * A contract may compute without a frame for all the gas of a call, 7 s on the bench machine and 26
 * s for the worst mix found (test/attack/work.test.ts): with a shorter limit a contract could stop
 * the node.
 */
const PATIENCE_MS = 300_000;
/** A sleeping side checks this often that the other side lives. */
const WAKE_MS = 500;

export interface LaneOptions {
  /** Loads to spin while a call is pending, before sleeping. 0 where cores are scarce. */
  readonly spin?: number;
  /** Longest silence of the other side inside a call, in milliseconds; a node fault after it. */
  readonly patienceMs?: number;
  /** Most MiB of long-lived objects of a worker's heap. Default: V8's own. */
  readonly oldMb?: number;
}

/** Shared memory for one lane. */
export const createLaneMemory = (): SharedArrayBuffer => new SharedArrayBuffer(HEADER_BYTES + AREA + REASON_AREA);

interface ReceivedFrame {
  readonly kind: number;
  readonly bytes: Uint8Array;
}

class Side {
  readonly #words: Int32Array;
  readonly #area: Uint8Array;
  readonly #reason: Uint8Array;
  readonly #me: number;
  readonly #other: number;
  readonly #spin: number;
  readonly #patienceMs: number;

  constructor(memory: SharedArrayBuffer, me: number, options: LaneOptions) {
    this.#words = new Int32Array(memory, 0, HEADER_BYTES / 4);
    this.#area = new Uint8Array(memory, HEADER_BYTES, AREA);
    this.#reason = new Uint8Array(memory, HEADER_BYTES + AREA);
    this.#me = me;
    this.#other = me === HOST ? ENCLAVE : HOST;
    this.#spin = options.spin ?? SPIN;
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
  }

  send(kind: number, bytes: Uint8Array): void {
    let sent = 0;
    do {
      const chunk = Math.min(AREA, bytes.length - sent);
      this.#area.set(bytes.subarray(sent, sent + chunk));
      this.#pass(kind, bytes.length, chunk);
      sent += chunk;
      if (sent < bytes.length) {
        this.await(this.#patienceMs);
        if (this.#words[KIND] !== Kind.more)
          throw new EnvironmentFault("the other side of the enclave lane broke a frame");
      }
    } while (sent < bytes.length);
  }

  /** Copies the frame out of shared memory before anyone parses it. */
  receive(patienceMs = this.#patienceMs): ReceivedFrame {
    this.await(patienceMs);
    const kind = this.#words[KIND] as number;
    const total = this.#words[TOTAL] as number;
    if (total < 0 || total > MAX_FRAME)
      throw new EnvironmentFault("the other side of the enclave lane sent a frame that is too long");
    const bytes = new Uint8Array(total);
    let at = 0;
    for (;;) {
      const chunk = this.#words[CHUNK] as number;
      if (chunk < 0 || chunk > AREA || chunk > total - at)
        throw new EnvironmentFault("the other side of the enclave lane broke a frame");
      bytes.set(this.#area.subarray(0, chunk), at);
      at += chunk;
      if (at === total) return { kind, bytes };
      this.#pass(Kind.more, 0, 0);
      this.await(this.#patienceMs);
    }
  }

  leave(reason = ""): void {
    const bytes = fromUtf8(reason).subarray(0, REASON_AREA);
    this.#reason.set(bytes);
    this.#words[REASON] = bytes.length;
    Atomics.store(this.#words, GONE, 1);
    Atomics.notify(this.#words, TURN);
  }

  #pass(kind: number, total: number, chunk: number): void {
    this.#words[KIND] = kind;
    this.#words[TOTAL] = total;
    this.#words[CHUNK] = chunk;
    Atomics.store(this.#words, TURN, this.#other);
    Atomics.notify(this.#words, TURN);
  }

  #why(): string {
    const length = Math.min(Math.max(this.#words[REASON] as number, 0), REASON_AREA);
    const text = length === 0 ? "" : toUtf8(this.#reason.slice(0, length));
    return text === undefined || text === "" ? "" : `: ${text}`;
  }

  await(patienceMs: number): void {
    for (let i = 0; i < this.#spin; i++) if (Atomics.load(this.#words, TURN) === this.#me) return;
    let waited = 0;
    for (;;) {
      const turn = Atomics.load(this.#words, TURN);
      if (turn === this.#me) return;
      if (Atomics.load(this.#words, GONE) === 1)
        throw new EnvironmentFault(`the enclave's thread has ended${this.#why()}`);
      if (Atomics.wait(this.#words, TURN, turn, WAKE_MS) === "timed-out") waited += WAKE_MS;
      if (waited >= patienceMs) throw new EnvironmentFault("the enclave does not answer");
    }
  }
}

/** The host's end: calls, and serves requests that arrive before the result. */
export function hostSide(memory: SharedArrayBuffer, options: LaneOptions = {}) {
  const side = new Side(memory, HOST, options);
  return {
    call(request: Uint8Array, serve: FrameHandler): Uint8Array {
      side.send(Kind.request, request);
      for (;;) {
        const { kind, bytes } = side.receive();
        if (kind === Kind.result) return bytes;
        if (kind !== Kind.ask) throw new EnvironmentFault("the enclave broke the order of frames");
        side.send(Kind.answer, serve(bytes));
      }
    },
    leave: () => side.leave(),
  };
}

/** The enclave's end: runs until the host leaves. Blocks its thread. */
export function serveLane(memory: SharedArrayBuffer, peer: Peer, options: LaneOptions = {}): void {
  const side = new Side(memory, ENCLAVE, options);
  const ask: FrameHandler = (bytes) => {
    side.send(Kind.ask, bytes);
    for (;;) {
      const received = side.receive();
      if (received.kind === Kind.answer) return received.bytes;
      if (received.kind !== Kind.request) throw new EnvironmentFault("the host broke the order of frames");
      side.send(Kind.result, peer(received.bytes, ask));
    }
  };
  for (;;) {
    const received = side.receive(Number.POSITIVE_INFINITY);
    if (received.kind !== Kind.request) throw new EnvironmentFault("the host broke the order of frames");
    side.send(Kind.result, peer(received.bytes, ask));
  }
}

/** Reports to the host that the enclave's thread ends, and why. */
export const leaveLane = (memory: SharedArrayBuffer, reason?: string): void =>
  new Side(memory, ENCLAVE, {}).leave(reason);
