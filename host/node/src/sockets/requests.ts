// SPDX-License-Identifier: Apache-2.0
import { Code, type Refusal } from "@sotto/backend";
import type { EndpointLimits } from "./limits.ts";

type Limits = Pick<EndpointLimits, "requests" | "requestMs" | "bodyBytes" | "smallBytes" | "bodiesBytes">;

/** A body without progress for this time gives its slot to an arriving one. */
const SLOW_MS = 2_000;

const refusal = (status: number, message: string): Refusal => ({ status, code: Code.resourceExhausted, message });

const LATE: Refusal = { status: 408, code: Code.deadlineExceeded, message: "the request did not come in time" };

const later = (what: string): Refusal => refusal(429, `${what}; send fewer at once, or try again later`);

/** One request, from its first byte to its answer. */
export interface IncomingRequest {
  /** Counts bytes of the body; returns the reason of a refusal. */
  add(bytes: number): Refusal | undefined;
  /** The request is complete; returns the reason of a refusal. */
  complete(): Refusal | undefined;
  /** Answered, refused or disconnected: releases all counts. May be called again. */
  end(): void;
}

/** Counts the requests of all endpoints and their bytes. */
export class Requests {
  readonly #limits: Limits;
  readonly #now: () => number;
  /** Incomplete; the oldest first. */
  readonly #receiving = new Set<Request>();
  #answering = 0;
  #bytes = 0;

  constructor(limits: Limits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Requests that are received or answered. */
  get count(): number {
    return this.#receiving.size + this.#answering;
  }

  /** Bytes of large bodies in flight. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * A request begins. When there are too many, the oldest incomplete one is ended: so a client that
   * begins many requests without finishing them cannot exclude others. `cut` ends it, and is not
   * called after `complete` or `end`.
   */
  receive(cut: (why: Refusal) => void): IncomingRequest {
    const request = new Request(this, cut, this.#now());
    const [oldest] = this.#receiving;
    if (this.count >= this.#limits.requests && oldest !== undefined) {
      oldest.cut(
        later(`${this.#limits.requests} requests have begun, and this one is the oldest that is not complete`),
      );
      this.end(oldest);
    }
    this.#receiving.add(request);
    return request;
  }

  /** Ends requests that did not arrive in time. */
  sweep(now: number): void {
    for (const request of this.#receiving) {
      if (now - request.startedAt <= this.#limits.requestMs) break;
      request.cut(LATE);
      this.end(request);
    }
  }

  /** See IncomingRequest, as the next two. */
  add(request: Request, bytes: number): Refusal | undefined {
    const { bodyBytes, smallBytes, bodiesBytes } = this.#limits;
    request.bytes += bytes;
    request.movedAt = this.#now();
    if (request.bytes > bodyBytes) {
      return refusal(413, `the body is over ${bodyBytes} bytes`);
    }
    const counted = Math.max(0, request.bytes - smallBytes);
    const more = counted - request.counted;
    if (this.#bytes + more > bodiesBytes) this.#cutSlowest();
    if (this.#bytes + more > bodiesBytes) return this.#full();
    this.#bytes += more;
    request.counted = counted;
    return undefined;
  }

  #full(): Refusal {
    const { smallBytes, bodiesBytes } = this.#limits;
    return later(`requests of over ${smallBytes} bytes hold ${bodiesBytes} bytes together`);
  }

  #cutSlowest(): void {
    let slowest: Request | undefined;
    for (const each of this.#receiving) {
      if (each.counted > 0 && (slowest === undefined || each.movedAt < slowest.movedAt)) slowest = each;
    }
    if (slowest !== undefined && this.#now() - slowest.movedAt > SLOW_MS) {
      slowest.cut(this.#full());
      this.end(slowest);
    }
  }

  complete(request: Request): Refusal | undefined {
    if (!this.#receiving.delete(request)) return LATE;
    if (this.count >= this.#limits.requests) {
      this.#bytes -= request.counted;
      request.counted = 0;
      return later(`${this.#limits.requests} requests are being answered`);
    }
    request.isAnswered = true;
    this.#answering++;
    return undefined;
  }

  end(request: Request): void {
    this.#receiving.delete(request);
    if (request.isAnswered) this.#answering--;
    request.isAnswered = false;
    this.#bytes -= request.counted;
    request.counted = 0;
  }
}

class Request implements IncomingRequest {
  readonly #all: Requests;
  readonly cut: (why: Refusal) => void;
  bytes = 0;
  /** Bytes that count among those in flight. */
  counted = 0;
  readonly startedAt: number;
  movedAt: number;
  isAnswered = false;

  constructor(all: Requests, cut: (why: Refusal) => void, now: number) {
    this.#all = all;
    this.cut = cut;
    this.startedAt = now;
    this.movedAt = now;
  }

  add(bytes: number): Refusal | undefined {
    return this.#all.add(this, bytes);
  }

  complete(): Refusal | undefined {
    return this.#all.complete(this);
  }

  end(): void {
    this.#all.end(this);
  }
}
