/** Answers one ask of the enclave while a call of ours is open. */
export type FrameHandler = (ask: Uint8Array) => Uint8Array;

/**
 * While a call is open either side answers the other's frames, last in first out. Nothing else ever crosses.
 * A call made from within `serve` nests. Transports throw EnvironmentFault when the peer is gone.
 */
export interface Channel {
  call(request: Uint8Array, serve: FrameHandler): Uint8Array;
}

/** What a transport runs on the enclave's side: one request in, one answer out; `ask` reaches the caller's `serve`. */
export type Peer = (request: Uint8Array, ask: FrameHandler) => Uint8Array;
