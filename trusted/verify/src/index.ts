export {
  advance,
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  trustGenesis,
  type VerifiedBlock,
  verifyBlock,
} from "./lightClient.ts";
export { open } from "./open.ts";
export type {
  CallMessage,
  ExecuteMessage,
  InstantiateMessage,
  MigrateMessage,
  SignedMessage,
  UpdateAdminMessage,
} from "./signedMessage.ts";
export { BlockTransactions, type Position, type SignerClaim } from "./transactions.ts";
