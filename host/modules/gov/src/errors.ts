// SPDX-License-Identifier: Apache-2.0
import { codespace, plainError, recoveredPanic } from "@sotto/errors";

/** x/gov types/errors.go */
export const GovError = codespace("gov", {
  inactiveProposal: [3, "inactive proposal"],
  invalidContent: [5, "invalid proposal content"],
  invalidType: [6, "invalid proposal type"],
  invalidVote: [7, "invalid vote option"],
  noHandler: [9, "no handler exists for proposal type"],
  unroutable: [10, "proposal message not recognized by router"],
  noMessages: [11, "no messages proposed"],
  invalidMessage: [12, "invalid proposal message"],
  invalidSigner: [13, "expected gov account as only signer for proposal message"],
  metadataTooLong: [15, "metadata too long"],
  depositTooSmall: [16, "minimum deposit is too small"],
  invalidProposer: [18, "invalid proposer"],
  votingEnded: [20, "voting period already ended"],
  invalidProposal: [21, "invalid proposal"],
  summaryTooLong: [22, "summary too long"],
  invalidDepositDenom: [23, "invalid deposit denom"],
});

/** A row that does not exist, in the words of collections (map.go Get): they reach contracts. */
export const notFound = (key: string, type: "Proposal" | "Deposit") =>
  plainError(`collections: not found: key '${key}' of type github.com/cosmos/gogoproto/cosmos.gov.v1.${type}`);

/** Compat: Go uses a field of an absent message, or an absent number. */
export const nilPointer = () => recoveredPanic("runtime error: invalid memory address or nil pointer dereference");
