// SPDX-License-Identifier: Apache-2.0
import type { Peer } from "@sotto/protocol";

export declare const testPeer: Peer;
