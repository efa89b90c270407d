// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress } from "@sotto/address";
import { SdkError } from "@sotto/errors";
import type { ReadCtx, WriteCtx } from "@sotto/kernel";
import {
  type ContractInfo,
  ContractKeySchema,
  ContractCodeHistoryOperationType as Operation,
} from "@sotto/proto/secret.compute.v1beta1";
import { CallKind } from "@sotto/protocol";
import { mustCode, refOf } from "../contracts.ts";
import { ComputeError } from "../errors.ts";
import { migrateEvent } from "../events.ts";
import type { MigrateInput, Origin } from "../inputs.ts";
import { addHistory, indexUnderCode, unindexFromCode } from "../records.ts";
import { state } from "../state.ts";
import { begin, type CallPath, runCall } from "./path.ts";
import { assertSigned, callBase } from "./sender.ts";

/**
 * Throws unless the sender may migrate a contract to a code. The transaction pays for the read of
 * an approval.
 */
function assertMayMigrate(ctx: ReadCtx, info: ContractInfo, contract: string, sender: string, codeId: bigint): void {
  const { admin, requireGovernance } = info;
  if (admin !== sender && admin !== "") throw ComputeError.migrateFailed("requires migrate from admin");
  if (admin === "" && !requireGovernance) throw ComputeError.migrateFailed("contract is not upgradable");
  if (!requireGovernance) return;
  const approved = state.newCodes.get(ctx, contract);
  if (approved === undefined) throw ComputeError.migrateFailed("requires governance approval for migration");
  if (approved !== codeId) throw ComputeError.migrateFailed("mismatch code id for migration");
}

function moveToCode(ctx: WriteCtx, info: ContractInfo, { contract, codeId, msg }: MigrateInput): void {
  unindexFromCode(ctx, info.codeId, contract);
  addHistory(ctx, contract, Operation.MIGRATE, codeId, msg);
  indexUnderCode(ctx, codeId, contract);
  state.contracts.set(ctx, contract, { ...info, codeId });
}

export function migrate(path: CallPath, ctx: WriteCtx, input: MigrateInput, origin: Origin): Uint8Array | undefined {
  const { sender, contract, codeId } = input;
  const { needs } = path;
  begin(ctx, ComputeError.migrateFailed);
  assertSigned(needs, ctx, origin, sender);
  const address = formatAddress(contract);
  const info = state.contracts.get(ctx, contract);
  if (info === undefined) throw SdkError.invalidRequest("unknown contract: contract: not found");
  const { codeHash } = mustCode(ctx, info.codeId);
  const code = state.codes.get(ctx, codeId);
  if (code === undefined) {
    throw SdkError.invalidRequest(`unknown code: failed to get code info for code id ${codeId}`);
  }
  const ref = refOf(ctx, contract, info, codeHash);
  assertMayMigrate(ctx, info, address, formatAddress(sender), codeId);
  const base = callBase(ctx, origin, sender, ComputeError.migrateFailed);
  const target = { newCodeHash: code.codeHash, codeId: Number(codeId) };
  const request = { ...base, ...target, kind: CallKind.migrate, contract: ref };
  return runCall(path, ctx, {
    contract,
    depth: origin.depth,
    failed: ComputeError.migrateFailed,
    send: (last, host) => needs.enclave.call({ ...request, ...last }, host),
    record({ contractKey, contractKeyProof }) {
      const key = {
        ogContractKey: ref.ogKey,
        currentContractKey: contractKey,
        currentContractKeyProof: contractKeyProof,
      };
      state.keys.set(ctx, contract, create(ContractKeySchema, key));
      moveToCode(ctx, info, input);
      // An approval is for one migration.
      if (info.requireGovernance) state.newCodes.remove(ctx, address);
      ctx.emit(migrateEvent(address, codeId));
    },
  });
}
