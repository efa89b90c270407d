// SPDX-License-Identifier: Apache-2.0
import type { DescMessage } from "@bufbuild/protobuf";
import { formatAddress, mustAddress } from "@sotto/address";
import { ChainError, SdkError } from "@sotto/errors";
import type { WriteCtx } from "@sotto/kernel";
import {
  MsgClearAdminSchema,
  MsgExecuteContractSchema,
  MsgInstantiateContractSchema,
  MsgMigrateContractSchema,
  MsgUpdateAdminSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { WasmKind, type WasmMessage } from "@sotto/protocol";
import { bech32, checkLabel, checkNewAdmin, checkPlain, failedBasicValidation, fundsOf } from "./checks.ts";
import { isAddress } from "./contractJson.ts";
import { ComputeError } from "./errors.ts";
import type { Entries, Origin } from "./inputs.ts";

/** The message that each kind of a contract's call corresponds to. */
const SENT_AS = new Map<number, DescMessage>([
  [WasmKind.execute, MsgExecuteContractSchema],
  [WasmKind.instantiate, MsgInstantiateContractSchema],
  [WasmKind.migrate, MsgMigrateContractSchema],
  [WasmKind.updateAdmin, MsgUpdateAdminSchema],
  [WasmKind.clearAdmin, MsgClearAdminSchema],
]);

/**
 * Checks a call like a message: first for the faults that encoding finds (handler_plugin.go
 * EncodeWasmMsg), then with the message's checks.
 */
function checkWasm(wasm: WasmMessage, sender: Uint8Array, { name }: DescMessage): void {
  const { kind, contract, funds } = wasm;
  if (kind === WasmKind.execute && !isAddress(contract)) throw SdkError.invalidAddress(contract.slice(0, 128));
  checkPlain(funds);
  try {
    checkMessage(wasm, sender);
  } catch (thrown) {
    throw thrown instanceof ChainError ? thrown.wrap(failedBasicValidation(name)) : thrown;
  }
}

function checkMessage({ kind, contract, codeId, funds, label, admin }: WasmMessage, sender: Uint8Array): void {
  switch (kind) {
    case WasmKind.execute:
      fundsOf(funds, "sentFunds");
      return;
    case WasmKind.instantiate:
      if (codeId === 0) throw SdkError.invalidRequest("code_id is required");
      checkLabel(label);
      fundsOf(funds);
      return;
    case WasmKind.migrate:
      if (codeId === 0) throw SdkError.invalidRequest("code id is required");
      bech32(contract, "contract");
      return;
    case WasmKind.updateAdmin:
      checkNewAdmin(formatAddress(sender), contract, admin);
      return;
    default:
      bech32(contract, "contract");
  }
}

/** Runs a contract's call that passed the checks: funds, label and addresses are valid. */
function call(entries: Entries, ctx: WriteCtx, sender: Uint8Array, wasm: WasmMessage, origin: Origin) {
  const { msg, funds, label, admin } = wasm;
  const codeId = BigInt(wasm.codeId);
  switch (wasm.kind) {
    case WasmKind.execute:
      return entries.execute(ctx, { sender, contract: mustAddress(wasm.contract), msg, funds: fundsOf(funds) }, origin);
    case WasmKind.instantiate:
      return entries.instantiate(ctx, { sender, codeId, label, msg, funds: fundsOf(funds), admin }, origin).data;
    case WasmKind.migrate:
      return entries.migrate(ctx, { sender, contract: mustAddress(wasm.contract), codeId, msg }, origin);
    default:
      entries.updateAdmin(ctx, { sender, contract: mustAddress(wasm.contract), newAdmin: admin }, origin);
      return undefined;
  }
}

/** The functions of the chain that a contract's call of another contract needs. */
export interface WasmTargets {
  readonly entries: Entries;
  /** Throws for a disabled message. */
  assertExecutable(ctx: WriteCtx, typeUrl: string): void;
}

/**
 * Runs a contract's call of another contract like the message that it corresponds to. Returns the
 * response data.
 */
export function runWasm(
  { entries, assertExecutable }: WasmTargets,
  ctx: WriteCtx,
  sender: Uint8Array,
  wasm: WasmMessage,
  origin: Origin,
): Uint8Array | undefined {
  const sentAs = SENT_AS.get(wasm.kind);
  if (sentAs === undefined) throw ComputeError.invalidMsg("Unknown variant of Wasm");
  checkWasm(wasm, sender, sentAs);
  assertExecutable(ctx, `/${sentAs.typeName}`);
  return call(entries, ctx, sender, wasm, origin);
}
