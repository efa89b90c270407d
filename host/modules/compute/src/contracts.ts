// SPDX-License-Identifier: Apache-2.0
import type { ReadCtx } from "@sotto/kernel";
import type { CodeInfo, ContractInfo } from "@sotto/proto/secret.compute.v1beta1";
import type { ContractRef } from "@sotto/protocol";
import { EMPTY } from "./call.ts";
import { ComputeError } from "./errors.ts";
import { state } from "./state.ts";

/** Throws ComputeError.notFound. */
export function mustContract(ctx: ReadCtx, contract: Uint8Array): ContractInfo {
  const info = state.contracts.get(ctx, contract);
  if (info === undefined) throw ComputeError.notFound("contract");
  return info;
}

/** Throws ComputeError.notFound. */
export function mustCode(ctx: ReadCtx, codeId: bigint): CodeInfo {
  const code = state.codes.get(ctx, codeId);
  if (code === undefined) throw ComputeError.notFound("code");
  return code;
}

/** A contract in the form for the enclave: keys with their proofs. */
export function refOf(ctx: ReadCtx, contract: Uint8Array, info: ContractInfo, codeHash: Uint8Array): ContractRef {
  const key = state.keys.get(ctx, contract);
  return {
    address: contract,
    codeHash,
    ogKey: key?.ogContractKey ?? EMPTY,
    currentKey: key?.currentContractKey ?? EMPTY,
    currentKeyProof: key?.currentContractKeyProof ?? EMPTY,
    admin: info.admin,
    adminProof: info.adminProof,
  };
}
