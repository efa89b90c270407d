// SPDX-License-Identifier: Apache-2.0
/** Queries of the distribution module, for contracts: amounts without their fractions. */
import { create, type DescMethod, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { decode, encode, type Json } from "@sotto/codec";
import type { ReadCtx } from "@sotto/kernel";
import { dec } from "@sotto/math";
import type { ComputeNeeds } from "../needs.ts";
import { coin } from "./json.ts";

/** Undefined when the chain lacks the module. */
export function askModule<M extends DescMethod>(
  { router }: ComputeNeeds,
  ctx: ReadCtx,
  method: M,
  request: MessageInitShape<M["input"]>,
): MessageShape<M["output"]> | undefined {
  const query = router().queries.get(`/${method.parent.typeName}/${method.name}`);
  if (query === undefined) return undefined;
  const answer = query.call(ctx, encode(method.input, create(method.input, request)));
  // The cast: the method's own schema decodes the answer.
  return decode(method.output, answer) as MessageShape<M["output"]>;
}

/** Amounts of a set of decimal coins, with fractions cut. */
export const cut = (coins: readonly { readonly denom: string; readonly amount: string }[]): Json =>
  coins.map(({ denom, amount }) => coin(denom, dec.truncateInt(dec.decode(amount) ?? dec.zero)));
