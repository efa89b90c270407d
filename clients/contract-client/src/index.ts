// SPDX-License-Identifier: Apache-2.0
export {
  type Bind,
  type ClientOptions,
  ContractClient,
  type Executed,
  type ExecuteOptions,
  type SendOptions,
} from "./client.ts";
export { type Code, type Deployed, type DeployOptions, deploy, instantiate, storeCode } from "./deploy.ts";
export {
  ContractRefused,
  InstanceRefused,
  QueryRefused,
  TransactionFailed,
  TransactionPending,
  UnexpectedAnswer,
} from "./errors.ts";
export { type ContractRef, checkInstance, type InstanceRules } from "./instance.ts";
export { headAfter, type LoggedLeaf, type LoggedTx, leavesIn, searchLeaves, type TxSearch } from "./leaves.ts";
export { type RepeatOptions, repeat } from "./repeat.ts";
export type { Coin, Permit, SecretClient } from "./secretClient.ts";
export { entropy, Permits, ViewingKey } from "./secrets.ts";
export { type Channel, type Notification, notificationId, openNotification, Receiver, type TxPlace } from "./snip52.ts";
export { ContractFeed, type FeedOptions, type TxEvent, type WebSocketClass, type WebSocketLike } from "./socket.ts";
export {
  amountText,
  HOOK_SIZE,
  idText,
  jsonSize,
  MessageTooLong,
  padded,
  SECRET_SIZE,
  SEND_SIZE,
  SETUP_SIZE,
} from "./text.ts";
