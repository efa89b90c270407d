export {
  BLOCK_PROTOCOL,
  type Block,
  type BlockId,
  type Commit,
  type CommitSig,
  type Evidence,
  type Header,
  isNilBlockId,
  NIL_BLOCK_ID,
  PART_SIZE,
  type PartSetHeader,
  type SignedHeader,
  type Vote,
  VoteFlag,
  VoteType,
} from "./block.ts";
export {
  ABSENT,
  assertCommit,
  medianTime,
  signCommit,
  type TrustLevel,
  verifyCommit,
  verifyCommitLight,
  verifyCommitTrusting,
  verifyConsensusSignature,
  verifyVote,
} from "./commit.ts";
export {
  decodeBlock,
  decodeCommit,
  decodeHeader,
  decodeLightBlock,
  decodeValidatorSet,
  decodeVote,
  encodeBlock,
  encodeLightBlock,
  encodeValidatorSet,
  type LightBlock,
} from "./decode.ts";
export { CometError } from "./errors.ts";
export {
  blockId,
  commitHash,
  consensusParamsHash,
  type DeterministicResult,
  dataHash,
  dataHashOf,
  decodeHashedParams,
  evidenceHash,
  type HashedParams,
  headerHash,
  type PartSet,
  partSet,
  resultsHash,
  txHash,
  txProofs,
} from "./hash.ts";
export {
  assertBlock,
  assertHeader,
  assertLightBlock,
  assertSignedHeader,
  assertValidatorSet,
  DEFAULT_TRUST_LEVEL,
  type LightStep,
  verifyLightStep,
} from "./light.ts";
export { consensusAddress, type PublicKey } from "./publicKey.ts";
export { type Argument, type Condition, formatQuery, MAX_QUERY_LENGTH, type Operator, parseQuery } from "./query.ts";
export {
  type IndexedEvent,
  matchesHeight,
  matchesSearch,
  matchesSearchRange,
  matchesSearchValue,
  matchesSubscription,
  planSearch,
  type SearchPlan,
  type SearchRange,
} from "./search.ts";
export {
  addTime,
  compareTime,
  formatTime,
  isZeroTime,
  MAX_SECONDS,
  parseDate,
  parseTime,
  type Time,
  ZERO_TIME,
} from "./time.ts";
export {
  byPower,
  changeValidators,
  createValidatorSet,
  findValidator,
  MAX_TOTAL_POWER,
  nextRound,
  proposerOf,
  type Validator,
  type ValidatorChange,
  type ValidatorSet,
  validatorSetHash,
  validatorSetOf,
} from "./validatorSet.ts";
export { commitSignBytes, type SignedVote, voteSignBytes } from "./vote.ts";
export { decodeBlockId, encodeBlockId, encodeCommit, encodeHeader, encodeVote } from "./wire.ts";
