// SPDX-License-Identifier: Apache-2.0
export { type Anchor, anchorKey, decodeAnchor, encodeAnchor, faultOfRows, verifyAnchor } from "./anchor.ts";
export {
  type Begun,
  createFollower,
  type EngineBlock,
  type EngineResult,
  FalseParts,
  type Follower,
  type FollowerOptions,
} from "./follower.ts";
export {
  createSequencer,
  type Phase,
  type ProducedBlock,
  type Reserved,
  type Sequencer,
  type SequencerOptions,
} from "./sequencer.ts";
export type { Misses, ValidatorKey } from "./signers.ts";
