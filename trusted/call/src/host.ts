import type { QueryChainAnswer, QueryChainAsk } from "@sotto/protocol";

/**
 * What an open call asks of the host. Nothing that comes back is believed: rows are opened by their AEAD tag, code by
 * its hash, answers to smart queries by the key of the message; other answers are the chain's word (spec/calls.md 8.3).
 */
export interface CallHost {
  readState(key: Uint8Array): Uint8Array | undefined;
  queryChain(ask: QueryChainAsk): QueryChainAnswer;
  readCode(codeHash: Uint8Array): Uint8Array | undefined;
}
