// SPDX-License-Identifier: Apache-2.0
import {
  constants,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import { type GrpcMethod, type GrpcStream, grpcHeaders } from "@sotto/api";
import { Code, HEIGHT_HEADER, type Refusal, StatusError } from "@sotto/backend";
import { frame, parseTimeout, percentEncode, takeMessage } from "@sotto/backend/grpcWire";
import type { Connection, Endpoints, Protocol } from "./endpoints.ts";
import type { IncomingRequest } from "./requests.ts";

/** Bytes of one answer. */
const MOST_ANSWER = 10 * 1024 * 1024;
/** Bytes of one message of a stream. */
const MOST_STREAMED = 64 * 1024;
const MOST_HEADER_BYTES = 64 * 1024;
const MOST_HEADERS = 128;
/** MB of one connection above which Node accepts no more streams. */
const SESSION_MB = 16;
/** Milliseconds of Node's longest timer. */
const MOST_TIMEOUT_MS = 2 ** 31 - 1;
/** UTF-16 units of the text of a failure, which may contain a contract's answer. */
const MOST_TEXT = 128 * 1024;

const NOTHING = new Uint8Array(0);
const TYPE = "application/grpc";

const textOf = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

const statusOf = (thrown: unknown): Pick<Refusal, "code" | "message"> =>
  thrown instanceof StatusError ? thrown : { code: Code.internal, message: "internal error" };

/** grpc-go's text for an unknown path. */
function unknownPath(path: string): StatusError {
  const [, service, method] = /^\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  const text =
    service === undefined
      ? `malformed method name: ${JSON.stringify(path.slice(0, 128))}`
      : `unknown method ${method?.slice(0, 128)} for service ${service.slice(0, 128)}`;
  return new StatusError(Code.unimplemented, text);
}

/** One stream of HTTP/2 that carries a call. */
class Call {
  readonly stream: ServerHttp2Stream;
  constructor(stream: ServerHttp2Stream) {
    this.stream = stream;
  }

  /** Ends the call at its client's deadline. Throws StatusError for an unreadable deadline. */
  limit(headers: IncomingHttpHeaders): void {
    const ms = parseTimeout(textOf(headers["grpc-timeout"]));
    if (ms === undefined) return;
    const late = { code: Code.deadlineExceeded, message: "deadline exceeded" };
    const timer = setTimeout(() => this.fail(late), Math.min(ms, MOST_TIMEOUT_MS));
    this.stream.once("close", () => clearTimeout(timer));
  }

  /** Answers without gRPC. */
  refuse(status: number): void {
    this.#safely(() => {
      this.stream.respond({ ":status": status }, { endStream: true });
      this.stream.close(constants.NGHTTP2_NO_ERROR);
    });
  }

  get isOver(): boolean {
    return this.stream.destroyed || this.stream.closed || this.stream.writableEnded;
  }

  /** Opens the answer; its end sends trailers of success. */
  open(headers: Readonly<Record<string, string>> = {}): boolean {
    const { stream } = this;
    if (this.isOver || stream.headersSent) return !this.isOver;
    stream.once("wantTrailers", () => this.#safely(() => stream.sendTrailers({ "grpc-status": "0" })));
    return this.#safely(() => {
      stream.respond({ ":status": 200, "content-type": TYPE, ...headers }, { waitForTrailers: true });
    });
  }

  /** A stream may end at any moment, and then Node throws: there is no client to answer. */
  #safely(run: () => void): boolean {
    try {
      run();
      return true;
    } catch {
      this.stream.destroy();
      return false;
    }
  }

  fail({ code, message }: Pick<Refusal, "code" | "message">): void {
    const { stream } = this;
    if (this.isOver) return;
    const trailers = { "grpc-status": String(code), "grpc-message": percentEncode(message.slice(0, MOST_TEXT)) };
    this.#safely(() => {
      if (stream.headersSent) {
        stream.removeAllListeners("wantTrailers");
        stream.once("wantTrailers", () => this.#safely(() => stream.sendTrailers(trailers)));
        stream.end();
      } else stream.respond({ ":status": 200, "content-type": TYPE, ...trailers }, { endStream: true });
      // Further bytes of the client are not needed.
      stream.close(constants.NGHTTP2_NO_ERROR);
    });
  }
}

/** gRPC over HTTP/2 in clear, on sockets that the endpoints own. */
class GrpcServer {
  readonly #endpoints: Endpoints;
  readonly #methods: ReadonlyMap<string, GrpcMethod>;
  readonly #streams: ReadonlyMap<string, GrpcStream>;
  readonly #connections = new WeakMap<object, Connection>();

  constructor(endpoints: Endpoints, methods: readonly GrpcMethod[], streams: readonly GrpcStream[]) {
    this.#endpoints = endpoints;
    this.#methods = new Map(methods.map((method) => [method.path, method]));
    this.#streams = new Map(streams.map((stream) => [stream.path, stream]));
  }

  protocol(): Protocol {
    const server = createServer({
      maxSessionMemory: SESSION_MB,
      maxHeaderListPairs: MOST_HEADERS,
      maxSendHeaderBlockLength: 3 * 3 * MOST_TEXT,
      settings: { maxConcurrentStreams: this.#endpoints.limits.requestsOfOne, maxHeaderListSize: MOST_HEADER_BYTES },
    });
    // The event for a session comes while its socket is passed on.
    let opening: Connection | undefined;
    server.on("session", (session) => {
      if (opening !== undefined) this.#open(session, opening);
    });
    server.on("sessionError", () => {});
    server.on("stream", (stream, headers) => this.#take(stream, headers));
    return (connection) => {
      opening = connection;
      server.emit("connection", connection.socket);
      opening = undefined;
    };
  }

  #open(session: ServerHttp2Session, connection: Connection): void {
    session.on("error", () => {});
    this.#connections.set(session, connection);
    const { callProbeMs, callSilentMs } = this.#endpoints.limits;
    const ask = (): void => {
      if (!session.destroyed && !session.closed) session.ping(() => {});
    };
    connection.probe = { ask, afterMs: callProbeMs, untilMs: callSilentMs };
  }

  #take(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    stream.on("error", () => {});
    const connection = stream.session === undefined ? undefined : this.#connections.get(stream.session);
    if (connection === undefined || stream.destroyed) {
      stream.close(constants.NGHTTP2_CANCEL);
      return;
    }
    const call = new Call(stream);
    if (headers[":method"] !== "POST") call.refuse(405);
    else if (!String(headers["content-type"] ?? "").startsWith(TYPE)) call.refuse(415);
    else this.#serve(connection, call, headers);
  }

  #serve(connection: Connection, call: Call, headers: IncomingHttpHeaders): void {
    const path = String(headers[":path"] ?? "");
    const method = this.#methods.get(path);
    const served = this.#streams.get(path);
    try {
      call.limit(headers);
      if (method !== undefined) this.#unary(connection, call, method, textOf(headers[HEIGHT_HEADER]));
      else if (served !== undefined) this.#stream(connection, call, served);
      else call.fail(unknownPath(path));
    } catch (thrown) {
      call.fail(statusOf(thrown));
    }
  }

  #unary(connection: Connection, call: Call, method: GrpcMethod, height: string | undefined): void {
    const { stream } = call;
    const request = this.#endpoints.requests.receive((why) => call.fail(why));
    const chunks: Buffer[] = [];
    let isComplete = false;
    stream.on("data", (chunk: Buffer) => {
      const refusal = request.add(chunk.length);
      if (refusal === undefined) chunks.push(chunk);
      else {
        chunks.length = 0;
        call.fail(refusal);
        request.end();
      }
    });
    stream.on("end", () => {
      if (call.isOver) return;
      isComplete = true;
      connection.requests++;
      const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks.splice(0));
      void this.#answer(connection, call, request, () =>
        method.call(onlyMessage(body, this.#endpoints), height),
      ).finally(() => {
        connection.requests--;
        request.end();
      });
    });
    stream.on("close", () => {
      if (!isComplete) request.end();
    });
  }

  async #answer(
    connection: Connection,
    call: Call,
    request: IncomingRequest,
    run: () => ReturnType<GrpcMethod["call"]>,
  ): Promise<void> {
    const refusal = request.complete();
    if (refusal !== undefined) {
      call.fail(refusal);
      return;
    }
    try {
      const found = await run();
      if (found.value.length > MOST_ANSWER) throw tooLarge(found.value.length);
      if (call.open(grpcHeaders(found))) this.#endpoints.send(connection, call.stream, frame(0, found.value));
    } catch (thrown) {
      call.fail(statusOf(thrown));
    }
  }

  /** Each message is answered before the next is read. */
  #stream(connection: Connection, call: Call, { open, staysOpen }: GrpcStream): void {
    const { stream } = call;
    if (!this.#endpoints.addStream(connection)) {
      const { streams, streamsOfOne } = this.#endpoints.limits;
      const message = `${streams} streams are open, or ${streamsOfOne} of this connection; try again later`;
      call.fail({ code: Code.resourceExhausted, message });
      return;
    }
    stream.once("close", () => this.#endpoints.endStream(connection));
    const answer = open();
    let left: Uint8Array = NOTHING;
    let isEnded = false;
    let isBusy = false;
    const work = async (): Promise<void> => {
      for (;;) {
        const taken = takeMessage(left, MOST_STREAMED);
        if (taken === undefined) break;
        left = taken.rest;
        const answered = await answer(taken.message);
        if (!call.open()) return;
        await this.#endpoints.write(connection, stream, frame(0, answered));
        if (call.isOver) return;
      }
      if (!isEnded) stream.resume();
      else if (staysOpen !== true && call.open()) stream.end();
    };
    const go = (): void => {
      if (isBusy || call.isOver) return;
      isBusy = true;
      stream.pause();
      void work()
        .catch((thrown: unknown) => call.fail(statusOf(thrown)))
        .finally(() => {
          isBusy = false;
        });
    };
    stream.on("data", (chunk: Buffer) => {
      left = left.length === 0 ? chunk : Buffer.concat([left, chunk]);
      go();
    });
    stream.on("end", () => {
      isEnded = true;
      go();
    });
  }
}

const tooLarge = (length: number): StatusError =>
  new StatusError(
    Code.resourceExhausted,
    `the answer has ${length} bytes, over ${MOST_ANSWER}; ask for less, for example with a smaller page`,
  );

/** The message of a unary request, which has exactly one. Throws StatusError. */
function onlyMessage(body: Uint8Array, { limits }: Endpoints): Uint8Array {
  const taken = takeMessage(body, limits.bodyBytes);
  if (taken === undefined) throw new StatusError(Code.internal, "the request has no message, or it is cut");
  if (taken.rest.length > 0) throw new StatusError(Code.unimplemented, "the method takes one message");
  return taken.message;
}

export const createGrpcProtocol = (
  endpoints: Endpoints,
  methods: readonly GrpcMethod[],
  streams: readonly GrpcStream[],
): Protocol => new GrpcServer(endpoints, methods, streams).protocol();
