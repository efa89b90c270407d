// SPDX-License-Identifier: Apache-2.0
export type { Channel, FrameHandler, Peer } from "./channel.ts";
export { Ask, type EnclaveClient, enclaveClient, HostAborted, type HostService, Method, SERVED } from "./client.ts";
export { BoundaryError, EnclaveError } from "./errors.ts";
export { MAX_FRAME } from "./frame.ts";
export {
  AdmitAnswer,
  AdmitRequest,
  Attribute,
  CallAnswer,
  CallKind,
  CallRequest,
  Coin,
  CommitBlockAnswer,
  CommitBlockRequest,
  ContractEvent,
  ContractRef,
  CreateNodeAnswer,
  CreateNodeRequest,
  HintLimit,
  Outcome,
  ProvenHeader,
  ProveStateAsk,
  QueryChainAnswer,
  QueryChainAsk,
  QueryRequest,
  ReadStateAnswer,
  ReadStateAsk,
  ReceiveKeysRequest,
  ReplyOn,
  ReplyRequest,
  Row,
  ShowStateAnswer,
  ShowStateRequest,
  SignerHint,
  StartAnswer,
  StartRequest,
  SubMessage,
  SubmitBlockRequest,
  TrustAnswer,
  TrustLimit,
  TrustRequest,
  TrustStep,
  WasmKind,
  WasmMessage,
} from "./messages.ts";
export { type EnclaveService, serveEnclave, type UntrustedHost } from "./server.ts";
export type { Untrusted } from "./untrusted.ts";
