import { servePeer } from "@sotto/transport";
import { createSimPeer } from "./simPeer.ts";

// Entry of an enclave thread: blocks until the process ends.
servePeer(createSimPeer());
