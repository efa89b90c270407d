// SPDX-License-Identifier: Apache-2.0
import type { DescMessage } from "@bufbuild/protobuf";
import { toHex } from "@sotto/bytes";
import { type ChainError, plainError } from "@sotto/errors";

/**
 * The failure of a read of a row that must exist (collections Map.Get, ErrNotFound). `key`: its
 * text, or bytes of a key of bytes.
 */
export function missingRow(key: string | Uint8Array, schema: DescMessage): ChainError {
  const shown = typeof key === "string" ? key : `hexBytes:${toHex(key)}`;
  return plainError(`collections: not found: key '${shown}' of type github.com/cosmos/gogoproto/${schema.typeName}`);
}
