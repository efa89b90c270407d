import { openPlatform } from "@sotto/platform";
import { type Peer, serveEnclave } from "@sotto/protocol";
import { createEnclave } from "./service.ts";

/** An enclave, as a peer for any transport. Which driver it starts with, the start request says. */
export const createEnclavePeer = (): Peer => serveEnclave(createEnclave(openPlatform));
