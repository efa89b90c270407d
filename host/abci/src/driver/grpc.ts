// SPDX-License-Identifier: Apache-2.0
import {
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import { Code, StatusError } from "@sotto/backend";
import { frame, PREFIX, percentEncode, takeMessage } from "@sotto/backend/grpcWire";
import { ChainError, EnvironmentFault } from "@sotto/errors";
import type { Lane, Outcome } from "../calls.ts";
import { AbciError } from "../errors.ts";
import { type AbciLimits, MOST_GRPC_ANSWER } from "../limits.ts";
import { getMethodOfPath, type Method } from "../methods.ts";
import { assertSize, mostBytes } from "../session.ts";

const TYPE = "application/grpc";
/** MB of one connection above which Node accepts no more streams. */
const SESSION_MB = 64;
const MOST_HEADERS = 64;
/** Calls of one connection at once. */
const MOST_STREAMS = 64;
/** Bytes of answers that a client has not taken, above which its calls wait. */
const MOST_UNTAKEN = 16 * 1024 * 1024;
/** Bytes that a client may send before the server has read them. */
const WINDOW = 1024 * 1024;

export interface GrpcServerOptions {
  readonly open: () => Lane;
  readonly limits: AbciLimits;
  readonly log: (text: string) => void;
  readonly onFault: (fault: unknown) => void;
}

/** A stream may end at any moment, and then Node throws: there is no client to answer. */
function safely(stream: ServerHttp2Stream, run: () => void): void {
  try {
    if (!stream.destroyed && !stream.closed) run();
  } catch {
    stream.destroy();
  }
}

function fail(stream: ServerHttp2Stream, code: number, text: string): void {
  safely(stream, () => {
    const trailers = { "grpc-status": String(code), "grpc-message": percentEncode(text) };
    stream.respond({ ":status": 200, "content-type": TYPE, ...trailers }, { endStream: true });
    stream.close(constants.NGHTTP2_NO_ERROR);
  });
}

function answer(stream: ServerHttp2Stream, encoded: Uint8Array): void {
  safely(stream, () => {
    stream.once("wantTrailers", () => safely(stream, () => stream.sendTrailers({ "grpc-status": "0" })));
    stream.respond({ ":status": 200, "content-type": TYPE }, { waitForTrailers: true });
    stream.end(frame(0, encoded));
  });
}

/** Status codes of refusals. */
function codeOf(error: ChainError): number {
  if (ChainError.is(error, AbciError.tooLarge)) return Code.resourceExhausted;
  return ChainError.is(error, AbciError.unknownRequest) ? Code.unimplemented : Code.invalidArgument;
}

/** The calls of one connection of HTTP/2. */
class GrpcConnection {
  readonly #options: GrpcServerOptions;
  readonly #lane: Lane;
  /** Of requests that arrive or wait for their answers. */
  #bytes = 0;
  #untaken = 0;

  constructor(options: GrpcServerOptions) {
    this.#options = options;
    this.#lane = options.open();
  }

  close(): void {
    this.#lane.close();
  }

  take(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    try {
      const path = String(headers[":path"] ?? "");
      const method = getMethodOfPath(path);
      if (method === undefined) throw AbciError.unknownRequest(`path ${JSON.stringify(path.slice(0, 64))}`);
      this.#lane.admit(method);
      this.#receive(stream, method);
    } catch (thrown) {
      this.#refuse(stream, thrown);
    }
  }

  #refuse(stream: ServerHttp2Stream, thrown: unknown): void {
    if (thrown instanceof StatusError) fail(stream, thrown.code, thrown.message);
    else if (thrown instanceof ChainError) fail(stream, codeOf(thrown), thrown.message);
    else throw thrown;
    this.#options.log(`an ABCI call is refused: ${thrown.message}`);
  }

  #receive(stream: ServerHttp2Stream, method: Method): void {
    const { limits } = this.#options;
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => {
      this.#refuse(stream, AbciError.malformed(`${method.goName}: not whole after ${limits.frameMs} ms`));
    }, limits.frameMs);
    stream.on("data", (chunk: Buffer) => {
      if (stream.closed) return;
      size += chunk.length;
      this.#bytes += chunk.length;
      try {
        assertSize(method, size - PREFIX, limits);
        if (this.#bytes > limits.consensusBytes + limits.pendingBytes) {
          throw AbciError.tooLarge(`${this.#bytes} bytes of calls on one connection`);
        }
        chunks.push(chunk);
      } catch (thrown) {
        chunks.length = 0;
        this.#refuse(stream, thrown);
      }
    });
    stream.once("end", () => {
      clearTimeout(timer);
      if (!stream.closed)
        this.#call(stream, method, chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    });
    stream.once("close", () => {
      clearTimeout(timer);
      this.#bytes -= size;
    });
  }

  #call(stream: ServerHttp2Stream, method: Method, bytes: Uint8Array): void {
    try {
      const taken = takeMessage(bytes, mostBytes(method, this.#options.limits));
      if (taken === undefined || taken.rest.length > 0) throw AbciError.malformed(`${method.goName}: not one message`);
      this.#lane.add(method, taken.message, (outcome) => this.#end(stream, method, outcome));
    } catch (thrown) {
      this.#refuse(stream, thrown);
    }
  }

  #end(stream: ServerHttp2Stream, method: Method, outcome: Outcome): void {
    if ("exception" in outcome) {
      fail(stream, Code.internal, outcome.exception);
      return;
    }
    const { length } = outcome.encoded;
    if (length <= MOST_GRPC_ANSWER) {
      this.#send(stream, outcome.encoded);
      return;
    }
    const text =
      `the answer to ${method.goName} has ${length} bytes, and CometBFT takes ${MOST_GRPC_ANSWER} over gRPC: ` +
      'use the socket form (abci = "socket")';
    fail(stream, Code.resourceExhausted, text);
    // CometBFT cannot go on without an answer of consensus.
    if (method.kind === "consensus") this.#options.onFault(new EnvironmentFault(text));
    else this.#options.log(text);
  }

  #send(stream: ServerHttp2Stream, encoded: Uint8Array): void {
    if (stream.destroyed) return;
    this.#untaken += encoded.length;
    if (this.#untaken > MOST_UNTAKEN) this.#lane.pause();
    stream.once("close", () => {
      this.#untaken -= encoded.length;
      if (this.#untaken <= MOST_UNTAKEN) this.#lane.resume();
    });
    answer(stream, encoded);
  }
}

/** The server of the gRPC form: service tendermint.abci.ABCI over HTTP/2 in clear. */
export function createGrpcServer(options: GrpcServerOptions): Http2Server {
  const connections = new WeakMap<object, GrpcConnection>();
  const server = createServer({
    maxSessionMemory: SESSION_MB,
    maxHeaderListPairs: MOST_HEADERS,
    settings: { maxConcurrentStreams: MOST_STREAMS, initialWindowSize: WINDOW },
  });
  server.on("session", (session) => {
    const connection = new GrpcConnection(options);
    connections.set(session, connection);
    session.on("error", () => {});
    session.setLocalWindowSize(WINDOW);
    session.once("close", () => connection.close());
  });
  server.on("sessionError", (error: Error & { readonly code?: string }) => {
    // A client that ends resets its connections, which is worth no line.
    if (error.code !== "ECONNRESET") options.log(`an ABCI connection is closed: ${error.message}`);
  });
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    const connection = stream.session === undefined ? undefined : connections.get(stream.session);
    if (connection === undefined || stream.destroyed) stream.close(constants.NGHTTP2_CANCEL);
    else if (headers[":method"] === "POST" && String(headers["content-type"] ?? "").startsWith(TYPE)) {
      connection.take(stream, headers);
    } else {
      safely(stream, () => {
        stream.respond({ ":status": 415 }, { endStream: true });
        stream.close(constants.NGHTTP2_NO_ERROR);
      });
    }
  });
  return server;
}
