// SPDX-License-Identifier: Apache-2.0
import { codespace } from "@sotto/errors";

/**
 * Failures of reading or writing an encoding. A caller at an edge maps them to its own code (a
 * transaction: sdk 2).
 */
export const CodecError = codespace("codec", {
  protobuf: [2, "invalid protobuf"],
  unknownField: [3, "unknown protobuf field"],
  value: [4, "value cannot be encoded"],
  aminoJson: [5, "no amino JSON form"],
  gatewayJson: [6, "invalid message JSON"],
  json: [7, "invalid JSON"],
  jsonLimit: [8, "JSON exceeds a limit"],
  typeUrl: [9, "unknown type"],
});
