// SPDX-License-Identifier: Apache-2.0
export type { ValidatorKey } from "./makeBlock.ts";
export {
  createSequencer,
  type Phase,
  type ProducedBlock,
  type Reserved,
  type Sequencer,
  type SequencerOptions,
} from "./sequencer.ts";
