// SPDX-License-Identifier: Apache-2.0
export {
  type DuplicateVote,
  duplicateVoteFault,
  malformedDuplicateVote,
  type WellFormedDuplicateVote,
} from "./duplicateVote.ts";
export { encodeAttack, encodeDuplicateVote } from "./encode.ts";
export {
  attackBlock,
  attackFault,
  attackHash,
  type ConflictingBlock,
  forwardFault,
  type LightClientAttack,
} from "./lightClientAttack.ts";
export { type EvidenceAge, type Occasion, occasionFault } from "./occasion.ts";
export { blockIdText, commitSigText, goTimeText, validatorText, voteText } from "./text.ts";
export type { SentValidator } from "./wellFormed.ts";
