// SPDX-License-Identifier: Apache-2.0

/** The bounds of a server. Each is a positive safe integer. */
export interface AbciLimits {
  /** Bytes of one request of consensus: InitChain has the genesis' state, FinalizeBlock a block. */
  readonly consensusBytes: number;
  /**
   * Bytes of one request of the other connections; CometBFT's largest is a snapshot chunk of 16 MB.
   */
  readonly requestBytes: number;
  /** Requests of one connection without an answer, above which it is not read. */
  readonly pending: number;
  /** Their bytes, above which it is not read. */
  readonly pendingBytes: number;
  /** Milliseconds in which a whole request arrives after its first byte. */
  readonly frameMs: number;
  /** Open connections; CometBFT has four, and four more while it restarts. */
  readonly connections: number;
}

export const ABCI_LIMITS: AbciLimits = {
  consensusBytes: 128 * 1024 * 1024,
  requestBytes: 18 * 1024 * 1024,
  pending: 1_024,
  pendingBytes: 16 * 1024 * 1024,
  frameMs: 60_000,
  connections: 16,
};

/**
 * Most transactions of a proposal. A block of 22 MB reaches it with transactions of 42 bytes, and a
 * signature alone has 64. Hazard: without it a proposer sends 11 million empty transactions, which
 * take 1 GB of memory. Consensus: all validators must refuse the same proposals.
 */
export const MOST_TXS = 524_288;

/** Fields of one request at all depths, beside MOST_TXS: votes, validators, misbehaviour. */
export const MOST_FIELDS = 2 * MOST_TXS;

/** CometBFT's bound of a frame on a socket, in both directions. */
export const MOST_FRAME = 2 ** 31 - 1;

/** Bytes of one answer over gRPC: CometBFT's client receives no more (grpc-go's default). */
export const MOST_GRPC_ANSWER = 4 * 1024 * 1024;
