// SPDX-License-Identifier: Apache-2.0
import { parkBeforeAddons } from "@sotto/crypto";
import { servePeer, workerCutOff } from "@sotto/transport";
import { createEnclavePeer } from "./peer.ts";

// Entry of an enclave thread: blocks until the process ends.
const cutOff = workerCutOff();
if (cutOff !== undefined) parkBeforeAddons(cutOff);
servePeer(createEnclavePeer());
