// SPDX-License-Identifier: Apache-2.0
import { servePeer } from "@sotto/transport";
import { testPeer } from "./peers.mjs";

servePeer(testPeer);
