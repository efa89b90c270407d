// SPDX-License-Identifier: Apache-2.0
export { believed, given, type Reason } from "./believed.ts";
export { type Checkpoint, DEFAULT_TRUSTING_PERIOD, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
export {
  type ContractClaim,
  type ContractKeys,
  isAdmin,
  isMigrated,
  keyRowOf,
  names,
  namesCode,
  type ProvenContract,
  ProvenContracts,
} from "./contracts.ts";
export { fieldsOf, type UntrustedFields } from "./fields.ts";
export { genesisHash, type Handover, verifyHandover } from "./handover.ts";
export { chosen, isSame, isSameBytes } from "./known.ts";
export { seenAt, trustGenesis, type VerifiedBlock, verifyBlock, verifyTrust } from "./lightClient.ts";
export { BlockRows, believedRows, type RowSource, rowPrefix } from "./rows.ts";
export { openQuery, unsealed, verifyCode } from "./sealed.ts";
export { type SeenHeader, type ShownState, sealWrites, verifyShown } from "./shown.ts";
export type {
  CallMessage,
  ExecuteMessage,
  InstantiateMessage,
  MigrateMessage,
  SignedMessage,
  UpdateAdminMessage,
} from "./signedMessage.ts";
export { BlockTransactions, type Position, type SignerClaim } from "./transactions.ts";
