// SPDX-License-Identifier: Apache-2.0
/**
 * The CometBFT release whose interface this node serves; clients choose their decoder by it
 * (spec/clients.md 4.2).
 */
export const COMET_VERSION = "0.38.19";
/** Limits and numbers: CometBFT version.P2PProtocol, p2p channels of a full node. */
export const P2P_PROTOCOL = 8;
export const CHANNELS = "40202122233038606100";
