// SPDX-License-Identifier: Apache-2.0
export { createEnclavePeer } from "./peer.ts";
export { createEnclave } from "./service.ts";
