import type { Channel, Peer } from "@sotto/protocol";

/**
 * The enclave in the caller's own thread: the sim driver and tests. Frames are copied both ways, so that
 * neither side can keep a view into the other's memory.
 */
export function inlineChannel(peer: Peer): Channel {
  return {
    call: (request, serve) => peer(request.slice(), (ask) => serve(ask.slice()).slice()).slice(),
  };
}
