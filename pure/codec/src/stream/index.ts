// An entry point of its own: the enclave reads no JSON that is too long for memory (ADR 76).
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
