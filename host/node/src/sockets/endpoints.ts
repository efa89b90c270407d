// SPDX-License-Identifier: Apache-2.0
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Writable } from "node:stream";
import { type Body, bodyLength } from "@sotto/backend";
import type { Listener } from "../config.ts";
import { ENDPOINT_LIMITS, type EndpointLimits } from "./limits.ts";
import { portFault } from "./ports.ts";
import { Requests } from "./requests.ts";

/**
 * Bytes of an answer that are written at once: the node then sees whether the client reads them.
 */
const SLICE = 64 * 1024;
const NOTHING = new Uint8Array(0);
const SWEEP_MS = 1_000;

/** Serves one connection of an endpoint. */
export type Protocol = (connection: Connection) => void;

/** An answer that its client has not read. */
interface Answer {
  bytes: number;
  /** Time when the client last read a slice of it. */
  movedAt: number;
}

/** One socket and the resources of its client. */
export class Connection {
  readonly socket: Socket;
  readonly openedAt: number;
  /** Requests in progress. */
  requests = 0;
  /** Streams that stay open. */
  streams = 0;
  /** A conversation (WebSocket, open stream), which is closed after merely idle connections. */
  isKept = false;
  /** Bytes of answers and events that the client has not taken. */
  untaken = 0;
  /** Sends a ping after a time of silence, and the end of patience: see `EndpointLimits`. */
  probe: { readonly ask: () => void; readonly afterMs: number; readonly untilMs: number } | undefined;
  readonly answers = new Set<Answer>();
  /** As of the last sweep: bytes read and written, and the times of their changes. */
  read = 0;
  taken = 0;
  readAt: number;
  takenAt: number;
  isProbed = false;

  constructor(socket: Socket, now: number) {
    this.socket = socket;
    this.openedAt = now;
    this.readAt = now;
    this.takenAt = now;
  }

  /** Ends the connection at once. */
  cut(): void {
    this.socket.destroy();
  }
}

/**
 * Owns every socket that clients reach: the only file that listens. An endpoint passes a protocol
 * and gets connections whose errors are handled, that are counted, and that are disconnected when
 * they read nothing, send nothing or hold too much.
 */
export class Endpoints {
  readonly limits: EndpointLimits;
  readonly requests: Requests;
  readonly #servers: Server[] = [];
  readonly #connections = new Map<Socket, Connection>();
  #untaken = 0;
  #streams = 0;
  #sweep: NodeJS.Timeout | undefined;

  constructor(limits: EndpointLimits = ENDPOINT_LIMITS) {
    this.limits = limits;
    this.requests = new Requests(limits);
  }

  /** Connections that are open. */
  get size(): number {
    return this.#connections.size;
  }

  /** Bytes of answers and events that clients have not taken. */
  get untaken(): number {
    return this.#untaken;
  }

  /**
   * Listens; resolves to the port. `isHalfOpen`: a client that has ended its side may still be
   * answered. Throws EnvironmentFault for a port that is not available.
   */
  async open(host: string, listener: Listener, serve: Protocol, isHalfOpen: boolean): Promise<number> {
    const server = createServer({ allowHalfOpen: isHalfOpen, noDelay: true }, (socket) => this.#accept(socket, serve));
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error) => reject(portFault(host, listener, error)));
      server.listen({ host, port: listener.port }, resolve);
    });
    // Out of file descriptors: only this connection is lost.
    server.on("error", () => {});
    this.#servers.push(server);
    this.#sweep ??= setInterval(() => this.sweep(performance.now()), SWEEP_MS).unref();
    return (server.address() as AddressInfo).port;
  }

  /** The connection of a socket; undefined when it is closed. */
  of(socket: Socket): Connection | undefined {
    return this.#connections.get(socket);
  }

  /** A stream that stays open; false when there are too many. */
  addStream(connection: Connection): boolean {
    if (this.#streams >= this.limits.streams || connection.streams >= this.limits.streamsOfOne) return false;
    this.#streams++;
    connection.streams++;
    connection.isKept = true;
    return true;
  }

  endStream(connection: Connection): void {
    this.#streams--;
    connection.streams--;
  }

  /**
   * Counts bytes that wait for a client; beyond the bound, the client with most of them is
   * disconnected.
   */
  hold(connection: Connection, bytes: number): void {
    if (!this.#connections.has(connection.socket)) return;
    connection.untaken += bytes;
    this.#untaken += bytes;
    while (this.#untaken > this.limits.untakenBytes) {
      let most: Connection | undefined;
      for (const each of this.#connections.values()) {
        if (each.untaken > (most?.untaken ?? 0)) most = each;
      }
      if (most === undefined) return;
      this.#forget(most);
      most.cut();
    }
  }

  release(connection: Connection, bytes: number): void {
    const given = Math.min(bytes, connection.untaken);
    connection.untaken -= given;
    this.#untaken -= given;
  }

  /**
   * Writes one message of a stream. Resolves when the client has read it or the stream has ended.
   */
  write(connection: Connection, out: Writable, bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      if (out.destroyed) resolve();
      else this.#pump(connection, out, bytes, false, resolve);
    });
  }

  /** Writes an answer and ends the stream. */
  send(connection: Connection, out: Writable, body: Body): void {
    if (!out.destroyed) this.#pump(connection, out, body, true, () => {});
  }

  /**
   * Writes bytes as fast as the client reads them. Calls `done` after the last one, or when the
   * stream has ended.
   */
  #pump(connection: Connection, out: Writable, body: Body, isLast: boolean, done: () => void): void {
    const length = bodyLength(body);
    const answer: Answer = { bytes: length, movedAt: performance.now() };
    connection.answers.add(answer);
    this.hold(connection, length);
    const finish = (): void => {
      if (!connection.answers.delete(answer)) return;
      this.release(connection, answer.bytes);
      out.off("close", finish);
      done();
    };
    out.on("close", finish);
    const slices = slicesOf(body);
    let left = length;
    const next = (): void => {
      const slice: Uint8Array = slices.next().value ?? NOTHING;
      left -= slice.length;
      if (left === 0) {
        if (isLast) out.end(slice);
        else out.write(slice, finish);
        return;
      }
      out.write(slice, (error) => {
        if (error != null || out.destroyed || !connection.answers.has(answer)) return;
        answer.movedAt = performance.now();
        answer.bytes -= slice.length;
        this.release(connection, slice.length);
        next();
      });
    };
    next();
  }

  /** Disconnects clients that read nothing or are silent. `now` in milliseconds. */
  sweep(now: number): void {
    const { stallMs } = this.limits;
    this.requests.sweep(now);
    for (const connection of [...this.#connections.values()]) {
      const { socket } = connection;
      const taken = socket.bytesWritten - socket.writableLength;
      if (taken !== connection.taken || socket.writableLength === 0) connection.takenAt = now;
      if (socket.bytesRead !== connection.read) {
        connection.readAt = now;
        connection.isProbed = false;
      }
      connection.taken = taken;
      connection.read = socket.bytesRead;
      const isStalled =
        now - connection.takenAt > stallMs || [...connection.answers].some(({ movedAt }) => now - movedAt > stallMs);
      const { probe } = connection;
      const silence = probe === undefined ? 0 : now - connection.readAt;
      if (isStalled || (probe !== undefined && silence > probe.untilMs)) connection.cut();
      else if (probe !== undefined && silence > probe.afterMs && !connection.isProbed) {
        connection.isProbed = true;
        probe.ask();
      }
    }
  }

  /** Closes all ports and cuts off all connections. */
  async close(): Promise<void> {
    clearInterval(this.#sweep);
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const connection of this.#connections.values()) connection.cut();
    await Promise.all(closed);
  }

  #accept(socket: Socket, serve: Protocol): void {
    // First of all, before other code may fail, and independent of the listeners of a protocol.
    socket.on("error", () => {});
    if (socket.destroyed) return;
    const connection = new Connection(socket, performance.now());
    if (this.#connections.size >= this.limits.connections && !this.#evictIdle()) {
      socket.destroy();
      return;
    }
    this.#connections.set(socket, connection);
    socket.once("close", () => this.#forget(connection));
    serve(connection);
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection.socket);
    this.#untaken -= connection.untaken;
    connection.untaken = 0;
  }

  /**
   * Ends the connection that has been idle longest, of the address with most connections. False
   * when all are in use.
   */
  #evictIdle(): boolean {
    const byAddress = new Map<string | undefined, number>();
    for (const { socket } of this.#connections.values()) {
      byAddress.set(socket.remoteAddress, (byAddress.get(socket.remoteAddress) ?? 0) + 1);
    }
    const rank = ({ socket, isKept, readAt }: Connection) =>
      [-(byAddress.get(socket.remoteAddress) ?? 0), Number(isKept), readAt] as const;
    let found: Connection | undefined;
    for (const each of this.#connections.values()) {
      if (each.requests > 0) continue;
      if (found === undefined || isBefore(rank(each), rank(found))) found = each;
    }
    if (found === undefined) return false;
    this.#forget(found);
    found.cut();
    return true;
  }
}

function* slicesOf(body: Body): Generator<Uint8Array, undefined, void> {
  for (const piece of body instanceof Uint8Array ? [body] : body) {
    for (let at = 0; at < piece.length; at += SLICE) yield piece.subarray(at, at + SLICE);
  }
}

function isBefore(a: readonly number[], b: readonly number[]): boolean {
  for (const [i, value] of a.entries()) {
    const other = b[i] as number;
    if (value !== other) return value < other;
  }
  return false;
}
