export { createEnclave, type OpenPlatform } from "./service.ts";
export { createSimPeer } from "./simPeer.ts";
