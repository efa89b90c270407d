// SPDX-License-Identifier: Apache-2.0
export { believed, given, type Reason } from "./believed.ts";
export { type Checkpoint, DEFAULT_TRUSTING_PERIOD, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
export {
  type ContractClaim,
  isAdmin,
  isMigrated,
  names,
  namesCode,
  type ProvenContract,
  ProvenContracts,
} from "./contracts.ts";
export { fieldsOf, type UntrustedFields } from "./fields.ts";
export { genesisHash, type Handover, verifyHandover } from "./handover.ts";
export { chosen, isSame, isSameBytes } from "./known.ts";
export { trustGenesis, type VerifiedBlock, verifyBlock, verifyTrust } from "./lightClient.ts";
export { openQuery, openRow, unsealed, verifyCode } from "./sealed.ts";
export type {
  CallMessage,
  ExecuteMessage,
  InstantiateMessage,
  MigrateMessage,
  SignedMessage,
  UpdateAdminMessage,
} from "./signedMessage.ts";
export { BlockTransactions, type Position, type SignerClaim } from "./transactions.ts";
