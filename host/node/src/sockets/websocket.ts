// SPDX-License-Identifier: Apache-2.0
import type { Socket } from "node:net";
import { Code, type HttpResponse, type JsonText, type Refusal } from "@sotto/backend";
import { fromUtf8 } from "@sotto/bytes";
import { type WebSocket, WebSocketServer } from "ws";
import type { Connection, Endpoints } from "./endpoints.ts";
import { TextFrames } from "./frames.ts";
import { endSocket, LINGER_MS, type WebProtocol } from "./http.ts";
import type { IncomingRequest } from "./requests.ts";

/** One client's conversation, without its socket. */
export interface Session {
  /** Never rejects. */
  readonly onMessage: (text: string) => Promise<void>;
  readonly onClose: () => void;
}

export interface SocketEndpoint {
  /** Path of the upgrade. */
  readonly path: string;
  /** Answers an upgrade of another path. */
  readonly notFound: (refusal: Refusal) => HttpResponse;
  /** `send` returns false when the client does not read its messages. */
  readonly open: (send: (text: JsonText) => boolean) => Session;
  /** The reason why a message is not answered. */
  readonly refuse: (refusal: Refusal) => string;
}

interface Message {
  readonly data: Buffer;
  readonly request: IncomingRequest;
}

/** Close code (RFC 6455, registered). */
const TRY_LATER = 1013;

const MAX_MESSAGE = 4 * 1024 * 1024;
/** Messages of one client that are answered at once; later ones are not read. */
const MOST_AT_ONCE = 16;
/** Bytes that wait for a client which still sends pings: it reads no answer. */
const MOST_PONGS = 64 * 1024;
/** Pieces of a message, by frames and by packets: each costs more than it holds. */
const MOST_FRAMES = 1_024;
const MOST_PACKETS = 8_192;

/** Bytes of a frame that a client sent in one piece (RFC 6455, 5.2). */
const frameBytes = (length: number): number => length + (length < 126 ? 6 : length < 65_536 ? 8 : 14);

/** Reads the messages of a client, up to the limit at once. */
class Conversation {
  readonly #endpoints: Endpoints;
  readonly #connection: Connection;
  readonly #client: WebSocket;
  readonly #endpoint: SocketEndpoint;
  readonly #session: Session;
  /** Bytes that arrived together with messages that are being answered. */
  readonly #waiting: Message[] = [];
  /** Messages to the client of this turn of the event loop. */
  readonly #out = new TextFrames();
  #running = 0;
  /**
   * Bytes of the message that is being received, of control frames none; and those of the packet
   * that came last.
   */
  #received = 0;
  #packet = 0;
  /** The message that is being received, once it is large. */
  #incoming: IncomingRequest | undefined;

  constructor(endpoints: Endpoints, connection: Connection, client: WebSocket, endpoint: SocketEndpoint) {
    this.#endpoints = endpoints;
    this.#connection = connection;
    this.#client = client;
    this.#endpoint = endpoint;
    this.#session = endpoint.open((text) => this.#send(text));
    client.on("error", () => client.terminate());
    client.on("message", (data) => this.#receive(data as Buffer));
    client.on("ping", (data) => {
      this.#drop(data.length);
      if (client.bufferedAmount > MOST_PONGS) client.terminate();
      else client.pong(data);
    });
    client.on("pong", (data) => this.#drop(data.length));
    client.on("close", () => {
      for (const { request } of this.#waiting.splice(0)) request.end();
      this.#incoming?.end();
      this.#session.onClose();
    });
    // Before ws reads it: a message that a packet completes is removed from the count.
    connection.socket.prependListener("data", (packet: Buffer) => this.#count(packet.length));
  }

  #drop(length: number): void {
    this.#received = Math.max(0, Math.min(this.#received - frameBytes(length), this.#packet));
  }

  /** An incomplete message counts among the bodies in flight. */
  #count(bytes: number): void {
    this.#packet = bytes;
    this.#received += bytes;
    if (this.#received <= this.#endpoints.limits.smallBytes) return;
    const isNew = this.#incoming === undefined;
    this.#incoming ??= this.#endpoints.requests.receive(() => this.#client.terminate());
    const refusal = this.#incoming.add(isNew ? this.#received : bytes);
    if (refusal === undefined) return;
    this.#send(this.#endpoint.refuse(refusal));
    this.#flush();
    this.#client.close(TRY_LATER);
    this.#client.pause();
    setTimeout(() => this.#client.terminate(), LINGER_MS).unref();
  }

  #send(text: JsonText): boolean {
    const client = this.#client;
    if (client.readyState !== client.OPEN) return false;
    if (this.#connection.untaken > this.#endpoints.limits.untakenOfOne) {
      client.terminate();
      return false;
    }
    const before = this.#out.bytes;
    this.#out.add(typeof text === "string" ? [fromUtf8(text)] : text);
    this.#endpoints.hold(this.#connection, this.#out.bytes - before);
    if (client.readyState !== client.OPEN || this.#connection.socket.destroyed) return false;
    if (before === 0) process.nextTick(() => this.#flush());
    return true;
  }

  /**
   * Writes the messages of this turn together. Not through ws, which writes each message
   * separately.
   */
  #flush(): void {
    const { bytes } = this.#out;
    if (bytes === 0) return;
    const pieces = this.#out.take();
    const { socket } = this.#connection;
    if (this.#client.readyState !== this.#client.OPEN || socket.destroyed) return;
    socket.cork();
    for (const piece of pieces.slice(0, -1)) socket.write(piece);
    socket.write(pieces.at(-1) as Uint8Array, () => this.#endpoints.release(this.#connection, bytes));
    socket.uncork();
  }

  #receive(data: Buffer): void {
    this.#drop(data.length);
    const request = this.#incoming ?? this.#endpoints.requests.receive(() => this.#client.terminate());
    this.#incoming = undefined;
    this.#waiting.push({ data, request });
    if (this.#running >= MOST_AT_ONCE) this.#client.pause();
    else this.#next();
  }

  #next(): void {
    const message = this.#waiting.shift();
    if (message === undefined) return;
    this.#running++;
    this.#connection.requests++;
    void this.#answer(message).finally(() => {
      this.#running--;
      this.#connection.requests--;
      if (this.#client.readyState !== this.#client.OPEN) return;
      this.#next();
      if (this.#waiting.length === 0 && this.#client.isPaused) this.#client.resume();
    });
  }

  async #answer({ data, request }: Message): Promise<void> {
    try {
      const refusal = request.complete();
      if (refusal === undefined) await this.#session.onMessage(String(data));
      else this.#send(this.#endpoint.refuse(refusal));
    } finally {
      request.end();
    }
  }
}

/** Takes WebSocket upgrades of one path of an HTTP endpoint. */
export function serveWebSocket(endpoints: Endpoints, { server }: WebProtocol, endpoint: SocketEndpoint): void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE,
    perMessageDeflate: false,
    autoPong: false,
    clientTracking: false,
    maxFragments: MOST_FRAMES,
    maxBufferedChunks: MOST_PACKETS,
  });
  // ws itself answers the handshakes that it refuses (no key, another version).
  sockets.on("wsClientError", (_error, socket) => {
    (socket as Socket).end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  });
  server.on("upgrade", (request, duplex, head) => {
    const socket = duplex as Socket;
    const connection = endpoints.of(socket);
    if (connection === undefined) return;
    if ((request.url ?? "").split("?")[0] !== endpoint.path) {
      const message = `there is no WebSocket here; use ${endpoint.path}`;
      endSocket(socket, endpoint.notFound({ status: 404, code: Code.notFound, message }));
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      connection.isKept = true;
      const { probeMs, silentMs } = endpoints.limits;
      connection.probe = { ask: () => client.ping(), afterMs: probeMs, untilMs: silentMs };
      new Conversation(endpoints, connection, client, endpoint);
    });
  });
}
