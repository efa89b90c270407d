// SPDX-License-Identifier: Apache-2.0
import { fromBase64 } from "@sotto/bytes";
import { decode, type Json } from "@sotto/codec";
import { GasMeter, NO_LIMIT, type ReadCtx } from "@sotto/kernel";
import { QueryByCodeIdRequestSchema } from "@sotto/proto/secret.compute.v1beta1";
import type { ComputeNeeds } from "../needs.ts";
import { state } from "../state.ts";
import { isFields, ok, textOf, unsupported } from "./json.ts";

const CONTRACTS_OF_CODE = "/secret.compute.v1beta1.Query/ContractsByCodeId";

const pathsOf = (name: string, ...methods: readonly string[]): string[] =>
  methods.map((method) => `/${name}.Query/${method}`);

/** gRPC paths that contracts may query, if the chain has their module (spec/modules.md 8.11). */
const STARGATE_PATHS: ReadonlySet<string> = new Set([
  ...pathsOf("cosmos.auth.v1beta1", "Account", "Params"),
  ...pathsOf("cosmos.bank.v1beta1", "Balance", "DenomMetadata", "SupplyOf", "Params"),
  ...pathsOf("cosmos.distribution.v1beta1", "Params", "DelegatorWithdrawAddress", "FoundationTax"),
  ...pathsOf("cosmos.distribution.v1beta1", "ValidatorCommission"),
  ...pathsOf("cosmos.feegrant.v1beta1", "Allowance"),
  ...pathsOf("cosmos.gov.v1beta1", "Deposit", "Params", "Proposal", "Vote"),
  ...pathsOf("cosmos.mint.v1beta1", "Params", "Inflation", "AnnualProvisions"),
  ...pathsOf("cosmos.params.v1beta1", "Params"),
  ...pathsOf("cosmos.slashing.v1beta1", "Params", "SigningInfo"),
  ...pathsOf("cosmos.staking.v1beta1", "Validator", "Delegation", "UnbondingDelegation", "Params"),
  ...pathsOf("secret.compute.v1beta1", "ContractInfo", "CodeHashByContractAddress", "CodeHashByCodeId"),
  ...pathsOf("secret.compute.v1beta1", "LabelByAddress", "AddressByLabel"),
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
