// SPDX-License-Identifier: Apache-2.0
export { inlineChannel } from "./inline.ts";
export { createLaneMemory, hostSide, type LaneOptions, serveLane } from "./lane.ts";
export { decodeRecording, encodeRecording, type RecordedFrame, recordingChannel, replayingChannel } from "./record.ts";
export { CONTRACT_STACK_MB, servePeer, type WorkerChannel, workerChannel, workerCutOff } from "./worker.ts";
