// SPDX-License-Identifier: Apache-2.0
/** Readers of transaction results. */
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { decode } from "@sotto/codec";
import type { TxResult } from "@sotto/kernel";
import { TxMsgDataSchema } from "@sotto/proto/cosmos.base.abci.v1beta1";

export function succeeded(result: TxResult): TxResult {
  if (result.code !== 0) throw new Error(`failed with ${result.codespace}/${result.code}: ${result.log}`);
  return result;
}

/** The response of one message of a transaction. */
export function responseOf<D extends DescMessage>(schema: D, { data }: TxResult, index = 0): MessageShape<D> {
  const response = decode(TxMsgDataSchema, data).msgResponses[index];
  if (response?.typeUrl !== `/${schema.typeName}`) throw new Error(`response is ${response?.typeUrl}`);
  return decode(schema, response.value);
}
