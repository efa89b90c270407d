// SPDX-License-Identifier: Apache-2.0
export { type CommittedBlock, type EngineOptions, engineHandlers, logSource } from "./application.ts";
export {
  createFollowing,
  type EngineGenesis,
  type EngineRequest,
  type ExecutedBlock,
  type Following,
  type FollowingParts,
} from "./following.ts";
