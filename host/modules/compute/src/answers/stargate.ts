// SPDX-License-Identifier: Apache-2.0
import { fromBase64 } from "@sotto/bytes";
import { decode, type Json } from "@sotto/codec";
import { GasMeter, NO_LIMIT, type ReadCtx } from "@sotto/kernel";
import { QueryByCodeIdRequestSchema } from "@sotto/proto/secret.compute.v1beta1";
import type { ComputeNeeds } from "../needs.ts";
import { state } from "../state.ts";
import { isFields, ok, textOf, unsupported } from "./json.ts";

const CONTRACTS_OF_CODE = "/secret.compute.v1beta1.Query/ContractsByCodeId";

/**
 * gRPC paths that contracts may query, of the modules that this chain has (spec/modules.md 8.11).
 */
const STARGATE_PATHS: ReadonlySet<string> = new Set([
  "/cosmos.auth.v1beta1.Query/Account",
  "/cosmos.auth.v1beta1.Query/Params",
  "/cosmos.bank.v1beta1.Query/Balance",
  "/cosmos.bank.v1beta1.Query/DenomMetadata",
  "/cosmos.bank.v1beta1.Query/SupplyOf",
  "/cosmos.bank.v1beta1.Query/Params",
  "/cosmos.params.v1beta1.Query/Params",
  "/secret.compute.v1beta1.Query/ContractInfo",
  "/secret.compute.v1beta1.Query/CodeHashByContractAddress",
  "/secret.compute.v1beta1.Query/CodeHashByCodeId",
  "/secret.compute.v1beta1.Query/LabelByAddress",
  "/secret.compute.v1beta1.Query/AddressByLabel",
  CONTRACTS_OF_CODE,
]);

/**
 * Undefined for a path without a module in this block. Compat: a query for the contracts of a code
 * pays for a walk over all contracts and their keys (x/compute querier.go).
 */
function askPath({ router }: ComputeNeeds, ctx: ReadCtx, path: string, data: Uint8Array): Uint8Array | undefined {
  const query = router().queries.get(path);
  if (query === undefined || query.from > ctx.block.height) return undefined;
  if (path !== CONTRACTS_OF_CODE) return query.call(ctx, data);
  const { codeId } = decode(QueryByCodeIdRequestSchema, data);
  if (codeId !== 0n) for (const [contract] of state.contracts.entries(ctx)) state.keys.get(ctx, contract);
  return query.call(ctx.withGas(new GasMeter(NO_LIMIT)), data);
}

/** A query of the chain's own gRPC paths. */
export function answerStargate(needs: ComputeNeeds, ctx: ReadCtx, body: Json): Uint8Array {
  if (!isFields(body)) return unsupported("stargate");
  const path = textOf(body, "path");
  const data = fromBase64(textOf(body, "data"));
  const answer = data !== undefined && STARGATE_PATHS.has(path) ? askPath(needs, ctx, path, data) : undefined;
  return answer === undefined ? unsupported(`query path '${path}' is not allowed from the contract`) : ok(answer);
}
