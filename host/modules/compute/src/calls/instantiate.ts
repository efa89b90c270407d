// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { contractAddress, formatAddress } from "@sotto/address";
import type { WriteCtx } from "@sotto/kernel";
import {
  ContractInfoSchema,
  ContractKeySchema,
  ContractCodeHistoryOperationType as Operation,
} from "@sotto/proto/secret.compute.v1beta1";
import { type CallAnswer, CallKind } from "@sotto/protocol";
import { EMPTY } from "../call.ts";
import { canonicalAdmin } from "../checks.ts";
import { mustCode } from "../contracts.ts";
import { ComputeError } from "../errors.ts";
import { instantiateEvent, messageEvent } from "../events.ts";
import type { InstantiateInput, InstantiateResult, Origin } from "../inputs.ts";
import { addHistory, indexUnderCode } from "../records.ts";
import { state } from "../state.ts";
import { begin, type CallPath, pay, runCall } from "./path.ts";
import { assertSigned, callBase } from "./sender.ts";

/** Creates the account of a new contract. Throws for a label or an address that is in use. */
function makeAccount(path: CallPath, ctx: WriteCtx, { sender, codeId, label, funds }: InstantiateInput) {
  const { needs } = path;
  // Compat: the row is read although only its existence matters, and its bytes cost gas (x/compute
  // keeper.go Instantiate).
  if (state.labels.get(ctx, label) !== undefined) throw ComputeError.accountExists(label);
  const instanceId = state.nextInstanceId.get(ctx) ?? 1n;
  state.nextInstanceId.set(ctx, instanceId + 1n);
  const contract = contractAddress(codeId, instanceId, sender);
  if (needs.account(ctx, contract) !== undefined) throw ComputeError.accountExists(formatAddress(contract));
  if (funds.length > 0) pay(path, ctx, { from: sender, to: contract, all: funds });
  else needs.createAccount(ctx, contract);
  return { contract, instanceId };
}

/** Writes the rows of the contract that the answer created. */
function record(
  ctx: WriteCtx,
  input: InstantiateInput,
  made: { contract: Uint8Array; admin: string },
  answer: CallAnswer,
) {
  const { contract, admin } = made;
  const { sender, codeId, label, msg } = input;
  if (answer.isV1) ctx.emit(instantiateEvent(formatAddress(contract), codeId));
  indexUnderCode(ctx, codeId, contract);
  addHistory(ctx, contract, Operation.INIT, codeId, msg);
  const created = { blockHeight: BigInt(ctx.block.height), txIndex: ctx.tx?.blockGas ?? 0n };
  const info = { codeId, creator: sender, label, admin, created, adminProof: answer.adminProof };
  state.contracts.set(ctx, contract, create(ContractInfoSchema, info));
  state.keys.set(ctx, contract, create(ContractKeySchema, { ogContractKey: answer.contractKey }));
  state.labels.set(ctx, label, contract);
}

export function instantiate(path: CallPath, ctx: WriteCtx, input: InstantiateInput, origin: Origin): InstantiateResult {
  const { sender, codeId } = input;
  const { needs } = path;
  const admin = canonicalAdmin(input.admin, "admin");
  begin(ctx, ComputeError.instantiateFailed);
  assertSigned(needs, ctx, origin, sender);
  const { contract, instanceId } = makeAccount(path, ctx, input);
  const { codeHash } = mustCode(ctx, codeId);
  const keys = { ogKey: EMPTY, currentKey: EMPTY, currentKeyProof: EMPTY };
  const request = {
    ...callBase(ctx, origin, sender, ComputeError.instantiateFailed),
    kind: CallKind.instantiate,
    codeId: Number(codeId),
    instanceId: Number(instanceId),
    contract: { address: contract, codeHash, ...keys, admin, adminProof: EMPTY },
  };
  const data = runCall(path, ctx, {
    contract,
    depth: origin.depth,
    failed: ComputeError.instantiateFailed,
    send: (last, host) => needs.enclave.call({ ...request, ...last }, host),
    record: (answer) => record(ctx, input, { contract, admin }, answer),
  });
  ctx.emit(messageEvent(formatAddress(sender), formatAddress(contract)));
  return { contract, data };
}
