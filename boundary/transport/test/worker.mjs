import { servePeer } from "@sotto/transport";
import { testPeer } from "./peers.mjs";

servePeer(testPeer);
