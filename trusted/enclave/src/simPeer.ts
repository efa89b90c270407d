import { fromUtf8 } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { openPlatform } from "@sotto/platform";
import { type Peer, serveEnclave } from "@sotto/protocol";
import { createEnclave } from "./service.ts";

/**
 * The sim driver's sealing key is known to everybody: it protects nothing from the machine's owner, who could read the
 * enclave's memory just as well (SECURITY.md). It lets query lanes open what lane 0 sealed, as hardware does.
 */
const SIM_SEALING_KEY = sha256(fromUtf8("sotto sim sealing key"));

/** An enclave of the sim driver, as a peer for any transport. */
export const createSimPeer = (): Peer =>
  serveEnclave(createEnclave((chainId, seed) => openPlatform("sim", { chainId, seed, sealingKey: SIM_SEALING_KEY })));
