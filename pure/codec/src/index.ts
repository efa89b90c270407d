// SPDX-License-Identifier: Apache-2.0
export { aminoAnyJson, aminoJson } from "./aminoJson.ts";
export { packAny, resolveImplementation, resolveType, type TypeRegistry, type UnpackedAny, unpackAny } from "./any.ts";
export { type CustomKind, canonicalInteger, parseDec } from "./customType.ts";
export { decode, type UnknownFields } from "./decode.ts";
export { encode, encodeInto } from "./encode.ts";
export { CodecError } from "./errors.ts";
export { encodeFileDescriptor } from "./fileDescriptor.ts";
export { gatewayJson, gatewayJsonParts } from "./gatewayJson.ts";
export { type Json, JsonDecimal, type JsonLimits, type JsonObject, parseJson } from "./json.ts";
export { countJsonValues, MAX_JSON_VALUES } from "./jsonCount.ts";
export { compareText, goJsonString, jsonString } from "./jsonText.ts";
export { compactJson, goJson, jsonObject, sortedJson, sortedPlainJson } from "./jsonWriter.ts";
export { type GatewayJsonOptions, parseGatewayJson } from "./parseGatewayJson.ts";
export { MAX_PROTO_FIELDS, OWN_BYTES, ProtoReader, type ProtoReaderOptions } from "./protoReader.ts";
export { ProtoWriter, WireType } from "./protoWriter.ts";
export {
  dayOfDate,
  formatDateTime,
  formatDuration,
  formatTime,
  parseDuration,
  parseTime,
  type SecondsAndNanos,
} from "./wellKnown.ts";
