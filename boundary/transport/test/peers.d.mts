import type { Peer } from "@sotto/protocol";

export declare const testPeer: Peer;
