// SPDX-License-Identifier: Apache-2.0
/** Answers one request of the enclave while a call is pending. */
export type FrameHandler = (ask: Uint8Array) => Uint8Array;

/**
 * While a call is pending either side answers the other's frames, last in first out. Only these
 * frames cross. A call made from within `serve` nests. Transports throw EnvironmentFault when the
 * peer is gone.
 */
export interface Channel {
  call(request: Uint8Array, serve: FrameHandler): Uint8Array;
}

/**
 * The enclave's side of a transport: one request in, one answer out; `ask` calls the caller's
 * `serve`.
 */
export type Peer = (request: Uint8Array, ask: FrameHandler) => Uint8Array;
