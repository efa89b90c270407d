// SPDX-License-Identifier: Apache-2.0
export {
  type Binding,
  boundHeader,
  boundNonce,
  encodeBinding,
  isBoundNonce,
  isBoundText,
  openBound,
} from "./binding.ts";
export {
  agreeMessageKey,
  decryptError,
  decryptOutput,
  encryptBoundMessage,
  encryptMessage,
  type MessageKey,
} from "./client.ts";
export { buildEnvelope, type Envelope, MIN_ENVELOPE, parseEnvelope } from "./envelope.ts";
export {
  COMPUTE,
  contractFailed,
  enclaveDetail,
  encryptedDetail,
  type FoundError,
  findQueryError,
  findTxErrors,
} from "./failure.ts";
export { KDF_SALT, kdf, prepareKdf, txKey } from "./kdf.ts";
export {
  errorText,
  open,
  openAttribute,
  openData,
  openReplyData,
  openReplyError,
  seal,
  sealAttribute,
  sealData,
  sealError,
} from "./output.ts";
export {
  buildPlaintext,
  buildReplyId,
  HASH_TEXT,
  MAX_REPLY_HEADERS,
  type Plaintext,
  parsePlaintext,
  parseReplyId,
  REPLY_HEADER,
  type ReplyHeader,
  type ReplyId,
} from "./plaintext.ts";
export { type ReplyResult, replyJson } from "./reply.ts";
