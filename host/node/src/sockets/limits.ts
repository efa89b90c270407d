// SPDX-License-Identifier: Apache-2.0
/**
 * Limits of clients' resources, for all endpoints together. Each limit has a test in
 * `host/node/test/alone/endpoints.test.ts` or `host/node/test/alone/grpcEndpoint.test.ts`, and a
 * row in the table of the README.
 */
export interface EndpointLimits {
  /** Connections at once. One more ends the one that has been idle longest. */
  readonly connections: number;
  /** Requests that are being received or answered at once. */
  readonly requests: number;
  /** Requests of one connection that are answered at once. */
  readonly requestsOfOne: number;
  /** Streams that stay open (reflection, watching of health) at once. */
  readonly streams: number;
  /** The same of one connection. */
  readonly streamsOfOne: number;
  /** Bytes of one request's body. */
  readonly bodyBytes: number;
  /**
   * Bytes of a body that are not counted among the bodies in flight: small requests are served
   * while others send large ones.
   */
  readonly smallBytes: number;
  /** Bytes of all bodies beyond the small part, from their first byte until they are answered. */
  readonly bodiesBytes: number;
  /** Bytes of a request's line and headers. */
  readonly headBytes: number;
  /**
   * Bytes of all answers and events that clients have not read. Beyond it, the client with most
   * unread bytes is disconnected.
   */
  readonly untakenBytes: number;
  /**
   * Bytes that wait for one client of a WebSocket; beyond them the next event is not sent and the
   * client is disconnected.
   */
  readonly untakenOfOne: number;
  /** Milliseconds in which a client must read a slice of an answer. */
  readonly stallMs: number;
  /** Milliseconds for a request's line and headers. */
  readonly headMs: number;
  /** Milliseconds for a whole request. */
  readonly requestMs: number;
  /** Milliseconds that a connection stays open between two requests of HTTP/1. */
  readonly keepMs: number;
  /** Milliseconds of silence after which a WebSocket gets a ping, and after which it is closed. */
  readonly probeMs: number;
  readonly silentMs: number;
  /** The same of a gRPC connection. */
  readonly callProbeMs: number;
  readonly callSilentMs: number;
}

export const ENDPOINT_LIMITS: EndpointLimits = {
  // Source: SDK 0.50 server/config (api.max-open-connections); CometBFT's RPC has 900.
  connections: 1_000,
  requests: 4_096,
  // Source: grpc-go's default of max concurrent streams is none, nghttp2 and most servers have 100.
  requestsOfOne: 100,
  streams: 1_000,
  streamsOfOne: 16,
  // A transaction that stores 4 MiB of code, in base64 in JSON.
  bodyBytes: 10 * 1024 * 1024,
  smallBytes: 64 * 1024,
  bodiesBytes: 64 * 1024 * 1024,
  // Go has a megabyte. Node keeps incomplete headers in one piece that it copies for each packet:
  // the cost grows with the square of this.
  headBytes: 256 * 1024,
  untakenBytes: 256 * 1024 * 1024,
  untakenOfOne: 16 * 1024 * 1024,
  stallMs: 60_000,
  headMs: 15_000,
  requestMs: 60_000,
  keepMs: 72_000,
  // Source: CometBFT rpc/jsonrpc/server/ws_handler.go, 27 s and 30 s.
  probeMs: 27_000,
  silentMs: 60_000,
  // Short: Node stops reading a connection that broke the rules of HTTP/2, without an event; only
  // the missing answer shows it.
  callProbeMs: 5_000,
  callSilentMs: 20_000,
};
