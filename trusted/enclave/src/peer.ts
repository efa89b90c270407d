// SPDX-License-Identifier: Apache-2.0
import { openPlatform } from "@sotto/platform";
import { type Peer, serveEnclave } from "@sotto/protocol";
import { createEnclave } from "./service.ts";

/** An enclave, as a peer for any transport. The start request names its platform driver. */
export const createEnclavePeer = (): Peer => serveEnclave(createEnclave(openPlatform));
