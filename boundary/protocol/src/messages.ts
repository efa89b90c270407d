// SPDX-License-Identifier: Apache-2.0
import {
  atMost,
  byteList,
  bytes,
  type FrameValue,
  flag,
  frame,
  integer,
  list,
  optional,
  optionalBytes,
  optionalInteger,
  text,
} from "./frame.ts";

/** The kind of a `CallRequest`. Numbers are wire. */
export const CallKind = { instantiate: 1, execute: 2, migrate: 3, updateAdmin: 4 } as const;
export type CallKind = (typeof CallKind)[keyof typeof CallKind];

/** How a call ended. Numbers are wire. */
export const Outcome = { ok: 0, contractError: 1, outOfGas: 2, fault: 3 } as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

/** When a parent wants the reply to a sub-message (CosmWasm `ReplyOn`). Numbers are wire. */
export const ReplyOn = { never: 0, error: 1, success: 2, always: 3 } as const;
export type ReplyOn = (typeof ReplyOn)[keyof typeof ReplyOn];

/** The variants of a wasm sub-message. Numbers are wire. */
export const WasmKind = { instantiate: 1, execute: 2, migrate: 3, updateAdmin: 4, clearAdmin: 5 } as const;
export type WasmKind = (typeof WasmKind)[keyof typeof WasmKind];

export const Coin = frame({ denom: text(1), amount: text(2) });
export type Coin = FrameValue<typeof Coin>;

/**
 * The chain's record of a contract, from the host; the enclave authenticates it
 * (spec/contract-state.md 1.6).
 */
export const ContractRef = frame({
  /** 20 bytes. */
  address: bytes(1),
  /** sha256 of the wasm, 32 bytes. */
  codeHash: bytes(2),
  /** 64 bytes; empty only for instantiate. */
  ogKey: bytes(3),
  /** 64 bytes after a migration, else empty. */
  currentKey: bytes(4),
  /** 32 bytes after a migration, else empty. */
  currentKeyProof: bytes(5),
  /** Bech32, or empty. */
  admin: text(6),
  /** 32 bytes. */
  adminProof: bytes(7),
});
export type ContractRef = FrameValue<typeof ContractRef>;

export const StartRequest = frame({
  chainId: text(1),
  /** The sealed state of an earlier run of the enclave; absent at the first start. */
  sealed: optionalBytes(2),
  /** Only the platform driver reads them. */
  driverOptions: bytes(3),
  /** tendermint.types.ValidatorSet of the genesis, the root of trust at the first start. */
  validators: bytes(4),
  initialHeight: integer(5),
  /** Name of the platform driver. */
  driver: text(6),
  /** Only the keys of `sealed` count: the chain begins with this request's genesis (ADR 101). */
  newGenesis: flag(7),
  /** Rows and records of contracts come without proofs, where the driver allows it (ADR 112). */
  believesRows: flag(8),
  /**
   * The sealed registration key of a node that has no network keys yet. Only read without `sealed`:
   * the enclave then has no keys, and answers with empty ones.
   */
  registration: optionalBytes(9),
  /**
   * Seconds; 0: the sealed value, at a first start the enclave's own. Later starts may lower it,
   * and never raise it.
   */
  trustingPeriod: integer(10),
  /** Queries of clients may read older states than the newest shown, where the driver allows it. */
  answersPast: flag(11),
});
export type StartRequest = FrameValue<typeof StartRequest>;

export const StartAnswer = frame({
  /** X25519 public key that clients encrypt to, 32 bytes. */
  ioPublicKey: bytes(1),
  /** X25519 public key for new nodes, 32 bytes. */
  seedExchangePublicKey: bytes(2),
  /**
   * The host stores it with the state, and sends it at the next start. Empty, like the keys, for an
   * enclave without network keys.
   */
  sealed: bytes(3),
  /** Height of the last block whose CommitBlock the sealed bytes record; 0 at the first start. */
  height: integer(4),
});
export type StartAnswer = FrameValue<typeof StartAnswer>;

/** Begins the registration of a node: the enclave needs no start. */
export const CreateNodeRequest = frame({
  chainId: text(1),
  /** Name of the platform driver. */
  driver: text(2),
  /** Only the platform driver reads them. */
  driverOptions: bytes(3),
  /** Ed25519 consensus key of the node's validator, 32 bytes; empty for a node without one. */
  validatorKey: bytes(4),
});
export type CreateNodeRequest = FrameValue<typeof CreateNodeRequest>;

export const CreateNodeAnswer = frame({
  /** X25519 public key that names the node in the registration, 32 bytes. */
  publicKey: bytes(1),
  /** The certificate for the transaction that registers the node. */
  certificate: bytes(2),
  /** The sealed registration key. The host stores it until the node has received the keys. */
  registration: bytes(3),
});
export type CreateNodeAnswer = FrameValue<typeof CreateNodeAnswer>;

/** A message of the verified block that registers a node. */
export const AdmitRequest = frame({
  /** Position in the block's transaction list. */
  txIndex: integer(1),
  /** Position in the transaction's message list. */
  messageIndex: integer(2),
});
export type AdmitRequest = FrameValue<typeof AdmitRequest>;

export const AdmitAnswer = frame({
  /** 0, or a `Refusal` of `@sotto/attest`. */
  refusal: integer(1),
  /** The network's seeds for this node alone; empty after a refusal. */
  encryptedSeed: bytes(2),
});
export type AdmitAnswer = FrameValue<typeof AdmitAnswer>;

/** What a registered node finds on the chain, and the genesis from which it will verify blocks. */
export const ReceiveKeysRequest = frame({
  chainId: text(1),
  driver: text(2),
  driverOptions: bytes(3),
  /** tendermint.types.ValidatorSet of the genesis. */
  validators: bytes(4),
  initialHeight: integer(5),
  /** The sealed registration key. */
  registration: bytes(6),
  /** `node_exch_key` of the chain, 32 bytes. */
  seedExchangePublicKey: bytes(7),
  /** `io_exch_key` of the chain, 32 bytes. */
  ioPublicKey: bytes(8),
  /** The answer to the query EncryptedSeed for this node. */
  encryptedSeed: bytes(9),
});
export type ReceiveKeysRequest = FrameValue<typeof ReceiveKeysRequest>;

export const SubmitBlockRequest = frame({
  /** tendermint.types.Header */
  header: bytes(1),
  /** tendermint.types.Commit for this very header */
  commit: bytes(2),
  /** tendermint.types.ValidatorSet that signed it */
  validators: bytes(3),
  txs: byteList(4),
});
export type SubmitBlockRequest = FrameValue<typeof SubmitBlockRequest>;

export const CommitBlockRequest = frame({
  /** Whether the block's last transaction with a call has failed (`CallRequest.lastFailed`). */
  lastFailed: flag(1),
});
export type CommitBlockRequest = FrameValue<typeof CommitBlockRequest>;

export const CommitBlockAnswer = frame({
  sealed: bytes(1),
  /**
   * The rows and records of contracts that the block wrote, sealed for `ShowStateRequest`; absent
   * where rows are believed, and for more than an enclave takes back.
   */
  writes: optionalBytes(2),
  /** Proof of the block's header for `ShowStateRequest`, 32 bytes. */
  headerProof: bytes(3),
});
export type CommitBlockAnswer = FrameValue<typeof CommitBlockAnswer>;

/**
 * Bounds of a `TrustRequest`: what one frame may make the enclave decode and verify. `validators`
 * counts those of all sets in it.
 */
export const TrustLimit = { steps: 64, lightBlock: 2 << 20, validatorSet: 1 << 20, validators: 10_000 } as const;

/** One step of the light client. */
export const TrustStep = frame({
  /** tendermint.types.LightBlock */
  lightBlock: atMost(TrustLimit.lightBlock, bytes(1)),
  /**
   * tendermint.types.ValidatorSet that the block before names as the next; empty when the light
   * block has the same set, and for the block that follows directly.
   */
  trusted: atMost(TrustLimit.validatorSet, bytes(2)),
});
export type TrustStep = FrameValue<typeof TrustStep>;

/** Light blocks in the order of their heights, each verified from the one before. */
export const TrustRequest = frame({ steps: atMost(TrustLimit.steps, list(1, TrustStep)) });
export type TrustRequest = FrameValue<typeof TrustRequest>;

export const TrustAnswer = frame({
  /** The host stores it with the state, and sends it at the next start. */
  sealed: bytes(1),
  /** Of the last light block: the next block is one above. */
  height: integer(2),
});
export type TrustAnswer = FrameValue<typeof TrustAnswer>;

/** The fields of a verified header that queries need. */
export const ProvenHeader = frame({
  height: integer(1),
  /** Decimal nanoseconds. */
  time: text(2),
  /** Of the state before the block. */
  appHash: bytes(3),
  /**
   * From the commit of the block. Empty: the enclave verified this header itself, and reads the
   * height alone.
   */
  proof: bytes(4),
});
export type ProvenHeader = FrameValue<typeof ProvenHeader>;

/**
 * A committed state that queries of clients read from now on: the newest one by what its block
 * wrote, or an older one by two headers (spec/calls.md 8.1).
 */
export const ShowStateRequest = frame({
  height: integer(1),
  /** `CommitBlockAnswer.writes` of this height. */
  writes: optionalBytes(2),
  /** Without `writes`: the header of this height, and the next one. */
  header: optional(3, ProvenHeader),
  next: optional(4, ProvenHeader),
});
export type ShowStateRequest = FrameValue<typeof ShowStateRequest>;

export const ShowStateAnswer = frame({
  /**
   * Height of the state under whose hash rows come with proofs; the rows that a later block wrote
   * need none.
   */
  base: integer(1),
});
export type ShowStateAnswer = FrameValue<typeof ShowStateAnswer>;

/**
 * Bounds of a `SignerHint`. The host sends no longer hint, and the ante refuses screens with more
 * units.
 */
export const HintLimit = { publicKey: 65_536, name: 128, units: 256 } as const;

/** A public key as a google.protobuf.Any. */
export const KeyHint = frame({
  typeUrl: atMost(HintLimit.name, text(1)),
  value: atMost(HintLimit.publicKey, bytes(2)),
});
export type KeyHint = FrameValue<typeof KeyHint>;

/**
 * The unit in which SIGN_MODE_TEXTUAL shows a denom (the part of cosmos.bank.v1beta1.Metadata for
 * screens).
 */
export const UnitHint = frame({
  denom: atMost(HintLimit.name, text(1)),
  display: atMost(HintLimit.name, text(2)),
  /** Powers of ten of the denom and of the unit; absent: the metadata does not list it. */
  exponent: optionalInteger(3),
  displayExponent: optionalInteger(4),
});
export type UnitHint = FrameValue<typeof UnitHint>;

/**
 * Data for the check of a signature that the transaction does not contain. It is not a proof: the
 * address proves the key, and with a wrong unit a signature fails, and never holds (spec/calls.md
 * 3.4; ADR 35).
 */
export const SignerHint = frame({
  /** The account's key, when the signer info omits it. */
  publicKey: optional(1, KeyHint),
  /** SIGN_MODE_TEXTUAL: a unit for each denom that is not shown in itself. */
  units: atMost(HintLimit.units, list(2, UnitHint)),
});
export type SignerHint = FrameValue<typeof SignerHint>;

/** A call from a transaction of the verified block, or a sub-call of an earlier answer. */
export const CallRequest = frame({
  kind: integer(1),
  /** Position in the block's transaction list. */
  txIndex: integer(2),
  /** Position in the transaction's message list. */
  messageIndex: integer(3),
  /** 0 for the transaction's own message; otherwise the id of a SubMessage of an earlier answer. */
  callId: integer(4),
  /** The signer's account number, which the sign bytes contain. Ignored for sub-calls. */
  accountNumber: integer(5),
  /** `env.transaction.index`: the block's transaction counter. */
  txCounter: integer(6),
  contract: optional(7, ContractRef),
  /** migrate: sha256 of the code to migrate to, 32 bytes. */
  newCodeHash: bytes(8),
  /** instantiate: both are in the derived address (spec/contract-state.md 1.2). */
  codeId: integer(9),
  instanceId: integer(10),
  /** Wasm gas, at most 10^10. */
  gasLimit: integer(11),
  /** Absent for most signers, and for sub-calls. */
  hint: optional(12, SignerHint),
  /**
   * At the first call of a transaction: whether the block's last transaction with a call has
   * failed, so that its writes do not count (spec/contract-state.md 6.3).
   */
  lastFailed: flag(13),
});
export type CallRequest = FrameValue<typeof CallRequest>;

export const Attribute = frame({
  key: text(1),
  value: text(2),
  /** Key and value are ciphertext of the enclave: no search can name them. */
  encrypted: flag(3),
});
export type Attribute = FrameValue<typeof Attribute>;

export const ContractEvent = frame({ type: text(1), attributes: list(2, Attribute) });
export type ContractEvent = FrameValue<typeof ContractEvent>;

export const ReplyRequest = frame({
  /** The call that sent the sub-message. */
  parentId: integer(1),
  /** The id that its SubMessage carries. */
  childId: integer(2),
  contract: optional(3, ContractRef),
  gasLimit: integer(4),
  /**
   * Whether the sub-message succeeded. For wasm sub-messages the enclave believes its own record.
   */
  ok: flag(5),
  data: optionalBytes(6),
  /** Text shown to the contract when a non-wasm sub-message failed. */
  error: text(7),
  /** Events to show to the contract (spec/calls.md 7.2). */
  events: list(8, ContractEvent),
  txCounter: integer(9),
});
export type ReplyRequest = FrameValue<typeof ReplyRequest>;

export const QueryRequest = frame({
  contract: optional(1, ContractRef),
  /** nonce(32) | client public key(32) | ciphertext */
  query: bytes(2),
  gasLimit: integer(3),
  /** 1 for a query from outside; a nested one adds 1. */
  depth: integer(4),
  /** Of the state that the host reads; from outside that of the state shown (spec/calls.md 8.1). */
  height: integer(5),
  /** Decimal nanoseconds. Read only where rows are believed. */
  time: text(6),
});
export type QueryRequest = FrameValue<typeof QueryRequest>;

/**
 * One row of the contract's encrypted state, in the order the contract's writes are to be applied.
 */
export const Row = frame({ key: bytes(1), value: optionalBytes(2) });
export type Row = FrameValue<typeof Row>;

export const WasmMessage = frame({
  kind: integer(1),
  /** Bech32; empty for instantiate. */
  contract: text(2),
  codeId: integer(3),
  /** nonce | client public key | ciphertext; empty for admin messages. */
  msg: bytes(4),
  funds: list(5, Coin),
  label: text(6),
  /** Bech32 admin of an instantiate, or the new admin; empty for none. */
  admin: text(7),
  /** Text of the code hash from the contract. */
  codeHash: text(8),
});
export type WasmMessage = FrameValue<typeof WasmMessage>;

export const SubMessage = frame({
  /** Names this sub-message in CallRequest.callId and ReplyRequest.childId. Unique in the block. */
  id: integer(1),
  replyOn: integer(2),
  /** SDK gas, from the contract. */
  gasLimit: optionalInteger(3),
  wasm: optional(4, WasmMessage),
  /** Any other CosmosMsg: the contract's JSON of it. Empty when `wasm` is present. */
  json: bytes(5),
});
export type SubMessage = FrameValue<typeof SubMessage>;

/** Answer to Call, Reply and Query. Which fields are set depends on the outcome and the kind. */
export const CallAnswer = frame({
  outcome: integer(1),
  /** Wasm gas used, never more than the limit. Storage is charged by the host on its own meter. */
  gasUsed: integer(2),
  /** This call's own id, to name it as a parent. */
  callId: integer(3),
  /** EnclaveError code when the outcome is `fault`. */
  fault: integer(4),
  /**
   * Outcome contractError: the text that stands before `: execute contract failed`, e.g.
   * `encrypted: <b64>`.
   */
  error: text(5),
  /**
   * Response data as it goes on chain (ciphertext for encrypted calls); for a query the whole
   * encrypted answer.
   */
  data: optionalBytes(6),
  rows: list(7, Row),
  attributes: list(8, Attribute),
  events: list(9, ContractEvent),
  messages: list(10, SubMessage),
  /** instantiate: og contract key (64). migrate: the new current key (64). */
  contractKey: bytes(11),
  /** migrate: proof of the new key (32). */
  contractKeyProof: bytes(12),
  /** instantiate and updateAdmin: proof of the admin (32). */
  adminProof: bytes(13),
  /** Whether the called code speaks ABI v1 (decides which events the chain emits). */
  isV1: flag(14),
});
export type CallAnswer = FrameValue<typeof CallAnswer>;

/** Requests of the enclave while a call is pending. */
export const ReadStateAsk = frame({
  key: bytes(1),
  /**
   * 0: without a proof. 1: with a proof of the row and one of the store. Above: with a proof of the
   * row; the enclave knows the nodes of one proof less than this number.
   */
  proof: integer(2),
});
export type ReadStateAsk = FrameValue<typeof ReadStateAsk>;
export const ReadStateAnswer = frame({
  value: optionalBytes(1),
  /** Of the row or its absence under the hash of the store before the block (`ProvenTree`). */
  proof: bytes(2),
  /** Of the store's hash under the application hash of the block's header (`verifyStore`). */
  store: bytes(3),
});
export type ReadStateAnswer = FrameValue<typeof ReadStateAnswer>;
/**
 * A row of the chain's records of contracts in the state before the block, with its proof; the
 * answer is a ReadStateAnswer.
 */
export const ProveStateAsk = frame({
  /** In the store of contracts, with its prefix. */
  key: bytes(1),
  /** As in ReadStateAsk, at least 1. */
  proof: integer(2),
});
export type ProveStateAsk = FrameValue<typeof ProveStateAsk>;
export const QueryChainAsk = frame({
  /** JSON QueryRequest; the message of a nested smart query is already encrypted. */
  request: bytes(1),
  /** Wasm gas the nested query may use. */
  gasLimit: integer(2),
  /** Depth of the query to be made. */
  depth: integer(3),
});
export type QueryChainAsk = FrameValue<typeof QueryChainAsk>;
export const QueryChainAnswer = frame({
  /** JSON `{"Ok":{"Ok":"<b64>"}}` and its error forms, as from the reference's host. */
  answer: bytes(1),
  /** Wasm gas used by nested contract execution. */
  gasUsed: integer(2),
});
export type QueryChainAnswer = FrameValue<typeof QueryChainAnswer>;
export const ReadCodeAsk = frame({ codeHash: bytes(1) });
export const ReadCodeAnswer = frame({ code: optionalBytes(1) });
export const Empty = frame({});
