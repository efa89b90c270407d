// SPDX-License-Identifier: Apache-2.0
// A separate entry point, which the enclave does not load: it reads only JSON that fits into memory
// (ADR 76).
export {
  ELEMENT_LIMITS,
  type MessageStream,
  messageStreamJson,
  readMessageStream,
  type StreamedInit,
  type StreamedShape,
  type StreamOptions,
} from "./message.ts";
export { type JsonElement, type JsonExtent, jsonAt, jsonElements, jsonMembers } from "./scanner.ts";
export { type JsonSource, jsonSource, sourcePart } from "./source.ts";
