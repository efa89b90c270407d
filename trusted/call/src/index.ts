export { Calls, type CallsInput } from "./calls.ts";
export type { CallHost } from "./host.ts";
export type { CallBlock } from "./runner.ts";
export type {
  CallMessage,
  ExecuteMessage,
  InstantiateMessage,
  MigrateMessage,
  SignedMessage,
  UpdateAdminMessage,
} from "./signedMessage.ts";
