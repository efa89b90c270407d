// SPDX-License-Identifier: Apache-2.0
import type { Channel, Peer } from "@sotto/protocol";

/**
 * The enclave in the caller's own thread: the sim driver and tests. Frames are passed without a
 * copy: an encoder makes a new buffer for each and a decoder copies every field out, so neither
 * side holds a view into the other's memory.
 */
export const inlineChannel = (peer: Peer): Channel => ({ call: peer });
