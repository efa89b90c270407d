// SPDX-License-Identifier: Apache-2.0
import { servePeer } from "@sotto/transport";
import { createEnclavesPeer } from "./peer.ts";

// Entry of the enclaves' thread: blocks until the process ends.
servePeer(createEnclavesPeer());
