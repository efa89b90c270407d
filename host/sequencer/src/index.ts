// SPDX-License-Identifier: Apache-2.0
export {
  createSequencer,
  type Phase,
  type ProducedBlock,
  type Reserved,
  type Sequencer,
  type SequencerOptions,
} from "./sequencer.ts";
export type { Misses, ValidatorKey } from "./signers.ts";
