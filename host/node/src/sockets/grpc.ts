import {
  constants,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import {
  Code,
  frame,
  type GrpcMethod,
  type GrpcStream,
  grpcHeaders,
  HEIGHT_HEADER,
  parseTimeout,
  percentEncode,
  type Refusal,
  StatusError,
  takeMessage,
} from "@sotto/api";
import type { Connection, Doors, Protocol } from "./doors.ts";
import type { IncomingRequest } from "./requests.ts";

/** Bytes of one answer. */
const MOST_ANSWER = 10 * 1024 * 1024;
/** Bytes of one message of a stream. */
const MOST_STREAMED = 64 * 1024;
const MOST_HEADER_BYTES = 64 * 1024;
const MOST_HEADERS = 128;
/** MB that Node keeps for one connection before it takes no more streams of it. */
const SESSION_MB = 16;
/** Bytes of the text of a failure: gRPC clients take as much of headers by default. */
const MOST_TEXT = 8 * 1024;

const NOTHING = new Uint8Array(0);
const TYPE = "application/grpc";

const textOf = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

const statusOf = (thrown: unknown): Pick<Refusal, "code" | "message"> =>
  thrown instanceof StatusError ? thrown : { code: Code.internal, message: "internal error" };

/** What grpc-go says of a path that nothing serves. */
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
  readonly #timer: NodeJS.Timeout | undefined;

  /** Throws StatusError for headers that cannot be read. */
  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.stream = stream;
    const ms = parseTimeout(textOf(headers["grpc-timeout"]));
    if (ms === undefined) return;
    this.#timer = setTimeout(() => this.fail({ code: Code.deadlineExceeded, message: "deadline exceeded" }), ms);
    stream.once("close", () => clearTimeout(this.#timer));
  }

  get isOver(): boolean {
    return this.stream.destroyed || this.stream.closed || this.stream.writableEnded;
  }

  /** Opens the answer; its trailers say that all went well when it is ended. */
  open(headers: Readonly<Record<string, string>> = {}): boolean {
    const { stream } = this;
    if (this.isOver || stream.headersSent) return !this.isOver;
    stream.once("wantTrailers", () => {
      if (!stream.destroyed) stream.sendTrailers({ "grpc-status": "0" });
    });
    stream.respond({ ":status": 200, "content-type": TYPE, ...headers }, { waitForTrailers: true });
    return true;
  }

  fail({ code, message }: Pick<Refusal, "code" | "message">): void {
    const { stream } = this;
    if (this.isOver) return;
    const trailers = { "grpc-status": String(code), "grpc-message": percentEncode(message.slice(0, MOST_TEXT)) };
    if (stream.headersSent) {
      stream.removeAllListeners("wantTrailers");
      stream.once("wantTrailers", () => {
        if (!stream.destroyed) stream.sendTrailers(trailers);
      });
      stream.end();
    } else stream.respond({ ":status": 200, "content-type": TYPE, ...trailers }, { endStream: true });
    // What the client still sends is for nobody.
    stream.close(constants.NGHTTP2_NO_ERROR);
  }
}

/** gRPC over HTTP/2 in clear, on sockets that the doors own. */
class GrpcServer {
  readonly #doors: Doors;
  readonly #methods: ReadonlyMap<string, GrpcMethod>;
  readonly #streams: ReadonlyMap<string, GrpcStream>;
  readonly #connections = new WeakMap<object, Connection>();

  constructor(doors: Doors, methods: readonly GrpcMethod[], streams: readonly GrpcStream[]) {
    this.#doors = doors;
    this.#methods = new Map(methods.map((method) => [method.path, method]));
    this.#streams = new Map(streams.map((stream) => [stream.path, stream]));
  }

  protocol(): Protocol {
    const server = createServer({
      maxSessionMemory: SESSION_MB,
      maxHeaderListPairs: MOST_HEADERS,
      maxSendHeaderBlockLength: 1024 * 1024,
      settings: { maxConcurrentStreams: this.#doors.limits.requestsOfOne, maxHeaderListSize: MOST_HEADER_BYTES },
    });
    // A session is told of while its socket is handed over.
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
    const { callProbeMs, callSilentMs } = this.#doors.limits;
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
    if (headers[":method"] !== "POST" || !String(headers["content-type"] ?? "").startsWith(TYPE)) {
      const status = headers[":method"] === "POST" ? 415 : 405;
      stream.respond({ ":status": status }, { endStream: true });
      stream.close(constants.NGHTTP2_NO_ERROR);
      return;
    }
    const path = String(headers[":path"] ?? "");
    try {
      const call = new Call(stream, headers);
      const method = this.#methods.get(path);
      const served = this.#streams.get(path);
      if (method !== undefined) this.#unary(connection, call, method, textOf(headers[HEIGHT_HEADER]));
      else if (served !== undefined) this.#stream(connection, call, served);
      else call.fail(unknownPath(path));
    } catch (thrown) {
      const { code, message } = statusOf(thrown);
      stream.respond({ ":status": 200, "content-type": TYPE, "grpc-status": String(code), "grpc-message": message });
      stream.close(constants.NGHTTP2_NO_ERROR);
    }
  }

  #unary(connection: Connection, call: Call, method: GrpcMethod, height: string | undefined): void {
    const { stream } = call;
    const request = this.#doors.requests.receive((why) => call.fail(why));
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
      void this.#answer(connection, call, request, () => method.call(onlyMessage(body, this.#doors), height)).finally(
        () => {
          connection.requests--;
          request.end();
        },
      );
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
      if (call.open(grpcHeaders(found))) this.#doors.send(connection, call.stream, frame(0, found.value));
    } catch (thrown) {
      call.fail(statusOf(thrown));
    }
  }

  /** Each message is answered before the next is read. */
  #stream(connection: Connection, call: Call, { open, staysOpen }: GrpcStream): void {
    const { stream } = call;
    if (!this.#doors.addStream()) {
      call.fail({
        code: Code.resourceExhausted,
        message: `${this.#doors.limits.streams} streams are open; try again later`,
      });
      return;
    }
    connection.isKept = true;
    stream.once("close", () => this.#doors.endStream());
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
        await this.#doors.write(connection, stream, frame(0, answered));
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
function onlyMessage(body: Uint8Array, { limits }: Doors): Uint8Array {
  const taken = takeMessage(body, limits.bodyBytes);
  if (taken === undefined) throw new StatusError(Code.internal, "the request has no message, or it is cut");
  if (taken.rest.length > 0) throw new StatusError(Code.unimplemented, "the method takes one message");
  return taken.message;
}

export const createGrpcProtocol = (
  doors: Doors,
  methods: readonly GrpcMethod[],
  streams: readonly GrpcStream[],
): Protocol => new GrpcServer(doors, methods, streams).protocol();
