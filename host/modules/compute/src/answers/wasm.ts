// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { fromBase64, toBase64, toHex } from "@sotto/bytes";
import { type Json, jsonObject } from "@sotto/codec";
import { SdkError } from "@sotto/errors";
import type { ReadCtx } from "@sotto/kernel";
import { state } from "../state.ts";
import { addressOf, type Fields, isFields, json, ok, only, textOf, UNKNOWN_WASM, unsupported } from "./json.ts";

function contractInfo(ctx: ReadCtx, fields: Fields): Uint8Array {
  const address = textOf(fields, "contract_addr");
  const info = state.contracts.get(ctx, addressOf(address));
  if (info === undefined) throw SdkError.invalidAddress(address);
  const parts: [string, Json][] = [
    ["code_id", Number(info.codeId)],
    ["creator", formatAddress(info.creator)],
    ["pinned", false],
  ];
  if (info.ibcPortId !== "") parts.push(["ibc_port", info.ibcPortId]);
  return ok(json(jsonObject(parts)));
}

/** A row as the chain stores it: encrypted by the enclave. */
function rawRow(ctx: ReadCtx, fields: Fields): Uint8Array {
  const contract = addressOf(textOf(fields, "contract_addr"));
  const key = fromBase64(textOf(fields, "key"));
  if (key === undefined) return unsupported(UNKNOWN_WASM);
  const value = state.rows.get(ctx, [contract, key]);
  if (value === undefined) return ok(json([]));
  const model = jsonObject([
    ["Key", toHex(key).toUpperCase()],
    ["Value", toBase64(value)],
  ]);
  return ok(json([model]));
}

/** A query about a contract that does not run it. */
export function answerWasm(ctx: ReadCtx, body: Json): Uint8Array {
  const [kind, fields] = only(body) ?? ["", null];
  if (!isFields(fields)) return unsupported(UNKNOWN_WASM);
  if (kind === "raw") return rawRow(ctx, fields);
  if (kind === "contract_info") return contractInfo(ctx, fields);
  return unsupported(UNKNOWN_WASM);
}
