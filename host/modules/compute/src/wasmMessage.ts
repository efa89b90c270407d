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
import { isAddress } from "./cosmosMsg.ts";
import { ComputeError } from "./errors.ts";
import type { Entries, Origin } from "./inputs.ts";

/** A contract's call of another contract, in the form of a message. */
const SENT_AS = new Map<number, DescMessage>([
  [WasmKind.execute, MsgExecuteContractSchema],
  [WasmKind.instantiate, MsgInstantiateContractSchema],
  [WasmKind.migrate, MsgMigrateContractSchema],
  [WasmKind.updateAdmin, MsgUpdateAdminSchema],
  [WasmKind.clearAdmin, MsgClearAdminSchema],
]);

/**
 * Checks a call as a message: first the faults that encoding finds (handler_plugin.go
 * EncodeWasmMsg), then its own checks.
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

/**
 * A call that a contract made, checked as a message: its funds and label are good, its addresses
 * are addresses.
 */
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

/** What running a contract's call of another one asks of the chain. */
export interface WasmTargets {
  readonly entries: Entries;
  /** Throws for a message that is switched off. */
  assertExecutable(ctx: WriteCtx, typeUrl: string): void;
}

/**
 * Runs a call that a contract made of another one, as the message that it stands for. Returns the
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
