export { createEnclavePeer } from "./peer.ts";
export { createEnclave } from "./service.ts";
